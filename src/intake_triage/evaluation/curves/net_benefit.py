"""What acting on a probability is worth: net benefit over a range of thresholds."""

from typing import Any

import numpy as np
from scipy.special import expit

from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures.cut_calibration import cut_logits, cut_names, cut_outcomes
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.statistics.disclosure import SHARE_DECIMALS, is_small_share
from intake_triage.statistics.estimates import estimate_score

TREAT_ALL = "treat all"

# From "one such form among 100 is worth acting on nine others" to the reverse.
THRESHOLDS = np.array([0.01, 0.02, *np.arange(5, 100, 5) / 100])


def record_net_benefits(
    probabilities: np.ndarray, outcomes: np.ndarray, *, threshold: float
) -> np.ndarray:
    """What each record adds to the net benefit of acting where the probability is high enough.

    Their mean is the net benefit: true positives less false positives at the threshold's odds, as a
    share of all records. An action that is right gains 1, one that is not costs t / (1 − t), which
    is what makes t, in (0, 1), the probability from which acting is worth it. Never acting has 0.
    Probabilities of shape (..., n_records) give as many of 1, 0 or −t / (1 − t).

    References
    ----------
    Vickers, Elkin (2006), Decision curve analysis.
    """
    gain = np.where(outcomes, 1.0, -threshold / (1 - threshold))
    return np.where(probabilities >= threshold, gain, 0.0)


def replicate_net_benefit(
    probabilities: np.ndarray, outcomes: np.ndarray, sample: Sample
) -> np.ndarray:
    """Net benefit at each of `THRESHOLDS`, (n_thresholds, n_seeds, n_weights).

    `probabilities` are of shape (n_seeds, n_labelled), all 1 for acting always.
    """
    by_threshold = np.stack(
        [record_net_benefits(probabilities, outcomes, threshold=t) for t in THRESHOLDS]
    )  # (n_thresholds, n_seeds, n_labelled)
    return sample.mean(by_threshold)


def net_benefit_rows(forecasts: Logits, split: LabelledSplit) -> list[dict[str, Any]]:
    """Net benefit of each cut, forecaster and threshold with its 95 % interval.

    To act is to treat a form as one that is above the cut. `TREAT_ALL` acts on all forms. A
    forecaster has no row where few people are acted on, or few are not. Without tiers there is no
    row.
    """
    if not split.tiers:
        return []
    sample = split.sample("urgency")
    outcomes = cut_outcomes(sample.labels, n_tiers=len(split.tiers))  # (n_labelled, n_cuts)
    probabilities = {TREAT_ALL: np.ones((1, *outcomes.shape))} | {
        name: expit(cut_logits(by_task["urgency"][:, sample.rows]))
        for name, by_task in forecasts.items()
    }  # each (n_seeds, n_labelled, n_cuts)
    rows = []
    for k, cut in enumerate(cut_names(split.tiers)):
        for name, chances in probabilities.items():
            replicates = replicate_net_benefit(chances[..., k], outcomes[:, k], sample)
            shown = _thresholds_to_show(chances[..., k], smallest_shown=split.smallest_shown)
            for threshold, benefit in zip(THRESHOLDS[shown], replicates[shown], strict=True):
                numbers = estimate_score(benefit, n_units=sample.n_units).rounded(SHARE_DECIMALS)
                rows.append(
                    {
                        "cut": cut,
                        "system": name,
                        "threshold": float(threshold),
                        "net_benefit": numbers.pop("value"),
                        **numbers,
                    }
                )
    return rows


def _thresholds_to_show(probabilities: np.ndarray, *, smallest_shown: int) -> np.ndarray:
    """Where neither those acted on nor the others are few people, bool of shape (n_thresholds,)."""
    n_labelled = probabilities.shape[1]
    acted = [(probabilities >= t).sum(axis=1).mean() for t in THRESHOLDS]
    return np.array(
        [not is_small_share(count, n_labelled, smallest_shown=smallest_shown) for count in acted]
    )
