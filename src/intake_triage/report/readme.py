"""The README's figures and picture, written from committed runs: `make readme`.

Nothing is computed here: every figure is read from metrics/, and from results/namcs/metrics/.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vl_convert
import yaml

from intake_triage.files import read_json, replacing
from intake_triage.params import PARAMS_FILE
from intake_triage.report.markdown import markdown_table
from intake_triage.report.palette import SYSTEM_COLOURS
from intake_triage.report.plot_page import VEGA_LITE
from intake_triage.report.wording import describe_recommendation, describe_set_up
from intake_triage.tasks import TASKS

README = Path("README.md")
PICTURE = Path("docs/macro-f1.svg")
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
SOURCES = {
    "namcs": "Real survey (NAMCS)",
    "synthetic": "Synthetic clinic",
    "file": "Own forms",
}
COLUMNS = ("macro_f1", "log_loss", "ece")
RULES = ("argmax", "balanced", "cost")
FIGURES = {
    "urgency_macro_f1": "macro-F1",
    "under_triage": "under-triage",
    "over_triage": "over-triage",
}
DESCRIPTIONS = {
    "prior": "class frequencies",
    "linear": "logistic regression, a model a task",
    "gbm": "LightGBM, a model a task",
    "st": "small Transformer, a model a task",
    "mtl": "one multi-task Transformer",
    "oracle": "the best possible",
}


def main() -> None:
    """Rewrite the README between its two marks, and the picture."""
    source = yaml.safe_load(PARAMS_FILE.read_text(encoding="utf-8"))["data"]["source"]
    folders = {SOURCES["namcs"]: Path("results/namcs"), SOURCES[source]: Path(".")}
    runs = {name: _read_run(folder) for name, folder in folders.items()}
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    blocks = [_describe_run(name, run) for name, run in runs.items()]
    with replacing(README) as temporary:
        temporary.write_text(
            before + BEGIN + "\n\n" + "\n".join(blocks) + "\n" + END + after, encoding="utf-8"
        )
    rows = [row | {"data": name} for name, run in runs.items() for row in run["plots"]]
    with replacing(PICTURE) as temporary:
        temporary.write_text(
            vl_convert.vegalite_to_svg(_picture(rows), vl_version=VEGA_LITE), encoding="utf-8"
        )


def _read_run(folder: Path) -> dict[str, Any]:
    return {
        "compare": read_json(folder / "metrics/compare.json"),
        "cost": read_json(folder / "metrics/cost.json"),
        "plots": read_json(folder / "plots/macro_f1.json"),
        "set_ups": read_json(folder / "plots/set_ups.json"),
    }


def _describe_run(name: str, run: dict[str, Any]) -> str:
    """A heading, the recommendation, the tables of systems and of decisions, the transfer."""
    compare = run["compare"]
    parts = [
        f"**{name}.** {describe_recommendation(compare['recommendation'])}",
        "\n".join(_describe_doubts(compare["recommendation"], run["set_ups"])),
        markdown_table(_score_rows(compare["systems"], run["cost"])),
        markdown_table(_decision_rows(compare["decisions"])),
        "\n".join(_describe_transfer(task, compare["transfer"][task]) for task in TASKS),
    ]
    return "\n\n".join(parts) + "\n"


def _describe_doubts(
    recommendation: dict[str, Any], set_ups: list[dict[str, Any]]
) -> Iterator[str]:
    """What test says of choice and runner-up, and the cost margin that would change the choice."""
    second = recommendation["runner_up"]
    if recommendation["decision"] == "release" and second is not None:
        costs = {
            (row["urgency"], row["specialty"]): (
                f"{row['cost_per_1000']:.0f} [{row['low']:.0f}, {row['high']:.0f}]"
            )
            for row in set_ups
            if row["split"] == "test"
        }
        mine, other = (costs[of["urgency"], of["specialty"]] for of in (recommendation, second))
        yield (
            f"- On the test split, which does not choose, it costs {mine} per 1,000 forms, and "
            f"the runner-up, {describe_set_up(second)}, {other}."
        )
    margin = recommendation["flips"]["cost_margin"]
    if margin["at"] is not None:
        other = describe_set_up(margin) if margin["models"] else "none"
        yield f"- With a margin of {margin['at']:g} instead of {margin['now']:g} it takes {other}."


def _score_rows(systems: dict[str, Any], cost: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The heading, then a row a system; the way to the oracle where there is one."""
    scored = " macro-F1 · log-loss · ECE"
    has_oracle = "oracle" in systems
    way = ("of the way to the best possible",) if has_oracle else ()
    yield ("system", "urgency" + scored, "specialty" + scored, *way, "CPU-seconds")
    for system, scores in systems.items():
        cells = [" · ".join(f"{scores[task][key]:.3f}" for key in COLUMNS) for task in TASKS]
        if has_oracle:
            cells.append(" · ".join(f"{scores[task]['prior_to_oracle']:.0%}" for task in TASKS))
        seconds = f"{cost[system]['cpu_seconds']:.0f}" if system in cost else ""
        yield (DESCRIPTIONS[system], *cells, seconds)


def _decision_rows(decisions: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The heading, then a row a system: urgency by each rule that it has."""
    yield ("urgency: " + " · ".join(RULES), *(words for words in FIGURES.values()))
    for system, by_rule in decisions.items():
        if set(RULES) <= set(by_rule):
            cells = [
                " · ".join(f"{by_rule[rule][figure]:.2f}" for rule in RULES) for figure in FIGURES
            ]
            yield (DESCRIPTIONS[system], *cells)


def _describe_transfer(task: str, transfer: dict[str, Any]) -> str:
    loss = transfer["log_loss"]
    return (
        f"- Transfer to {task}: macro-F1 {transfer['delta']:+.4f} "
        f"[{transfer['low']:+.4f}, {transfer['high']:+.4f}], {transfer['verdict']}; "
        f"log-loss gain {loss['delta']:+.4f} nats [{loss['low']:+.4f}, {loss['high']:+.4f}], "
        f"{loss['verdict']}."
    )


def _picture(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Macro-F1 with 95 % intervals: a column a task, a row a data source."""
    x = {"type": "quantitative", "scale": {"zero": False}, "title": "macro-F1, 95 % interval"}
    y = {"field": "system", "type": "nominal", "sort": list(DESCRIPTIONS), "title": None}
    scale = {"domain": list(SYSTEM_COLOURS), "range": list(SYSTEM_COLOURS.values())}
    colour = {"color": {"field": "system", "type": "nominal", "scale": scale, "legend": None}}
    return {
        "data": {"values": [row for row in rows if row["system"] != "prior"]},
        "facet": {
            "column": {"field": "task", "type": "nominal", "sort": list(TASKS), "title": None},
            "row": {
                "field": "data",
                "type": "nominal",
                "sort": list(SOURCES.values()),
                "title": None,
            },
        },
        "spec": {
            "width": 300,
            "height": {"step": 22},
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 2},
                    "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y}
                    | colour,
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                    "encoding": {"x": x | {"field": "macro_f1"}, "y": y} | colour,
                },
            ],
        },
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }


if __name__ == "__main__":
    main()
