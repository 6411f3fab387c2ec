"""results.md from results.json, a table a topic; nothing is measured or reckoned here.

python -m benchmarks.report writes it anew.
"""

from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.spread import Spread
from intake_triage.files import read_json, replacing
from intake_triage.report.markdown import markdown_table

FOLDER = ROOT / "benchmarks"
RESULTS = "results.json"
REPORT = "results.md"
Topic = dict[str, Any]


def write_report(folder: Path) -> None:
    """Write results.md beside results.json."""
    results = read_json(folder / RESULTS)
    with replacing(folder / REPORT) as temporary:
        temporary.write_text(render(results), encoding="utf-8")


def render(results: dict[str, Any]) -> str:
    """The report on those topics that were measured."""
    blocks = [_describe_machine(results["machine"])]
    for name, topic in results["topics"].items():
        blocks.append(SECTIONS[name](topic))
        repeats, busy = topic["repeats"], topic["busy_cores_before"]
        blocks.append(
            f"{repeats} repeat{'s' if repeats > 1 else ''}; just before, other programs kept "
            f"{busy:g} cores busy."
        )
    return "\n\n".join(blocks) + "\n"


def _describe_machine(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return (
        "# Benchmarks\n\n"
        "Written by `make bench` from results.json. Candidates take turns within each repeat; "
        "figures are medians, with the least and the greatest in brackets, and a ratio is taken "
        "within each repeat.\n\n"
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}; {versions}."
    )


def _training(topic: Topic) -> str:
    rates, against = topic["records_per_second"], topic["ours_against"]
    rows = [["ours", "", _show(rates["ours"])]]
    names = {
        "ours_every_word": "ours, no word left out",
        "trainer_padded": "`Trainer`, padded",
        "trainer_grouped": "`Trainer`, grouped by length",
        "trainer_grouped_no_dropout": "the same without dropout, as ours",
    }
    rows += [[title, _show(against[key]), _show(rates[key])] for key, title in names.items()]
    return _section(
        "Training throughput",
        f"Ours: mtl, fields and both labels, {topic['processes']} processes of one thread; as in "
        "every fit, each pass leaves out a share `train.word_dropout` of the words. "
        "Hugging Face's `Trainer`: `BertForSequenceClassification` of the same size, text and one "
        "label, all cores as threads; padded to the limit of tokens as its documentation shows, or "
        "grouped by length; the dropout is that of the configuration, but for the last row. A "
        f"pass over {topic['records_a_pass']:,} records after a warm-up.",
        ["", "ours against it", "records/s, whole machine"],
        rows,
    )


def _matmul_share(topic: Topic) -> str:
    profile = topic["profile"]
    shares = profile["share_of_operators"].items()
    table = _section(
        "Share of the matmul peak",
        f"mtl, {topic['threads']} thread, {topic['mflop_a_record']:g} MFLOP a record; the peak is "
        "the product of two 1024 × 1024 float32 matrices on the same thread.",
        ["share of peak", "training GFLOP/s", "sgemm GFLOP/s"],
        [[_show(topic[key]) for key in ("share_of_peak", "training_gflops", "sgemm_gflops")]],
    )
    where = markdown_table(
        [
            ["where the operators' own CPU time goes", "share"],
            *([group, f"{share:.1%}"] for group, share in shares),
        ]
    )
    outside = (
        f"Operators take {profile['operators_share_of_wall']:.0%} of the profiled pass's wall "
        "time; the rest is Python and the profiler."
    )
    return f"{table}\n\n{where}\n\n{outside}"


