"""Which pictures stand on the pages, and the rows that fill their templates."""

from collections.abc import Iterator
from typing import Any

from intake_triage.recommendation.candidates import SetUp
from intake_triage.report.pages.charts import Picture, draw, fill_template
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import (
    MAJORITY,
    NAMED,
    TASK_WORDS,
    Row,
    capitalise,
    name_class,
    name_set_up,
    name_system,
    set_up_of,
)
from intake_triage.systems import FORECASTERS, JOINT_SYSTEMS, SYSTEMS, TRAINED_SYSTEMS
from intake_triage.tasks import Task

LEAST_SHOWN = 0.25  # of the cells of a table of classes, else its picture is left out
MIXED = "#666666"  # two forecasters side by side, one for each task
OTHER = "#999999"  # what is no system, such as the majority rule
DIAGONAL = (
    "A panel a forecaster. Points on the diagonal: stated chances come true as often as stated."
)
OUTCOMES = {
    "both_right": "both right",
    "urgency_right": "urgency right",
    "too_late_urgent": "urgent, sent too late",
    "too_early": "sent too early",
    "misrouted": "misrouted",
}
WORDS = {
    "task": TASK_WORDS.__getitem__,
    "system": name_system,
    **dict.fromkeys(("class", "true", "predicted"), name_class),
}


def colour_of(set_up: SetUp) -> str:
    """The colour of the forecaster that serves all tasks, if one does."""
    return FORECASTERS[set_up.uniform].colour if set_up.uniform else MIXED


def draw_page_pictures(run: Run) -> Iterator[Picture]:
    """Those of the two pages, narrow enough for a phone; one without rows is left out."""
    yield draw(
        "per-1000",
        "Of 1,000 forms, with 95 % ranges",
        "A panel an outcome, a row a set-up. The table below has the figures.",
        "intervals",
        _per_1000(run),
        **{"x": "value", "y": "name", "width": 60, "columns": 2, "step": 14},
    )
    if run.groups_compare:
        yield draw(
            "groups",
            "Urgent forms sent too late, by group of patients, with ranges",
            "A row a group, the last row all patients.",
            "subgroups",
            _groups(run),
            **{"x": "value", "y": "", "x_label": "share", "width": 150, "step": 14},
        )
    if deferred := list(_deferred(run)):
        yield draw(
            "deferral",
            "Errors left where a nurse reads some of the forms; sub-specialty: of those decided",
            "A panel an error; its line has the colour of the model.",
            "risk_coverage",
            deferred,
            **{"x": "coverage", "x_label": "forms decided", "width": 95},
            **{"y": "risk", "y_label": "errors, of 1,000", "height": 85},
        )


def draw_annex_pictures(run: Run) -> Iterator[Picture]:
    """Those of the annex, in their order."""
    set_ups = [
        {**row, "label": name_set_up(set_up, short=True), "colour": colour_of(set_up)}
        for row in run.rows("set_ups", split="calibrate")
        for set_up in [set_up_of(row)]
    ]
    yield draw(
        "set-ups",
        "Clinical cost of each set-up, least-cost decision, on the split that chooses, 95 % "
        "intervals",
        "A row a set-up; a diamond marks the choice, a cross what breaks a ceiling. The table of "
        "set-ups has the figures.",
        "set_ups",
        set_ups,
        **{"x": "cost_per_1000", "y": "label", "x_label": "cost per 1,000 forms"},
    )
    if "urgency" in run.tasks:
        yield from _draw_curves(run)
    for task in run.tasks:
        yield from _draw_task(run, task, TASK_WORDS[task])


def _draw_curves(run: Run) -> Iterator[Picture]:
    operating = [_in_words(row) for row in run.rows("operating")]
    yield _draw_where(
        len(operating) > 1,
        "operating",
        "Operating curve on test: as a late urgent form weighs more; diamonds at its present "
        "weight, limits dashed",
        "A line a forecaster: the lower and the further left, the better.",
        "operating",
        operating,
        **{"x": "over_triage", "x_label": "other forms sent too early"},
        **{"y": "under_triage", "y_label": "urgent forms sent too late"},
    )
    bins = [_in_words(row) for row in run.rows("threshold")]
    yield _draw_where(
        len(bins) > 1,
        "threshold",
        "Calibration where decisions turn: chance of an urgent tier, placed as urgent from the "
        "dashed line on",
        DIAGONAL,
        "threshold",
        bins,
        **{"x": "chance", "x_label": "stated", "width": 150},
        **{"y": "observed", "y_label": "came true", "height": 150},
    )


