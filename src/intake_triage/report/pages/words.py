"""The words of the pages of a run: what things are called, and how figures are written."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.table import Result
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.words import TASK_WORDS, name_class, name_column, name_subgroup
from intake_triage.systems import FORECASTERS, SYSTEMS
from intake_triage.tasks import TASKS

Row = Mapping[str, Any]
Format = Callable[[float], str]

NOT_SHOWN = "not shown"  # it would tell of a few people, or does not exist
ABSENT = "–"  # the run does not have it
MAJORITY_RULE = ("prior", "argmax")  # what class frequencies come to by the likeliest class
SOURCE_WORDS = {
    "namcs": "Real survey (NAMCS)",
    "synthetic": "Made-up clinic",
    "file": "Own forms",
}
# What a verdict of transfer says of learning both tasks together.
VERDICT_WORDS = {
    "positive": "helps",
    "negative": "hurts",
    "equivalent": "no difference that is noticed",
    "inconclusive": "may help or hurt",
    "positive, smaller than the margin": "helps, but too little to be noticed",
    "negative, smaller than the margin": "hurts, but too little to be noticed",
}
NAMED = {**SYSTEMS, **FORECASTERS}  # all that have a label and a colour
RULE_WORDS = {
    "": "stated chances",
    "argmax": "likeliest class",
    "balanced": "class weights",
    "cost": "least-cost decision, which is piloted",
}


def name_system(name: str, rule: str = "") -> str:
    """A forecaster, system or reference; by the rule that makes classes of it, if any."""
    return "a majority rule" if (name, rule) == MAJORITY_RULE else NAMED[name].label


def set_up_of(values: Row) -> SetUp:
    """The set-up of a row that names a forecaster for each task."""
    return SetUp(*(values.get(task) for task in TASKS))


def name_set_up(set_up: SetUp, *, short: bool = False) -> str:
    """A set-up's models; `short` for pictures and narrow tables."""
    names = list(set_up.forecasters.values())
    labels = [FORECASTERS[name].label for name in names]
    is_blend = [len(FORECASTERS[name].members) > 1 for name in names]
    if len(names) == 1:
        return labels[0] if short or is_blend[0] else f"one {labels[0]} model"
    urgency, specialty = labels
    if urgency != specialty:
        if short:
            return f"{urgency} + {specialty}"
        return f"{urgency} for urgency, and for the sub-specialty {specialty}"
    if is_blend[0]:
        return (
            urgency if short else f"{urgency} for {'both tasks' if set_up.joint else 'each task'}"
        )
    if set_up.joint:
        return urgency if short else f"one {urgency} for both tasks"
    return f"two {urgency} models"


def quote(name: str) -> str:
    """A class in quotation marks."""
    return f"“{name_class(name)}”"


def name_group(column: str, subgroup: str) -> str:
    """A group of patients, such as "age 0-4" or "sex not recorded"."""
    return f"{name_column(column)} {name_subgroup(subgroup)}"


def name_source(source: str) -> str:
    """Where a run's forms are from."""
    return SOURCE_WORDS[source]


def say_verdict(gain: Row, margin: float) -> str:
    """What a verdict of transfer says of learning both tasks together."""
    words = VERDICT_WORDS[gain["verdict"]]
    least = {"positive": gain["low"], "negative": -gain["high"]}.get(gain["verdict"], margin)
    return f"{words}, perhaps too little to be noticed" if least < margin else words


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
    return lambda value: f"{value:{'+' if signed else ''}z,.{count}f}"


def signed(value: float) -> str:
    """Three decimals with a sign: 0.0272 as "+0.027"."""
    return decimals(3, signed=True)(value)


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


def more_or_fewer(difference: Row) -> str:
    """A difference, its interval: such as "12 fewer (20 to 4)", "9 more (3 fewer to 21 more)"."""

    def say(value: float) -> str:
        return f"{whole(abs(value))} {'fewer' if value < 0 else 'more'}"

    ends = [difference["low"], difference["high"]]
    is_one_way = len({value < 0 for value in (difference["value"], *ends)}) == 1
    low, high = (whole(abs(end)) if is_one_way else say(end) for end in ends)
    return f"{say(difference['value'])} ({low} to {high})"


def keep_together(text: str) -> str:
    """What stands in brackets on one line."""
    return re.sub(r"\([^)]{,24}\)", lambda found: found[0].replace(" ", "\u00a0"), text)


