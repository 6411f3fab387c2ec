"""docs/transfer.md and its pictures, from the committed results; nothing is computed here.

Reads   studies/transfer/results/*.json, studies/transfer/validity.json, studies/transfer/dvc.lock
Writes  docs/transfer.md, docs/transfer.svg, docs/transfer-frontier.svg
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vl_convert

from intake_triage.errors import run_stage
from intake_triage.files import read_json, replacing
from intake_triage.report.markdown import markdown_table
from intake_triage.report.plot_page import VEGA_LITE
from studies.transfer.conclusion import conclude, conclude_plainly, describe_validity
from studies.transfer.controls import pairs_by_control
from studies.transfer.pictures import draw_differences, draw_frontier
from studies.transfer.provenance import group_by_code
from studies.transfer.settings import LOCK, RESULTS, ROOT, VALIDITY, load_study
from studies.transfer.words import (
    ARMS,
    BLOCKS,
    CHARGED,
    Row,
    command,
    interval,
)

PAGE = ROOT / "docs/transfer.md"
HEADINGS = {
    "partner": "Is it the partner's labels? A shuffled partner",
    "size": "Equal numbers of weights, equal computing",
    "fractions": "Few labels of one task, all of the other's",
    "start": "Other starts: fine-tuning, pre-training, features for LightGBM",
    "balancing": "Balancing methods, each with the weight that its trials chose",
}
REMARKS = {
    "partner": (
        "The partner's train labels are permuted, another way for each seed. The checkpoint is "
        "then chosen by the task alone, mtl's by both tasks: that favours the shuffled arm."
    ),
    "fractions": (
        "For the task that has few; the last rows, with all labels, are those of mtl against st. "
        "st makes as many steps as mtl, over its few records. Each seed keeps other labels."
    ),
    "start": (
        "LightGBM gets the features of train records from an encoder that was trained on their "
        "labels, so that it may trust them too much."
    ),
    "balancing": (
        "Fixed weights had as many trials as the others; st had none, and its settings are mtl's."
    ),
}


def main() -> None:
    results, missing, validity = read_results()
    groups = group_by_code(LOCK, results)
    _replace(PAGE, "\n\n".join(write_page(results, missing, validity, groups)) + "\n")
    _draw("transfer.svg", draw_differences(results))
    if any("trials" in result for result in results.values()):
        _draw("transfer-frontier.svg", draw_frontier(results))


def read_results() -> tuple[dict[str, Any], list[str], dict[str, Any] | None]:
    """Each finished block's results, the names of the others, and the simulation's."""
    places = {name: RESULTS / f"{name}.json" for name in load_study().blocks}
    results = {name: read_json(path) for name, path in places.items() if path.exists()}
    validity = read_json(VALIDITY) if VALIDITY.exists() else None
    return results, [name for name in places if name not in results], validity


def write_page(
    results: dict[str, Any],
    missing: list[str],
    validity: dict[str, Any] | None,
    groups: list[list[str]],
) -> Iterator[str]:
    """The page's paragraphs and tables; `groups` of blocks that the same code measured."""
    yield "# Transfer: does learning one task help or hurt the other?"
    yield (
        "Written by `make transfer` from `studies/transfer/results/`. Every block trains on 10,000 "
        "records and is tested on about 30,000 others, whose labels only the comparison reads. A "
        "difference is the treatment minus the reference, mean over "
        "three seeds, signed so that above 0 favours the treatment; macro-F1 of the likeliest "
        "class, log-loss in nats, both raw. Intervals (95 %) count seeds and records, or whole "
        "physicians in the survey, and hold for one training set. Verdicts are those of "
        "[the protocol](protocol.md): *equivalent* within 0.02 macro-F1 or 0.01 nats. Beside the "
        "verdict stands the smallest true difference that the test finds in 80 % of repetitions. "
        "These studies are exploratory. Verdicts by class are corrected within one source, task "
        "and measure; the others are not corrected, so that of so many some have a sign by chance. "
        "The settings of both were tuned with mtl ([how](tuning.md)), which favours it, and on the "
        "survey's visits, some of which are among those that it is tested on here."
    )
    if missing:
        yield f"**Not run yet:** {'; '.join(BLOCKS[name] for name in missing)}."
    if len(groups) > 1:
        versions = "; ".join(", ".join(f"*{BLOCKS[name]}*" for name in group) for group in groups)
        yield (
            f"**Not all measured with the same code:** {versions}. Within a block all arms are. "
            "`make transfer` measures again what is out of step."
        )
    yield "## In short"
    yield conclude_plainly(results)
    yield "\n".join(f"- {sentence}" for sentence in conclude(results, validity))
    yield "![mtl against st on every source, with 95 % intervals](transfer.svg)"
    yield "## mtl against st"
    yield _differences(results, [("mtl", "st")])
    yield command(results)
    yield from _classes(results)
    for control, pairs in pairs_by_control(load_study()).items():
        table = _differences(results, pairs)
        if table:
            yield f"## {HEADINGS[control]}"
            if control in REMARKS:
                yield REMARKS[control]
            yield table
            yield command(_with_any(results, pairs[:1]))
    yield from _trials(results)
    yield from _truth(results)
    yield from _dial(results)
    yield from _cost(results)
    if validity:
        yield "## Can the verdicts be trusted?"
        yield describe_validity(validity)
        yield _validity(validity)
        yield "Command: `python -m studies.transfer.validity`, at the end of `make transfer`."
        yield from _equals(results)


