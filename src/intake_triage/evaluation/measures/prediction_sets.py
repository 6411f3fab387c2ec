"""Do prediction sets hold the true class as often as promised, class by class, and at what size?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.conformal import prediction_sets
from intake_triage.evaluation.coverage_bands import (
    Band,
    beta_binomial_band,
    deal_units,
    grouped_band,
)
from intake_triage.evaluation.figures import DECIMALS, show_share
from intake_triage.evaluation.fitted_rules import FittedRules
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import HeldOut, Labelled
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import estimate_score
from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class PredictionSets:
    """The prediction sets of one system for one task, on the labelled test records.

    Attributes
    ----------
    sample : Labelled
    inside : bool array of shape (n_seeds, n_labelled, n_classes)
        Which classes are in each record's set.
    bands : a band a class
        Without groups of a single seed's coverage, which varies a little more than their mean.
    """

    sample: Labelled
    inside: np.ndarray
    bands: list[Band]

    def counts(self) -> np.ndarray:
        """Records by class, int array of shape (n_classes,)."""
        return np.bincount(self.sample.labels, minlength=len(self.bands))

    def coverage(self) -> np.ndarray:
        """Share of a class's records whose set holds it, mean over seeds; NaN without records."""
        held = self.inside[:, np.arange(len(self.sample.labels)), self.sample.labels]
        covered = np.bincount(
            self.sample.labels, weights=held.mean(axis=0), minlength=len(self.bands)
        )
        return np.where(self.counts() > 0, covered / np.maximum(self.counts(), 1), np.nan)

    def classes_outside(self) -> list[int]:
        """The classes whose coverage lies outside their band."""
        judged = zip(self.coverage(), self.bands, strict=True)
        return [
            k
            for k, (share, band) in enumerate(judged)
            if not np.isnan(share) and not band.holds(share)
        ]


def cover_test(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    fitted: FittedRules,
    *,
    alpha: float,
    deals: int,
) -> dict[str, dict[Task, PredictionSets]]:
    """The sets of every trained system by task, each with its bands.

    Parameters
    ----------
    systems : mapping
        Those in `fitted` among them.
    held_out : HeldOut
    fitted : FittedRules
    alpha : float
        What the thresholds were fitted for, in (0, 1).
    deals : int
        How often groups are dealt out anew to find the bands, where records come in groups.
    """
    dealt = None
    samples = [*fitted.samples.values(), *(held_out.labelled(task) for task in TASKS)]
    if any(sample.in_groups for sample in samples):
        dealt = deal_units(fitted.n_units, held_out.n_units, deals=deals)
    sets: dict[str, dict[Task, PredictionSets]] = {}
    for name, rules in fitted.rules.items():
        sets[name] = {}
        for task in TASKS:
            then, now = fitted.samples[task], held_out.labelled(task)
            known, forecast = (
                softmax(np.float64(logits[:, sample.rows]), axis=-1)
                for logits, sample in (
                    (fitted.logits[name][task], then),
                    (systems[name].raw[task], now),
                )
            )  # (n_seeds, n_labelled, n_classes) each
            by_seed = zip(forecast, rules[task].thresholds, strict=True)
            sets[name][task] = PredictionSets(
                now,
                np.stack([prediction_sets(*seed) for seed in by_seed]),
                [
                    _find_band(k, (known, forecast), (then, now), dealt, alpha=alpha)
                    for k in range(forecast.shape[-1])
                ],
            )
    return sets


def _find_band(
    k: int,
    probabilities: tuple[np.ndarray, np.ndarray],
    samples: tuple[Labelled, Labelled],
    dealt: tuple[np.ndarray, np.ndarray] | None,
    *,
    alpha: float,
) -> Band:
    """Of class k, from the calibrate and the test split, `dealt` where records come in groups."""
    of_class = [sample.labels == k for sample in samples]
    if dealt is None:
        return beta_binomial_band(*(mask.sum() for mask in of_class), alpha=alpha)
    scores, in_calibrate = [], []
    for forecast, sample, units, mask in zip(probabilities, samples, dealt, of_class, strict=True):
        scores.append(1 - forecast[:, mask, k])
        in_calibrate.append(units[:, sample.unit[mask]])
    return grouped_band(tuple(scores), tuple(in_calibrate), alpha=alpha)


def coverage_rows(
    sets: Mapping[str, Mapping[Task, PredictionSets]], held_out: HeldOut, *, alpha: float
) -> list[dict[str, Any]]:
    """Coverage of each task, system and class, its band, and the share promised.

    Classes of few people, or of few whose set lacks them, are left out.
    """
    return [
        {
            "task": task,
            "system": name,
            "class": held_out.classes[task][k],
            "coverage": round(float(share), DECIMALS),
            "low": round(band.low, DECIMALS),
            "high": round(band.high, DECIMALS),
            "promised": round(1 - alpha, DECIMALS),
            "forms": int(count),
        }
        for task in TASKS
        for name, of_task in sets.items()
        for k, (share, band, count) in enumerate(
            zip(of_task[task].coverage(), of_task[task].bands, of_task[task].counts(), strict=True)
        )
        if not is_small_share(share * count, count)
    ]


def summarize_sets(
    sets: PredictionSets, classes: tuple[str, ...], weightings: np.ndarray
) -> dict[str, Any]:
    """How large the sets are, and whether they keep their promise.

    Returns
    -------
    dict
        mean_size: classes in a set; singletons, empty: shares of the records whose set has one
        class, none; classes: how many have test records; classes_outside: how many of them lie
        outside their band, and outside: their names.
    """
    sample, sizes = sets.sample, sets.inside.sum(axis=-1)  # (n_seeds, n_labelled)
    mean_size = estimate_score(
        replicate_mean(sizes, sample.unit, weightings), n_units=sample.n_units
    )
    shares = {
        name: show_share(
            replicate_mean(sizes == size, sample.unit, weightings),
            of=len(sample.labels),
            n_units=sample.n_units,
        )
        for name, size in (("empty", 0), ("singletons", 1))
    }
    outside = sets.classes_outside()
    return {
        "mean_size": mean_size.rounded(DECIMALS, least=0),
        **shares,
        "classes": int((sets.counts() > 0).sum()),
        "classes_outside": len(outside),
        "outside": [classes[k] for k in outside],
    }
