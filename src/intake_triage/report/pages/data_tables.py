"""Tables of what a run was made from: its data, and its params."""

from collections.abc import Mapping

from intake_triage.release.words import TASK_WORDS, name_class
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable
from intake_triage.report.pages.words import ABSENT, enumerate_words, number, plain, whole
from intake_triage.tasks import SPLITS


def data_table(run: Run) -> PageTable:
    """Forms, units and the share of each class by split; of an older run, the share in all."""
    prepare = run.metrics["prepare"]
    cells: dict[str, dict[str, str]] = {
        name: {split: whole(count) for split, count in prepare[kind].items()}
        for kind, name in (("records", "forms"), ("units", "units"))
    }
    for task in run.tasks:
        shares = {
            f"{TASK_WORDS[task]}: {name_class(name)}": share
            for name, share in prepare["label_shares"][task].items()
        }
        shares[f"{TASK_WORDS[task]}: no label"] = prepare["missing_label_share"][task]
        for name, share in shares.items():
            by_split = share if isinstance(share, Mapping) else {"all": share}
            cells[name] = {split: number(value) for split, value in by_split.items()}
    cells["texts seen in train"] = {"test": number(prepare["test_text_seen_in_train_share"])}
    columns = [
        split for split in (*SPLITS, "all") if any(split in found for found in cells.values())
    ]
    rows = [
        (name, *(found.get(split, ABSENT) for split in columns)) for name, found in cells.items()
    ]
    return PageTable("The data: counts, and shares", ("what", *columns), rows, _say_of_data(run))


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
