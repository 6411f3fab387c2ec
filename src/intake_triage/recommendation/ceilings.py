"""The ceilings of `decision`: what a set-up must not do, however little it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.measures.cut_calibration import cut_names
from intake_triage.evaluation.table import ENDS
from intake_triage.params import DecisionParams
from intake_triage.tasks import Task


@dataclass(frozen=True)
class Ceiling:
    """Bounds of one measure of a set-up.

    Attributes
    ----------
    measure : str
        Its name in `MEASURES`, for `task`.
    task : str
    class_name : str
        The cut that it is about; "" for all forms.
    most, least : str or None
        The keys of its bounds under `decision`; None where it has no such bound.
    either_way : bool
        Whether `most` bounds the figure's distance from 0.
    """

    measure: str
    task: Task
    class_name: str
    most: str
    least: str | None = None
    either_way: bool = False

    @property
    def name(self) -> str:
        """Its name in files."""
        return {"ece": f"ece_{self.task}", "slope": f"slope_{self.class_name}"}.get(
            self.measure, self.measure
        )

    def bounds(self, decision: DecisionParams) -> tuple[float, float]:
        """The least and the most that keep to it."""
        most = get_key(decision, self.most)
        if self.either_way:
            return -most, most
        return -np.inf if self.least is None else get_key(decision, self.least), most

    def breaks(self, value: float | None, decision: DecisionParams) -> bool:
        """Whether `value` lies beyond; a figure that does not exist breaks nothing."""
        least, most = self.bounds(decision)
        return value is not None and not least <= value <= most

    def excess(self, value: float | None, decision: DecisionParams) -> float:
        """Figure over limit, above 1 where it lies beyond; below the least, the least over it."""
        if value is None:
            return 0.0
        least, most = self.bounds(decision)
        if self.either_way:
            return abs(value) / most
        if self.least is None or value >= least:
            return value / most
        return least / value if value > 0 else np.inf

    def judge(self, figure: "CeilingFigure | None", decision: DecisionParams) -> str:
        """What a confidence interval says: met, not_shown or broken.

        Met where all of it is within the bounds, broken where all of it is beyond one of them, and
        not shown where it straddles one, or where there is no figure.
        """
        if figure is None:
            return "not_shown"
        least, most = self.bounds(decision)
        if figure.low > most or figure.high < least:
            return "broken"
        return "met" if figure.low >= least and figure.high <= most else "not_shown"

    def describe(self, decision: DecisionParams) -> dict[str, Any]:
        """What it is about, and its bounds, as files show them."""
        least, most = self.bounds(decision)
        about = {"measure": self.measure, "task": self.task, "class_name": self.class_name}
        return about | ({"limit": most} if np.isinf(least) else {"least": least, "most": most})


@dataclass(frozen=True)
class CeilingFigure:
    """A figure with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    shown : bool
        False where it would tell of a few people.
    """

    value: float
    low: float
    high: float
    shown: bool = True


Figures = Mapping[str, CeilingFigure | None]  # by the ceiling's name


def list_ceilings(classes: Mapping[Task, tuple[str, ...]], *, urgent_tiers: int) -> list[Ceiling]:
    """All ceilings, in the order of docs/protocol.md, in which they are looked at.

    Parameters
    ----------
    classes : mapping
        By task, of those that there are, the class names; tiers most urgent first.
    urgent_tiers : int
        At least 1, and below the number of tiers.
    """
    calibration = [Ceiling("ece", task, "", "max_ece") for task in classes]
    if "urgency" not in classes:
        return calibration
    tiers = classes["urgency"]
    cuts = cut_names(tiers)
    placed = ["under_triage", "most_urgent_missed", "severe_under_triage", "over_triage"]
    if len(tiers) == 2:  # no form can be placed two tiers too low
        placed.remove("severe_under_triage")
    return [
        *(Ceiling(measure, "urgency", "", f"max_{measure}") for measure in placed),
        Ceiling("urgent_load", "urgency", "", "max_load"),
        *calibration,
        *(Ceiling("slope", "urgency", cut, "slope.most", "slope.least") for cut in cuts),
        Ceiling("intercept", "urgency", cuts[urgent_tiers - 1], "max_intercept", either_way=True),
    ]


def list_broken(
    ceilings: Sequence[Ceiling], figures: Mapping[str, float | None], decision: DecisionParams
) -> list[Ceiling]:
    """The ceilings that point estimates break, in their order."""
    return [each for each in ceilings if each.breaks(figures[each.name], decision)]


def judge_ceilings(
    ceilings: Sequence[Ceiling], figures: Figures, decision: DecisionParams
) -> dict[str, dict[str, Any]]:
    """By ceiling: what it is about, its bounds, the figure with its interval, and the status.

    A figure that does not exist, such as the slope of a cut that nobody lies beyond, is not shown
    to be within its bounds.
    """
    judged = {}
    for ceiling in ceilings:
        figure = figures[ceiling.name]
        numbers = dict.fromkeys(ENDS)
        if figure is not None and figure.shown:
            numbers = {key: round_figure(ceiling.measure, getattr(figure, key)) for key in numbers}
        status = {"status": ceiling.judge(figure, decision)}
        judged[ceiling.name] = ceiling.describe(decision) | numbers | status
    return judged


def get_key(decision: DecisionParams, key: str) -> float:
    """The value at a dotted key."""
    value: Any = decision
    for name in key.split("."):
        value = getattr(value, name)
    return value


def set_key(decision: DecisionParams, key: str, value: float) -> DecisionParams:
    """The same params with another value at a dotted key."""
    name, _, inner = key.partition(".")
    if inner:
        value = getattr(decision, name).model_copy(update={inner: value})
    return decision.model_copy(update={name: value})
