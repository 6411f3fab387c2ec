"""The ceilings of `decision`: what a set-up must not do, however little it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams

UNDER_TRIAGE = "under_triage"
SLOPE = "slope_"  # then the name of the cut
ECE = "ece_"  # then the task
DECIMALS = 4


@dataclass(frozen=True)
class Bounds:
    """Where a figure must lie, both ends included; `least` is None where there is no lower one."""

    least: float | None
    most: float

    def breaks(self, value: float | None) -> bool:
        """Whether `value` lies beyond; a figure that does not exist breaks nothing."""
        if value is None:
            return False
        return value > self.most or (self.least is not None and value < self.least)

    def judge(self, low: float, high: float) -> str:
        """What a confidence interval says: met, not_shown or broken.

        Met where all of it is within the bounds, broken where all of it is beyond one of them, and
        not shown where it straddles one.
        """
        least = -np.inf if self.least is None else self.least
        if low > self.most or high < least:
            return "broken"
        return "met" if low >= least and high <= self.most else "not_shown"

    def describe(self) -> dict[str, float]:
        if self.least is None:
            return {"limit": self.most}
        return {"least": self.least, "most": self.most}


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    may_be_shown : bool
        False where it would tell of a few people.
    """

    value: float
    low: float
    high: float
    may_be_shown: bool = True


def bounds_of(ceiling: str, decision: DecisionParams) -> Bounds:
    """The bounds by the ceiling's name: under_triage, ece_<task>, slope_<cut>."""
    if ceiling == UNDER_TRIAGE:
        return Bounds(None, decision.max_under_triage)
    if ceiling.startswith(ECE):
        return Bounds(None, decision.max_ece)
    return Bounds(decision.slope.least, decision.slope.most)


def first_broken(figures: Mapping[str, float | None], decision: DecisionParams) -> str:
    """Name of the first ceiling that a point estimate breaks, "" where none is broken."""
    broken = (name for name, value in figures.items() if bounds_of(name, decision).breaks(value))
    return next(broken, "")


def judge_ceilings(
    figures: Mapping[str, Figure | None], decision: DecisionParams
) -> dict[str, dict[str, Any]]:
    """By ceiling: its bounds, the figure with its interval, and the status.

    A figure that does not exist, such as the slope of a cut that nobody lies beyond, is not shown
    to be within its bounds.
    """
    judged = {}
    for name, figure in figures.items():
        bounds = bounds_of(name, decision)
        numbers = dict.fromkeys(("value", "low", "high"))
        if figure is not None and figure.may_be_shown:
            numbers = {key: round(getattr(figure, key), DECIMALS) for key in numbers}
        status = "not_shown" if figure is None else bounds.judge(figure.low, figure.high)
        judged[name] = bounds.describe() | numbers | {"status": status}
    return judged