def _draw_task(run: Run, task: Task, words: str) -> Iterator[Picture]:
    system = run.system(task)

    def rows(plot: str, **wanted: Any) -> list[Row]:
        return [_in_words(row) for row in run.rows(plot, task=task, **wanted)]

    seen = {*TRAINED_SYSTEMS, system}  # blends are alike, and their names are long
    bins = [
        _in_words(row)
        for row in run.rows("reliability", task=task, kind="calibrated")
        if row["system"] in seen
    ]
    yield _draw_where(
        len(bins) > 1,
        f"reliability-{task}",
        f"Reliability of {words} on test, likeliest class, calibrated, 95 % intervals",
        DIAGONAL,
        "reliability",
        bins,
        **{"x": "confidence", "x_label": "stated", "width": 150},
        **{"y": "accuracy", "y_label": "came true", "height": 150},
    )
    cells = rows("confusion", system=system)
    yield _draw_where(
        sum(cell["share"] is not None for cell in cells) >= LEAST_SHOWN * len(cells),
        f"confusion-{task}",
        f"Confusion of {words} on test, likeliest class: {name_system(system)}",
        "A row a true class, a column a predicted one; darker: a larger share of the row. Not the "
        "least-cost decision that is piloted. Cells that would tell of few people are empty.",
        "confusion",
        cells,
        **{"x": "predicted", "x_label": "predicted", "y": "true", "y_label": "true", "width": 330},
    )
    if len(run.tasks) < 2:
        return
    joint = SYSTEMS[JOINT_SYSTEMS[0]].colour
    gains = [_in_words(row) for row in run.rows("transfer", task=task) if not run.say_alike(row)]
    yield draw(
        f"transfer-{task}",
        f"Transfer to {words} by class, likeliest class, 95 % intervals, margins dashed",
        "Points right of 0 favour the multi-task model. The table below has the figures.",
        "transfer",
        [{**row, "colour": joint} for row in gains],
        **{"x": "delta", "x_label": "gain", "y": "class", "width": 170},
    )


def _draw_where(is_enough: bool, name: str, title: str, *content: Any, **fields: Any) -> Picture:
    """The picture, or its title alone where there is not enough to see."""
    return draw(name, title, *content, **fields) if is_enough else Picture(name, title, svg="")


def draw_macro_f1(runs: dict[str, Run]) -> str:
    """Macro-F1 with 95 % intervals of every system that reads the form: a panel a run and task."""
    rows = [
        _in_words(row) | {"panel": f"{name}: {TASK_WORDS[row['task']]}"}
        for name, run in runs.items()
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


def _per_1000(run: Run) -> Iterator[Row]:
    """A panel an outcome, a row a set-up."""
    compared = {
        each.label: (name_set_up(each, short=True), colour_of(each)) for each in run.shown_set_ups
    }
    compared[MAJORITY] = name_system(MAJORITY), OTHER
    for outcome in run.select_outcomes(OUTCOMES):
        for label, (name, colour) in compared.items():
            found = run.per_1000(label, outcome)
            if found and found.value is not None:
                figures = {key: round(getattr(found, key)) for key in ("value", "low", "high")}
                yield figures | {
                    "panel": OUTCOMES[outcome],
                    "name": capitalise(name),
                    "colour": colour,
                }


def _groups(run: Run) -> Iterator[Row]:
    """A row a group, and one for all patients."""
    rows, overall = run.missed_by_group(), run.of_urgency("under_triage")
    if overall is not None and overall.value is not None:
        rows = [*rows, vars(overall) | {"group": "all patients"}]
    for row in rows:
        words = {"column": row["group"], "subgroup": "", "task": "urgent forms"}
        yield _in_words(row) | words | {"measure": "sent too late"}


def _deferred(run: Run) -> Iterator[Row]:
    """A panel an error that a nurse would spare, where more than one share decided can be shown."""
    said = {"urgency": ("urgent", "too late"), "specialty": ("sub-specialty", "wrong")}
    for task, (forms, error) in said.items():
        dots = run.left(task).values()
        if len(dots) > 1:
            yield from (_in_words(row) | {"task": forms, "measure": error} for row in dots)
