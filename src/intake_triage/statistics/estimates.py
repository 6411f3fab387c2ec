"""How sure is a score, or a difference of two systems' scores, given the test records and seeds?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

ALPHA = 0.05
LEVEL = 1 - ALPHA
POWER = 0.8
FEW_UNITS = 40
# With fewer units on one side of a share the t limit on the other side lies too near: a sample that
# happens to have few of them also spreads too little.
FEW_ON_A_SIDE = 10


@dataclass(frozen=True)
class Estimate:
    """A number with its uncertainty, from Student's t distribution.

    Attributes
    ----------
    value : float
    standard_error : float
        Not negative.
    degrees_of_freedom : float
        Above 0; infinite where nothing varies.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The two-sided confidence interval at `level`, in (0, 1)."""
        half = self.standard_error * self._t_quantile((1 + level) / 2)
        return self.value - half, self.value + half

    def rounded(self, decimals: int, *, least: float = -np.inf) -> dict[str, float]:
        """`value`, `low` and `high`; the interval ends where the scale does, at `least`."""
        low, high = self.interval()
        shown = {"value": self.value, "low": max(least, low), "high": high}
        return {name: round(number, decimals) for name, number in shown.items()}

    def p_differs_from_zero(self) -> float:
        """Two-sided p-value of the hypothesis that the true value is 0."""
        return 2 * min(self.p_above(0.0), self.p_below(0.0), 0.5)

    def p_within(self, margin: float) -> float:
        """p-value of the hypothesis that the true value is `margin` or more away from 0.

        The larger of two one-sided tests; below 0.05 where the 90 % interval lies inside.
        """
        return max(self.p_above(-margin), self.p_below(margin))

    def p_above(self, bound: float) -> float:
        """One-sided p-value of the hypothesis that the true value is `bound` or less."""
        if self.standard_error == 0:
            return 0.0 if self.value > bound else 1.0
        t = (self.value - bound) / self.standard_error
        return float(stats.t.sf(t, self.degrees_of_freedom))

    def p_below(self, bound: float) -> float:
        """One-sided p-value of the hypothesis that the true value is `bound` or more."""
        mirrored = Estimate(-self.value, self.standard_error, self.degrees_of_freedom)
        return mirrored.p_above(-bound)

    def smallest_detectable(self) -> float:
        """The true difference that a test at 95 % would find in 80 % of repetitions."""
        return self.standard_error * (self._t_quantile((1 + LEVEL) / 2) + self._t_quantile(POWER))

    def _t_quantile(self, probability: float) -> float:
        return float(stats.t.ppf(probability, self.degrees_of_freedom))


def estimate_score(replicates: np.ndarray, *, n_units: int) -> Estimate:
    """A system's score, the mean over its seeds.

    `replicates` is of shape (n_seeds, n_weights): the first weights give the value, the others its
    spread. `n_units` are the units with a record that counts.
    """
    return _estimate([replicates], replicates.mean(axis=0), n_units=n_units)


def bound_share(
    replicates: np.ndarray, *, n_units: int, level: float = LEVEL
) -> tuple[float, float, float]:
    """A share with its interval at `level`: value, low and high, all in [0, 1].

    As `estimate_score` has it, but the upper limit of a rare event is no lower than the exact
    binomial one over units; where more than `FEW_ON_A_SIDE` of them count, than that of so many, so
    that it does not fall where the count rises. The lower limit of a common event likewise, being 1
    less the upper one of what is left over. Units of several records are cautiously taken for one
    record each.

    References
    ----------
    Clopper, Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the
    binomial.
    """
    estimate = estimate_score(replicates, n_units=n_units)
    low, high = np.clip(estimate.interval(level), 0, 1).tolist()
    counted = estimate.value * n_units  # a mean over seeds and a unit's records: no whole number
    low = min(low, 1 - _exact_upper_limit(n_units - counted, n_units=n_units, level=level))
    high = max(high, _exact_upper_limit(counted, n_units=n_units, level=level))
    return estimate.value, low, high


def estimate_difference(first: np.ndarray, second: np.ndarray, *, n_units: int) -> Estimate:
    """The mean score of `first` over its seeds less that of `second`, paired on the same records.

    The variance is that of the seed-mean difference over the resamples, plus s²/n over the seeds of
    each arm; an arm of one seed adds nothing. The degrees of freedom are Satterthwaite's for the
    sum of the arms, and averaged cautiously between seeds and records (`_add_up`). The part that is
    special to a seed and a record is in both terms, so the interval is a little wide. It is
    conditional on one training set, and rests on `n_units`: be wary below 40 (`FEW_UNITS`).
    Arrays as in `estimate_score`, from the same weights; the numbers of seeds may differ.

    References
    ----------
    Satterthwaite (1946), An approximate distribution of estimates of variance components.
    """
    return _estimate([first, second], first.mean(axis=0) - second.mean(axis=0), n_units=n_units)


def estimate_class_differences(
    first: np.ndarray, second: np.ndarray, *, n_units: int
) -> list[Estimate]:
    """`estimate_difference` of each class, whose seeds' variance is steadied by the other classes.

    Three seeds tell little of a variance, and among many classes some come out small by chance,
    which a test corrected for many looks takes for certainty. So each class's variance over seeds
    is averaged with what the other classes lead to expect: their mean ratio of variance over seeds
    to variance over records, times the class's own over records. It is never taken as smaller than
    it came out, and has the degrees of freedom of the class's own seeds alone: classes differ.
    Arrays are of shape (n_seeds, n_weights, n_classes).

    References
    ----------
    Smyth (2004), Linear models and empirical Bayes methods for assessing differential expression:
    the moderated variance, here with equal weights and without its further degrees of freedom.
    """
    arms = [first, second]
    combined = first.mean(axis=0) - second.mean(axis=0)
    records = np.array([_variance_over_records(column, n_units) for column in combined.T])
    by_arm = np.array([_variances_over_seeds(arm) for arm in arms])  # (2, n_classes)
    seeds = by_arm.sum(axis=0)
    ratio = np.divide(seeds, records, out=np.full(len(seeds), np.nan), where=records > 0)
    estimates = []
    for k, value in enumerate(combined[0]):
        others = np.delete(ratio, k)
        others = others[np.isfinite(others)]
        expected = others.mean() * records[k] if len(others) else 0.0
        estimates.append(
            _add_up(
                value,
                records=(records[k], n_units - 1),
                seeds=(
                    max(seeds[k], (seeds[k] + expected) / 2),
                    _joint_degrees(list(by_arm[:, k]), arms),
                ),
            )
        )
    return estimates


def _exact_upper_limit(counted: float, *, n_units: int, level: float) -> float:
    """Clopper and Pearson's for `counted` of `n_units`, or for `FEW_ON_A_SIDE` if these are fewer.

    The limit of the two-sided interval at `level`, as a quantile of the beta distribution.
    """
    few = min(counted, FEW_ON_A_SIDE)
    return 1.0 if few >= n_units else float(stats.beta.ppf((1 + level) / 2, few + 1, n_units - few))


def _estimate(arms: list[np.ndarray], combined: np.ndarray, *, n_units: int) -> Estimate:
    """Add up the variance of `combined` over resamples and of the arms' seeds."""
    seeds = [float(_variances_over_seeds(arm)) for arm in arms]
    return _add_up(
        combined[0],
        records=(_variance_over_records(combined, n_units), n_units - 1),
        seeds=(sum(seeds), _joint_degrees(seeds, arms)),
    )