def _differences(results: dict[str, Any], pairs: list[tuple[str, str]]) -> str:
    rows = [
        (
            BLOCKS[name],
            f"{ARMS[row['treatment']]} against {ARMS[row['reference']]}",
            row["task"],
            *(_cell(row, measure) for measure in ("macro_f1", "log_loss")),
        )
        for pair in pairs
        for name, result in _with_any(results, pairs[:1]).items()
        for row in _by_task(result["differences"], pair)
    ]
    heading = ("data", "what", "task", "macro-F1", "log-loss gain, nats")
    return markdown_table([heading, *rows]) if rows else ""


def _with_any(results: dict[str, Any], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The blocks that compared some of these."""
    return {
        name: result
        for name, result in results.items()
        if any((row["treatment"], row["reference"]) in pairs for row in result["differences"])
    }


def _by_task(differences: list[Row], pair: tuple[str, str]) -> list[dict[str, Any]]:
    """The two measures of a task side by side."""
    by_task: dict[str, dict[str, Any]] = {}
    for row in differences:
        if (row["treatment"], row["reference"]) == pair:
            mine = by_task.setdefault(row["task"], dict(row))
            mine[f"of {row['measure']}"] = row
    return list(by_task.values())


def _cell(row: dict[str, Any], measure: str) -> str:
    of = row[f"of {measure}"]
    return f"{interval(of)} {of['verdict']} (could see {of['smallest_detectable']:.3f})"


def _classes(results: dict[str, Any]) -> Iterator[str]:
    rows = [
        (BLOCKS[name], row["task"], row["class"], row["measure"], interval(row), row["verdict"])
        for name, result in results.items()
        for row in result["classes"]
        if row["verdict"].startswith(("positive", "negative"))
    ]
    families = 4 * len(results)
    yield "### By class"
    if not rows:
        yield "No class of any source has a verdict with a sign after Holm's correction."
        return
    yield (
        "Classes with a verdict that has a sign after Holm's correction within one source, task "
        f"and measure; of {families} such families about one in twenty names a class by chance. "
        "All classes, each with the smallest effect it could have seen, are in the results."
    )
    yield markdown_table([("data", "task", "class", "measure", "mtl against st", "verdict"), *rows])


def _trials(results: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            BLOCKS[name],
            trial["balancing"],
            f"{trial['loss_weight']:g}",
            f"{trial['urgency']:.4f}",
            f"{trial['specialty']:.4f}",
            f"{trial['sum']:.4f}",
            "taken" if result["chosen"].get(trial["balancing"]) == trial["loss_weight"] else "",
        )
        for name, result in results.items()
        for trial in result.get("trials", [])
    ]
    if rows:
        yield "## Loss weights on valid"
        yield (
            "One seed each; log-loss on valid at the best epoch. Every method has the same trials; "
            "0.1 and 0.9 are for the frontier alone."
        )
        heading = ("data", "balancing", "loss weight", "urgency", "specialty", "sum", "")
        yield markdown_table([heading, *rows])
        yield "![The frontier of both tasks' log-losses on valid](transfer-frontier.svg)"
        yield command(name for name, result in results.items() if result.get("trials"))


def _truth(results: dict[str, Any]) -> Iterator[str]:
    agreement = {True: "yes", False: "**no**", None: "claims nothing"}
    rows = [
        (
            BLOCKS[name],
            row["task"],
            row["measure"],
            interval(row),
            row["verdict"],
            f"{row['truth']:+.4f} [{row['truth_low']:+.4f}, {row['truth_high']:+.4f}]",
            agreement[row["agrees"]],
            row["judged"],
        )
        for name, result in results.items()
        for row in result.get("truth", [])
    ]
    if rows:
        yield "## Verdict and truth"
        yield (
            "The ordinary verdict, from three seeds on a test split of the usual size, beside mtl "
            "minus st over eight further seeds on 30,000 other records. *Agrees* goes by the "
            "truth's value, *judged* by its interval: confirmed or contradicted where the whole of "
            "it says so."
        )
        heading = ("data", "task", "measure", "three seeds", "verdict", "truth", "agrees", "judged")
        yield markdown_table([heading, *rows])
        yield command([name for name, result in results.items() if "truth" in result])


def _dial(results: dict[str, Any]) -> Iterator[str]:
    rows = []
    for name, result in results.items():
        if "dial" in result:
            dial = result["dial"]
            chosen = dial["models"] and f"{dial['urgency']} + {dial['specialty']}"
            costs = [
                f"{dial['set_ups'][label]['cost_per_1000']:.0f} · "
                f"{dial['set_ups'][label]['under_triage']:.3f}"
                for label in ("gbm + gbm", "st + st", "mtl")
            ]
            choice = "mtl" if dial["models"] == 1 else chosen or "none passes"
            rows.append((BLOCKS[name], choice, f"{dial['won_share']:.0%}", *costs))
    if rows:
        yield "## What the rule would recommend along the relatedness dial"
        yield (
            "The rule of the protocol on the calibrate split of each block, without the test's "
            "confirmation. Clinical cost of 1,000 forms · under-triage, cross-fitted."
        )
        heading = ("data", "choice", "of resamples", "gbm + gbm", "st + st", "mtl")
        yield markdown_table([heading, *rows])
        yield command([name for name, result in results.items() if "dial" in result])


def _cost(results: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            BLOCKS[name],
            ARMS[arm],
            f"{seconds:.0f}",
            ", ".join(
                f"{ARMS[before]} {result['cost'][before]:.0f}" for before in CHARGED.get(arm, ())
            ),
        )
        for name, result in results.items()
        for arm, seconds in result["cost"].items()
    ]
    yield "## What it cost"
    yield (
        "CPU-seconds to train both tasks, a seed, and what has to be trained before. Blocks share "
        "the machine with other work at times, so compare within one block."
    )
    yield markdown_table([("data", "what", "CPU-seconds", "on top of"), *rows])
    yield command(results)


def _validity(validity: dict[str, Any]) -> str:
    rows = [
        (
            BLOCKS[row["block"]],
            row["task"],
            row["measure"],
            str(row["seeds"]),
            f"{row['units']:,}",
            f"{row['claimed']:.1%}",
            f"{row['family']:.1%}",
            f"{row['covered']:.1%}",
            f"{row['covered_by_class']:.1%}",
            "" if row["power"] is None else f"{row['power']:.0%}",
        )
        for row in validity["rows"]
    ]
    heading = (
        *("data", "task", "measure", "seeds measured", "units"),
        *("false claims", "any class", "covered", "worst class", "power at 0.02"),
    )
    return markdown_table([heading, *rows])


def _equals(results: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            BLOCKS[name],
            row["arm"],
            row["task"],
            row["measure"],
            str(row["comparisons"]),
            f"{row['claimed']:.0%}",
            f"{row['family']:.0%}",
        )
        for name, result in results.items()
        for row in result.get("null", [])
    ]
    if rows:
        yield (
            "The simulation draws from the distributions that the test assumes. Without them: two "
            "disjoint sets of three real seeds of one arm, which do not differ in truth, compared "
            "on records drawn anew from the fresh ones. Comparisons share 11 seeds, so these "
            "shares are rough."
        )
        heading = ("data", "arm", "task", "measure", "comparisons", "false claims", "any class")
        yield markdown_table([heading, *rows])
        yield command([name for name, result in results.items() if "null" in result])


def _draw(name: str, picture: dict[str, Any]) -> None:
    _replace(ROOT / "docs" / name, vl_convert.vegalite_to_svg(picture, vl_version=VEGA_LITE))


def _replace(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
