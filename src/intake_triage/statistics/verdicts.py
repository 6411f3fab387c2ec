"""Does training both tasks in one model help? `mtl` against `st`; above 0 favours `mtl`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.statistics.bootstrap import Replicates
from intake_triage.statistics.estimates import (
    ALPHA,
    Estimate,
    estimate_class_differences,
    estimate_difference,
)

ALL = "all classes"
NOT_JUDGED = "not judged: one seed"  # what differs between two fits may be the luck of their seeds


def decide_verdict(
    estimate: Estimate, *, margin: float, p_zero: float | None = None, p_within: float | None = None
) -> str:
    """Say in words what an estimated difference shows.

    Parameters
    ----------
    estimate : Estimate
        Of mtl − st, above 0 for a gain.
    margin : float
        Above 0; a smaller difference is of no practical weight.
    p_zero, p_within : float, optional
        `Estimate.p_differs_from_zero` and `Estimate.p_within`, where they are corrected for several
        looks; by default as the estimate gives them.

    Returns
    -------
    str
        positive or negative where 0 is excluded at 95 %, followed by ", smaller than the margin"
        where the 90 % interval lies within the margin; else equivalent where it does; else
        inconclusive.
    """
    p_zero = estimate.p_differs_from_zero() if p_zero is None else p_zero
    p_within = estimate.p_within(margin) if p_within is None else p_within
    small = p_within < ALPHA
    if p_zero < ALPHA:
        sign = "positive" if estimate.value > 0 else "negative"
        return f"{sign}, smaller than the margin" if small else sign
    return "equivalent" if small else "inconclusive"


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values of one family for the number of looks, keeping their order.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    raised = np.maximum.accumulate(np.asarray(p_values)[order] * factors)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(raised, 1)
    return corrected.tolist()


@dataclass(frozen=True)
class Transfer:
    """What `mtl` gains over `st` in one measure.

    Attributes
    ----------
    overall : Estimate
        For the task.
    by_class : Estimate by the name of the class
    margin : float
        Above 0, in the measure's unit.
    seeds : int
        Those of the arm that has fewer.
    """

    overall: Estimate
    by_class: Mapping[str, Estimate]
    margin: float
    seeds: int

    def summary(self) -> dict[str, Any]:
        """The task's gain as metrics show it."""
        verdict = self._judge(self.overall)
        p = float(f"{self.overall.p_differs_from_zero():.2g}")
        return _describe(self.overall, verdict) | {"p": p}

    def rows(self) -> list[dict[str, Any]]:
        """A row for all classes together, then one a class.

        The verdicts by class are Holm-corrected over the classes, the intervals are not.
        """
        p_zero = holm([gain.p_differs_from_zero() for gain in self.by_class.values()])
        p_within = holm([gain.p_within(self.margin) for gain in self.by_class.values()])
        rows = [{"class": ALL, **_describe(self.overall, self._judge(self.overall))}]
        for (name, gain), zero, within in zip(self.by_class.items(), p_zero, p_within, strict=True):
            verdict = self._judge(gain, p_zero=zero, p_within=within)
            rows.append({"class": name, **_describe(gain, verdict)})
        return [row | {"margin": self.margin} for row in rows]

    def _judge(self, gain: Estimate, **corrected: float) -> str:
        """`decide_verdict`, which needs more than one seed an arm: else their luck is left out."""
        if self.seeds < 2:
            return NOT_JUDGED
        return decide_verdict(gain, margin=self.margin, **corrected)


def gain_in_f1(
    mtl: Replicates, st: Replicates, *, classes: Mapping[int, str], margin: float, n_units: int
) -> Transfer:
    """mtl − st in macro-F1 over all classes, and in the F1 of some.

    Parameters
    ----------
    mtl, st : Replicates
        From the same bootstrap weights.
    classes : mapping
        Class index to name, for those to show on their own.
    margin : float
    n_units : int
        Units with a label of the task.
    """
    by_class = _gains_by_class(mtl.f1, st.f1, classes, n_units=n_units)
    overall = estimate_difference(mtl.macro_f1, st.macro_f1, n_units=n_units)
    return Transfer(overall, by_class, margin, min(len(mtl.f1), len(st.f1)))


def gain_in_log_loss(
    mtl: Replicates, st: Replicates, *, classes: Mapping[int, str], margin: float, n_units: int
) -> Transfer:
    """st − mtl in log-loss, in nats; parameters as in `gain_in_f1`."""
    by_class = _gains_by_class(st.class_log_loss, mtl.class_log_loss, classes, n_units=n_units)
    overall = estimate_difference(st.log_loss, mtl.log_loss, n_units=n_units)
    return Transfer(overall, by_class, margin, min(len(mtl.log_loss), len(st.log_loss)))


def _gains_by_class(
    first: np.ndarray, second: np.ndarray, classes: Mapping[int, str], *, n_units: int
) -> dict[str, Estimate]:
    shown = list(classes)
    gains = estimate_class_differences(first[..., shown], second[..., shown], n_units=n_units)
    return dict(zip(classes.values(), gains, strict=True))


def _describe(gain: Estimate, verdict: str) -> dict[str, Any]:
    low, high = gain.interval()
    return {
        "delta": round(gain.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "verdict": verdict,
        "smallest_detectable": round(gain.smallest_detectable(), 4),
    }