def _multi_task(topic: Topic) -> str:
    mtl, pair, against = topic["mtl"], topic["pair"], topic["mtl_against_pair"]
    names = {
        "same_passes": "CPU-seconds, same passes",
        "to_best": "CPU-seconds to best valid loss",
        "best_valid_log_loss": "best valid log-loss, both tasks",
    }
    rows = [
        [title, _show(against[key]) if key in against else "", _show(mtl[key]), _show(pair[key])]
        for key, title in names.items()
    ]
    return _section(
        "One multi-task model against two",
        f"Whole fits of {topic['passes']} passes over {topic['train_records']:,} records, one "
        "thread each, a seed a repeat.",
        ["", "mtl against the pair", "mtl", "st pair"],
        rows,
    )


def _boosting(topic: Topic) -> str:
    against = topic["stage_against_plain"]
    rows = [
        [f"{clock} seconds", _show(against[clock])]
        + [_show(topic[name][f"{clock}_seconds"]) for name in ("stage", "plain")]
        for clock in ("wall", "cpu")
    ]
    for task in topic["stage"]["valid_log_loss"]:
        losses = [topic[name]["valid_log_loss"][task] for name in ("stage", "plain")]
        rows.append([f"{task} valid log-loss", "", *(f"{loss:.4f}" for loss in losses)])
    return _section(
        "LightGBM",
        "Both tasks, from prepared records to predictions: the stage's two fits side by side, one "
        "thread each, against `lightgbm` called plainly with its default threads.",
        ["", "stage against plain", "stage", "plain"],
        rows,
    )


def _scaling(topic: Topic) -> str:
    rows = []
    names = {
        "generation": "synthetic records and their oracle, chunk by chunk",
        "prepare": "`prepare`",
        "training": "mtl fit of one pass",
    }
    for name, title in names.items():
        part = topic[name]
        growth = f"{part['growth_against_linear']:g} ({part['growth_exponent']:g})"
        for size, run in part["by_records"].items():
            rows.append([title, growth, f"{int(size):,}"])
            rows[-1] += [_show(run[key]) for key in ("seconds", "records_per_second", "peak_mib")]
            title = growth = ""
    return _section(
        "Growth with the number of records",
        "Growth: how much longer the largest size took than the smallest, over how much larger it "
        "is (1 is linear); in brackets the exponent. A fit's records/s are those of train, reading "
        "and scoring included.",
        ["", "growth", "records", "seconds", "records/s", "peak MiB"],
        rows,
    )


def _scoring(topic: Topic) -> str:
    return _section(
        "Scoring",
        "mtl, text and fields to the probabilities of both tasks, one thread.",
        ["batch", "forms/s", "peak MiB"],
        [
            [size, _show(run["forms_per_second"]), _show(run["peak_mib"])]
            for size, run in topic["by_batch"].items()
        ],
    )


def _pipeline(topic: Topic) -> str:
    ratio = _show(topic["loss_weight_against_full"])
    runs = {
        "full": ("`dvc repro`, all stages", ""),
        "nothing_to_do": ("`dvc repro`, nothing to do", ""),
        "loss_weight": ("`dvc exp run -S mtl.loss_weight=0.3`", ratio),
    }
    return _section(
        "Pipeline",
        "In a clone without cache; memory of all its processes together.",
        ["", "against all stages", "wall seconds", "peak MiB"],
        [
            [title, against, _show(topic[key]["wall_seconds"]), _show(topic[key]["peak_mib"])]
            for key, (title, against) in runs.items()
        ],
    )


SECTIONS = {
    "training": _training,
    "matmul_share": _matmul_share,
    "multi_task": _multi_task,
    "boosting": _boosting,
    "scaling": _scaling,
    "scoring": _scoring,
    "pipeline": _pipeline,
}


def _section(title: str, what: str, head: list[str], rows: list[list[str]]) -> str:
    return f"## {title}\n\n{what}\n\n{markdown_table([head, *rows])}"


def _show(values: Spread) -> str:
    """`median (least–greatest)`, and the median alone where it was measured once."""
    low, middle, high = (_figure(values[key]) for key in ("min", "median", "max"))
    return middle if low == high else f"{middle} ({low}–{high})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    write_report(FOLDER)
