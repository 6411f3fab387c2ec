"""A share of forms as metrics and plots show it: with its interval, or not at all."""

import numpy as np

from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import LEVEL, estimate_score

DECIMALS = 4


def show_share(
    replicates: np.ndarray,
    *,
    of: float,
    n_units: int,
    decimals: int = DECIMALS,
    per: int = 1,
    level: float = LEVEL,
) -> dict[str, float] | None:
    """A share with its interval and its denominator; None where it would give a few people away.

    Parameters
    ----------
    replicates : float array of shape (n_seeds, n_weightings)
        In [0, 1]; the first weighting is the split as it is.
    of : float
        Forms in the denominator, mean over seeds.
    n_units : int
        Units with a form in the denominator.
    decimals : int
        0 for whole numbers.
    per : int
        Show the share of so many forms.
    level : float
        Of the interval, in (0, 1).

    Returns
    -------
    dict or None
        value, the mean over seeds; low, high; of, a whole number. Resamples of forms that all count
        do not vary: the lower end is then the exact binomial limit, over units.
    """
    if is_small_share(replicates[:, 0].mean() * of, of):
        return None
    shown = estimate_score(per * replicates, n_units=n_units).rounded(
        decimals, least=0, most=per, level=level
    )
    if (replicates[:, 0] == 1).all():
        limit = per * ((1 - level) / 2) ** (1 / n_units)
        shown["low"] = round(limit, decimals or None)
    return shown | {"of": round(of)}