def _variance_over_records(combined: np.ndarray, n_units: int) -> float:
    # A resample of n units varies (n - 1) / n as much as a fresh sample of n does. NaN stands for
    # a resample that leaves a class out; fewer than two others have no variance.
    if np.isfinite(combined[1:]).sum() < 2:
        return np.nan
    shrinkage = n_units / max(n_units - 1, 1)
    return float(np.nanvar(combined[1:], ddof=1)) * shrinkage


def _variances_over_seeds(arm: np.ndarray) -> np.ndarray:
    """Of the mean over seeds, under the first weights; 0 for an arm of one seed."""
    if len(arm) == 1:
        return np.zeros(arm.shape[2:])
    return arm[:, 0].var(axis=0, ddof=1) / len(arm)


def _joint_degrees(variances: list[float], arms: list[np.ndarray]) -> float:
    """Satterthwaite's degrees of freedom for the sum of the arms' variances over seeds.

    Of seeds that agree exactly, the fewest that an arm of several seeds has: Satterthwaite's are
    never fewer, whatever the variances. Infinite where each arm has one seed.
    """
    total = sum(variances)
    squares = sum(v**2 / max(len(arm) - 1, 1) for v, arm in zip(variances, arms, strict=True))
    if squares > 0:
        return total**2 / squares
    return min((len(arm) - 1 for arm in arms if len(arm) > 1), default=np.inf)


def _add_up(value: float, *, records: tuple[float, float], seeds: tuple[float, float]) -> Estimate:
    """An estimate whose variance is a sum of two parts, each a variance and its degrees of freedom.

    The sum's degrees of freedom are the harmonic mean of the parts', each weighted by its share of
    the variance. Satterthwaite (1946) weights by the squares of the shares. With three seeds their
    part often comes out small by chance; the square then all but ignores how uncertain it is, and
    up to 8 % of comparisons without a true difference get a sign, more after a correction for 12.
    """
    total = records[0] + seeds[0]
    reciprocal = sum(part / total / max(degrees, 1) for part, degrees in (records, seeds) if part)
    return Estimate(
        value=float(value),
        standard_error=float(np.sqrt(total)),
        degrees_of_freedom=float(1 / reciprocal) if reciprocal > 0 else np.inf,
    )