def enumerate_words(words: Iterable[str], last: str = "and") -> str:
    """Such as "a, b and c"."""
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def capitalise(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The first letter small, within a sentence."""
    return text[:1].lower() + text[1:]


def share_limit(value: float) -> str:
    """A limit that is a share, as people set it: 0.125 as "12.5 of 100"."""
    return f"{100 * value:g} of 100"


# What each change is of, in words, and how its values are written.
CHANGES: dict[str, tuple[str, Format]] = {
    "cost.too_late_urgent": ("harm points for an urgent form sent too late", plain),
    "cost.too_late": ("harm points for any other form sent too late", plain),
    "cost.too_early": ("harm points for a form sent too early", plain),
    "cost.misroute": ("harm points for a form sent to the wrong sub-specialty", plain),
    "cost_margin": ("harm points accepted for a simpler set-up", plain),
    "max_under_triage": ("limit for urgent forms sent too late", share_limit),
    "max_most_urgent_missed": ("limit for forms of the most urgent tier sent lower", share_limit),
    "max_severe_under_triage": (
        "limit for urgent forms sent two or more tiers too low",
        share_limit,
    ),
    "max_over_triage": ("limit for forms that are not urgent sent too early", share_limit),
    "max_load": ("limit for forms placed as urgent, per true one", plain),
    "max_ece": ("limit for how far stated chances may be off", share_limit),
    # These lie close to 1, and to 0: a third decimal tells.
    "slope.least": ("lower limit for caution of stated chances", "{:g}".format),
    "slope.most": ("upper limit for caution of stated chances", "{:g}".format),
    "max_intercept": ("limit for the shift of the stated chances of urgent forms", "{:g}".format),
}


@dataclass(frozen=True)
class LimitWords:
    """A ceiling's words.

    Attributes
    ----------
    sentence, row : str
        What it is about, in a sentence, and as the name of a row: slopes have many rows.
    broken : str
        What is said where it is broken, with places for the figure and what is allowed.
    limit, figure : callable
        How its bounds and its figures are written.
    """

    sentence: str
    row: str
    broken: str
    limit: Format = share_limit
    figure: Format = of_100_finely


_LIMITS = {
    "under_triage": LimitWords(
        "the share of urgent forms sent too late",
        "urgent forms sent too late, of 100 of them",
        "{figure} of 100 urgent forms are sent too late, and {allowed} may be",
    ),
    "most_urgent_missed": LimitWords(
        "the share of the most urgent tier sent lower",
        "forms of the most urgent tier sent lower, of 100 of them",
        "{figure} of 100 forms of the most urgent tier are placed lower, and {allowed} may be",
    ),
    "severe_under_triage": LimitWords(
        "the share of urgent forms sent two or more tiers too low",
        "urgent forms sent two or more tiers too low, of 100 of them",
        "{figure} of 100 urgent forms are sent two or more tiers too low, and {allowed} may be",
    ),
    "over_triage": LimitWords(
        "the share of other forms sent too early",
        "forms that are not urgent sent too early, of 100 of them",
        "{figure} of 100 forms that are not urgent are sent too early, and {allowed} may be",
    ),
    "urgent_load": LimitWords(
        "the load on the urgent tiers",
        "forms placed in urgent tiers, for each that belongs there",
        "for each form that belongs in an urgent tier {figure} are placed there, and {allowed} "
        "may be",
        plain,
        decimals(2),
    ),
}


def limit_words(ceiling: Row) -> LimitWords:
    """The words of a ceiling, as `Ceiling.describe` gives it."""
    measure, task, cut = (ceiling[key] for key in ("measure", "task", "class_name"))
    if measure in _LIMITS:
        return _LIMITS[measure]
    if measure == "ece":
        chances = f"stated chances of {TASK_WORDS[task]}"
        broken = f"{chances} are off by {{figure}} of 100 on average, and {{allowed}} may be"
        return LimitWords(f"how far the {chances} are off", f"{chances}: error, of 100", broken)
    what = "caution" if measure == "slope" else "shift"
    row = f"{what} of stated chances of “{name_class(cut)}”"
    sentence = f"the {row}" if what == "shift" else "the caution of the stated chances of urgency"
    broken = f"the {row} is {{figure}}, and {{allowed}} may be"
    return LimitWords(sentence, row, broken, plain, decimals(2))
