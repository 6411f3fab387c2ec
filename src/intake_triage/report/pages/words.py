"""The words of every page: what things are called, and how figures are written."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.table import BOTH, Result
from intake_triage.recommendation.candidates import SetUp
from intake_triage.systems import SYSTEMS
from intake_triage.tasks import TASKS

Row = Mapping[str, Any]
Format = Callable[[float], str]

NOT_SHOWN = "not shown"  # it would tell of a few people, or does not exist
ABSENT = "–"  # the run does not have it
MAJORITY = "majority"  # what class frequencies come to by the likeliest class
MAJORITY_RULE = ("prior", "argmax")
TASK_WORDS = {"urgency": "urgency", "specialty": "sub-specialty", BOTH: "both tasks"}
SOURCE_WORDS = {
    "namcs": "Real survey (NAMCS)",
    "synthetic": "Synthetic clinic",
    "file": "Own forms",
}
COLUMN_WORDS = {"age_band": "age"}
RULE_WORDS = {
    "": "stated chances",
    "argmax": "likeliest class, uncalibrated",
    "balanced": "class weights",
    "cost": "least-cost decision, which is piloted",
}


def name_system(system: str, rule: str = "") -> str:
    """A system, which may serve one task or both; by the rule that makes classes of it, if any."""
    is_majority = system == MAJORITY or (system, rule) == MAJORITY_RULE
    return "a majority rule" if is_majority else SYSTEMS[system].label


def set_up_of(values: Row) -> SetUp:
    """The set-up of a row that names a system for each task."""
    return SetUp(*(values.get(task) for task in TASKS))


def name_set_up(set_up: SetUp, *, short: bool = False) -> str:
    """A set-up's models; `short` for pictures and narrow tables."""
    labels = [SYSTEMS[system].label for system in set_up.systems.values()]
    if len(labels) == 1:
        return labels[0] if short else f"one {labels[0]} model"
    urgency, specialty = labels
    if set_up.models == 1:
        return urgency if short else f"one {urgency} for both tasks"
    if urgency == specialty:
        return f"two {urgency} models"
    if short:
        return f"{urgency} + {specialty}"
    return f"two models, {urgency} for urgency and {specialty} for the sub-specialty"


def name_class(name: str) -> str:
    """A tier, a sub-specialty, a cut between tiers or a key."""
    return name.replace("semi_", "semi-").replace("_", " ")


def name_group(column: str, subgroup: str) -> str:
    """A group of patients, such as "age 0-4" or "sex not recorded"."""
    subgroup = "not recorded" if subgroup == "missing" else name_class(subgroup)
    return f"{COLUMN_WORDS.get(column, name_class(column))} {subgroup}"


def name_measure(measure: str) -> str:
    """A measure as it is registered; one that is no longer, by its name."""
    return MEASURES[measure].words if measure in MEASURES else name_class(measure)


plain: Format = "{:.3g}".format  # as people write it: 8.374 as "8.37", 10.0 as "10"


def whole(value: float | str) -> str:
    """1320.1 as "1,320"; a count that is hidden says so itself: "under 11"."""
    return value if isinstance(value, str) else f"{value:,.0f}"


def cost_to_compute(value: float) -> str:
    """Seconds, megabytes and the like, whole; nothing is free: 0.3 as "under 1"."""
    return "under 1" if value < 0.5 else whole(value)


def of_100(value: float) -> str:
    """A share as so many of 100: 0.4824 as "48"."""
    return f"{value:.0%}".rstrip("%")


def of_100_finely(value: float) -> str:
    """A share as so many of 100, to a tenth: 0.0998 as "10.0"."""
    return f"{value:.1%}".rstrip("%")


def decimals(count: int, *, signed: bool = False) -> Format:
    """A format with so many decimals; what rounds to none at all is not called negative."""
    return lambda value: f"{value:{'+' if signed else ''}z.{count}f}"


def number(value: float | None) -> str:
    """Three decimals, or that it is not shown."""
    return NOT_SHOWN if value is None else f"{value:z.3f}"


def with_interval(figure: Result | Row | None, form: Format = whole, value: str = "value") -> str:
    """Such as "414 (402 to 426)"; a figure that is missing (None) or hidden is said to be so."""
    if figure is None:
        return ABSENT
    row = vars(figure) if isinstance(figure, Result) else figure
    if row[value] is None:
        return NOT_SHOWN
    if row.get("low") is None:
        return form(row[value])
    return f"{form(row[value])} ({range_of(row, form)})"


def range_of(row: Result | Row, form: Format = whole) -> str:
    """An interval, such as "402 to 426"."""
    row = vars(row) if isinstance(row, Result) else row
    return f"{form(row['low'])} to {form(row['high'])}"


def enumerate_words(words: Iterable[str], last: str = "and") -> str:
    """Such as "a, b and c"."""
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def capitalise(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def _of_100(value: float) -> str:
    return f"{of_100_finely(value)} of 100"


# What each change is of, in words, and how its values are written.
CHANGES: dict[str, tuple[str, Format]] = {
    "cost.too_late_urgent": ("harm points for an urgent form sent too late", plain),
    "cost.too_late": ("harm points for any other form sent too late", plain),
    "cost.too_early": ("harm points for a form sent too early", plain),
    "cost.misroute": ("harm points for a form sent to the wrong sub-specialty", plain),
    "cost_margin": ("harm points accepted for a simpler set-up", plain),
    "max_under_triage": ("limit for urgent forms sent too late", _of_100),
    "max_ece": ("limit for how far stated chances may be off", _of_100),
    # These lie close to 1: a third decimal tells.
    "slope.least": ("lower limit for caution of stated chances", "{:g}".format),
    "slope.most": ("upper limit for caution of stated chances", "{:g}".format),
}


def name_limit(ceiling: Row) -> tuple[str, str]:
    """A ceiling of the recommendation in a sentence, and as the name of a row: slopes have many."""
    if ceiling["measure"] == "under_triage":
        late = "urgent forms sent too late"
        return f"the share of {late}", f"{late}, of 100 urgent forms"
    if ceiling["measure"] == "ece":
        chances = f"stated chances of {TASK_WORDS[ceiling['task']]}"
        return f"how far the {chances} are off", f"{chances}: error, of 100"
    row = f"caution of stated chances of “{name_class(ceiling['class_name'])}”"
    return "the caution of the stated chances of urgency", row
