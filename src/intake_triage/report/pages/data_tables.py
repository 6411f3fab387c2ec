"""The table of the data that a run was made from."""

from intake_triage.release.words import TASK_WORDS, name_class
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable
from intake_triage.report.pages.words import ABSENT, enumerate_words, number, plain, whole
from intake_triage.tasks import SPLITS


def data_table(run: Run) -> PageTable:
    """Forms, units and the share of each class by split."""
    prepare = run.metrics["prepare"]
    cells: dict[str, dict[str, str]] = {
        name: {split: whole(count) for split, count in prepare[kind].items()}
        for kind, name in (("records", "forms"), ("units", "units"))
    }
    for task in run.tasks:
        shares = {
            f"{TASK_WORDS[task]}: {name_class(name)}": by_split
            for name, by_split in prepare["label_shares"][task].items()
        }
        shares[f"{TASK_WORDS[task]}: no label"] = prepare["missing_label_share"][task]
        for name, by_split in shares.items():
            cells[name] = {split: number(share) for split, share in by_split.items()}
    cells["texts seen in train"] = {"test": number(prepare["test_text_seen_in_train_share"])}
    rows = [
        (name, *(found.get(split, ABSENT) for split in SPLITS)) for name, found in cells.items()
    ]
    return PageTable("The data: counts, and shares", ("what", *SPLITS), rows, _say_of_data(run))


def _say_of_data(run: Run) -> str:
    """What stage prepare found of the texts, and what has no class."""
    prepare = run.metrics["prepare"]
    said = [f"Median words: {plain(prepare['median_words'])}."]
    if cut := prepare.get("texts"):
        said.append(
            f"The Transformers read {whole(cut['max_tokens'])} tokens of a text at most; share of "
            f"texts that are longer: {number(cut['cut_share'])}, of their word pieces lost: "
            f"{number(cut['pieces_cut_share'])}."
        )
    for split in SPLITS:
        for task, names in run.absent_classes(split).items():
            named = enumerate_words(f"“{name_class(name)}”" for name in names)
            said.append(f"No form of {split} has {TASK_WORDS[task]} {named}.")
    for task, names in prepare.get("dropped_classes", {}).items():
        named = enumerate_words(f"“{name_class(name)}”" for name in names)
        said.append(f"Left out, since too few forms have it: {TASK_WORDS[task]} {named}.")
    return " ".join(said)
