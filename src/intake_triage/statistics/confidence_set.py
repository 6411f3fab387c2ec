"""Which of several models may be the best? A model confidence set over bootstrap resamples."""

from dataclasses import dataclass

import numpy as np

NO_SPREAD = 1e-9  # of the largest cost: two models whose difference varies less are equal


@dataclass(frozen=True)
class ConfidenceSet:
    """The models that are not shown to cost more than the best.

    Attributes
    ----------
    kept : bool array of shape (n_models,)
        Which they are; the model of least cost on the sample is always one.
    p_values : float array of shape (n_models,)
        Of the hypothesis that a model is among the best; at least 1 − level of those kept.
    """

    kept: np.ndarray
    p_values: np.ndarray


def model_confidence_set(costs: np.ndarray, *, level: float) -> ConfidenceSet:
    """The set that holds all models of least true cost with a probability of about `level`.

    Of each two models the difference on the sample is divided by its standard error over the
    resamples. While the largest of these is larger than chance makes it, the model that has it is
    dropped. Chance is the same maximum over the resamples, each less what the sample shows, so that
    how the models vary together is taken into account. Two models whose difference does not vary
    are equal, and neither beats the other: with one decision for every form they are one model.

    Parameters
    ----------
    costs : float array of shape (n_models, 1 + n_resamples)
        Mean costs on the sample, then on resamples of its units, the same for all models. A
        resample without a form to count, whose mean is NaN, is left out.
    level : float
        In (0, 1).

    References
    ----------
    Hansen, Lunde, Nason (2011), The model confidence set: the range statistic, its rule of
    elimination, and their p-values.
    """
    costs = costs[:, ~np.isnan(costs).any(axis=0)]
    n_models = len(costs)
    first, second = np.triu_indices(n_models, k=1)
    resampled = costs[first] - costs[second]  # (n_pairs, 1 + n_resamples)
    difference = resampled[:, 0]
    shifts = np.abs(resampled[:, 1:] - difference[:, np.newaxis])
    error = np.sqrt((shifts**2).mean(axis=1))
    varies = error > NO_SPREAD * np.abs(costs).max()
    scale = np.where(varies, error, np.inf)
    by_pair, chance = difference / scale, shifts / scale[:, np.newaxis]

    worse_by = np.zeros((n_models, n_models))  # of the model in the row than that in the column
    worse_by[first, second], worse_by[second, first] = by_pair, -by_pair
    p_values, highest = np.ones(n_models), 0.0
    left = np.full(n_models, True)
    while (largest := worse_by[np.ix_(left, left)].max()) > 0:
        among = left[first] & left[second]
        highest = max(highest, float((chance[among].max(axis=0) >= largest).mean()))
        # Equal models have the largest difference together, and are dropped together.
        dropped = left & (worse_by[:, left].max(axis=1) == largest)
        p_values[dropped] = highest
        left &= ~dropped
    return ConfidenceSet(p_values >= 1 - level, p_values)
