"""Which pictures stand on the pages, and the rows that fill their templates."""

from collections.abc import Iterator, Sequence
from typing import Any

from intake_triage.release.words import TASK_WORDS, name_class
from intake_triage.report.pages.charts import Picture, draw, fill_template
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import NAMED, SOURCE_WORDS, Row, name_system
from intake_triage.tasks import Task

LEAST_SHOWN = 0.25  # of the cells of a table of classes, else its picture is left out
OTHER = "#999999"  # what is no system, such as treating all
DIAGONAL = "Points on the diagonal: stated chances come true as often as stated."
TREAT_ALL = "treat all"  # the rows of net benefit that are of no model
WORDS = {
    "task": TASK_WORDS.__getitem__,
    "system": lambda name: name_system(name) if name in NAMED else name,
    **dict.fromkeys(("class", "true", "predicted"), name_class),
}


def draw_annex_pictures(run: Run) -> Iterator[Picture]:
    """Those of the annex, in their order."""
    if "urgency" in run.tasks:
        yield from _draw_urgency(run)
    for task in run.tasks:
        yield from _draw_task(run, task, TASK_WORDS[task])
    if run.groups_compare:
        yield draw(
            "groups",
            "Urgent forms sent too late, by group of patients, with ranges",
            "A row a group, the last row all patients.",
            "subgroups",
            _groups(run),
            **{"x": "value", "y": "", "x_label": "share", "width": 150, "step": 14},
        )


def _draw_urgency(run: Run) -> Iterator[Picture]:
    own = run.system("urgency")
    bins = [_in_words(row) for row in run.rows("threshold", system=own)]
    yield _draw_where(
        len(bins) > 1,
        "threshold",
        "Calibration where decisions turn: chance of an urgent tier, placed as urgent from the "
        "dashed line on",
        DIAGONAL,
        "threshold",
        bins,
        **{"x": "chance", "x_label": "stated", "width": 200},
        **{"y": "observed", "y_label": "came true", "height": 150},
    )
    rows = [_in_words(row) for row in run.plots["net_benefit"] if row["system"] in (own, TREAT_ALL)]
    yield _draw_where(
        len(rows) > 1,
        "net-benefit",
        "Net benefit of acting at each cut of urgency; gray: all are treated, or none",
        "A panel a cut; the higher the better.",
        "net_benefit",
        rows,
        **{"x": "threshold", "x_label": "chance from which one acts", "width": 150},
        **{"y": "net_benefit", "y_label": "net benefit", "height": 110},
    )


def _draw_task(run: Run, task: Task, words: str) -> Iterator[Picture]:
    system = run.system(task)
    bins = [
        _in_words(row)
        for row in run.rows("reliability", task=task, kind="calibrated", system=system)
    ]
    yield _draw_where(
        len(bins) > 1,
        f"reliability-{task}",
        f"Reliability of {words}, likeliest class",
        DIAGONAL,
        "reliability",
        bins,
        **{"x": "confidence", "x_label": "stated", "width": 150},
        **{"y": "accuracy", "y_label": "came true", "height": 150},
    )
    cells = [_in_words(row) for row in run.rows("confusion", task=task, system=system)]
    yield _draw_where(
        sum(cell["share"] is not None for cell in cells) >= LEAST_SHOWN * len(cells),
        f"confusion-{task}",
        f"Confusion of {words}, least-cost decision, which is piloted",
        "A row a true class, a column a decided one; darker: a larger share of the row. Cells that "
        "would tell of few people are empty.",
        "confusion",
        cells,
        **{"x": "predicted", "x_label": "decided", "y": "true", "y_label": "true", "width": 300},
    )


def _draw_where(is_enough: bool, name: str, title: str, *content: Any, **fields: Any) -> Picture:
    """The picture, or its title alone where there is not enough to see."""
    return draw(name, title, *content, **fields) if is_enough else Picture(name, title, svg="")


def draw_macro_f1(runs: Sequence[Run]) -> str:
    """Macro-F1 with 95 % intervals of every system that reads the form: a panel a run and task."""
    rows = [
        _in_words(row) | {"panel": f"{SOURCE_WORDS[run.source]}: {TASK_WORDS[row['task']]}"}
        for run in runs
        for row in run.rows("macro_f1")
        if row["system"] != "prior"
    ]
    label = "macro-F1, 95 % interval"
    return fill_template("intervals", rows, x="macro_f1", y="system", x_label=label)


def _in_words(row: Row) -> dict[str, Any]:
    """The row with words for names, and the colour of its system."""
    said = {key: WORDS[key](row[key]) for key in row.keys() & WORDS.keys()}
    known = NAMED.get(row.get("system", ""))
    return {**row, "colour": known.colour if known else OTHER, **said}


def _groups(run: Run) -> Iterator[Row]:
    """A row a group, and one for all patients."""
    rows, overall = run.missed_by_group(), run.decided("urgency", "under_triage")
    if overall is not None and overall.value is not None:
        rows = [*rows, vars(overall) | {"group": "all patients"}]
    for row in rows:
        words = {"column": row["group"], "subgroup": "", "task": "urgent forms"}
        yield _in_words(row) | words | {"measure": "sent too late"}
