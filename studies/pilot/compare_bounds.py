"""The bets of statistics/sequential beside `RiskMonitoring` of MAPIE and bets that learn.

MAPIE is no part of the project. In an environment of its own, with numpy, scipy, pandas and
mapie==1.6.0, from the root of the checkout, `PYTHONPATH=src:. python -m
studies.pilot.compare_bounds` writes studies/pilot/bounds.json.

One alarm at alpha 0.005, 44 urgent forms a week, a look a week for a year. MAPIE's own threshold is
set to the limit, so that nothing of its level goes to a reference; as it is, it halves the level
twice more (for a reference, and for another side), which `at_alpha` undoes.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from mapie.exchangeability_testing.bounds import GammaExponentialMixtureBound

from intake_triage.files import write_json
from intake_triage.statistics.sequential import LOOKS, log_capital, log_growth, payoffs

RESULTS = Path(__file__).parent / "bounds.json"
ALPHA = 0.005
A_WEEK = 44
PILOTS = 2000
SEED = 0
RATES = {0.1: (0.1, 0.12, 0.13, 0.15, 0.2), 0.5: (0.5, 0.53, 0.55, 0.6)}  # by limit
Missed = np.ndarray  # bool of shape (pilots, forms)
Sounds = np.ndarray  # bool of shape (pilots, LOOKS)


def main() -> None:
    rng = np.random.default_rng(SEED)
    rows = []
    for limit, rates in RATES.items():
        mapie = {
            "mapie as it is": _empirical_bernstein(ALPHA / 4),
            "mapie at_alpha": _empirical_bernstein(ALPHA),
        }
        for rate in rates:
            missed = rng.random((PILOTS, LOOKS * A_WEEK)) < rate
            for name, sounds in (BOUNDS | mapie).items():
                rows.append(
                    {"limit": limit, "rate": rate, "bound": name, **_sum_up(sounds(missed, limit))}
                )
    write_json(RESULTS, {"alpha": ALPHA, "forms_a_week": A_WEEK, "pilots": PILOTS, "rows": rows})


def _fixed(missed: Missed, limit: float, *, later_starts: bool) -> Sounds:
    counted = missed.reshape(PILOTS, LOOKS, A_WEEK).sum(axis=2)
    kinds = payoffs(np.array([1.0, 0.0]), np.ones(2), limit)
    growth = log_growth(np.stack([counted, A_WEEK - counted], axis=-1), kinds)
    return log_capital(growth, later_starts=later_starts) >= -np.log(ALPHA)


def _plug_in(missed: Missed, limit: float) -> Sounds:
    """The predictable plug-in of Waudby-Smith & Ramdas (2024), one side."""
    n, _, variance = _moments_before(missed)
    bets = np.sqrt(2 * np.log(1 / ALPHA) / (variance * n * np.log(1 + n)))
    return _bet(missed, limit, np.minimum(bets, 0.5 / limit))


def _agrapa(missed: Missed, limit: float) -> Sounds:
    """The approximate growth-rate adaptive bets (aGRAPA) of the same, one side."""
    _, mean, variance = _moments_before(missed)
    bets = (mean - limit) / (variance + (mean - limit) ** 2)
    return _bet(missed, limit, np.clip(bets, 0, 0.5 / limit))


def _moments_before(missed: Missed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By form its number, and mean and variance of those before it, with one half form more."""
    n = np.arange(1, missed.shape[1] + 1)
    mean = (0.5 + missed.cumsum(axis=1)) / (n + 1)
    variance = (0.25 + ((missed - mean) ** 2).cumsum(axis=1)) / (n + 1)
    before = np.pad(mean[:, :-1], ((0, 0), (1, 0)), constant_values=0.5)
    return n, before, np.pad(variance[:, :-1], ((0, 0), (1, 0)), constant_values=0.25)


def _bet(missed: Missed, limit: float, bets: np.ndarray) -> Sounds:
    capital = np.log1p(bets * (missed - limit)).cumsum(axis=1)
    return capital[:, A_WEEK - 1 :: A_WEEK] >= -np.log(ALPHA)


def _empirical_bernstein(alpha: float) -> Callable[[Missed, float], Sounds]:
    """MAPIE's bound, from a table of its boundary: it takes seconds a pilot otherwise."""
    boundary = GammaExponentialMixtureBound(v_opt=1.0, c=1.0, alpha_opt=alpha)
    intrinsic = np.linspace(0, 0.3 * LOOKS * A_WEEK, 300)
    table = np.array([boundary(v=v, alpha=alpha) for v in intrinsic])

    def sounds(missed: Missed, limit: float) -> Sounds:
        n = np.arange(1, missed.shape[1] + 1)
        mean = missed.cumsum(axis=1) / n
        before = np.pad(mean[:, :-1], ((0, 0), (1, 0)), constant_values=0.5)
        time = ((missed - before) ** 2).cumsum(axis=1)
        lower = mean - np.interp(time, intrinsic, table) / n
        return (np.maximum.accumulate(lower, axis=1) > limit)[:, A_WEEK - 1 :: A_WEEK]

    return sounds


BOUNDS: dict[str, Callable[[Missed, float], Sounds]] = {
    "fixed bets": lambda missed, limit: _fixed(missed, limit, later_starts=False),
    "fixed bets, later starts": lambda missed, limit: _fixed(missed, limit, later_starts=True),
    "plug-in": _plug_in,
    "aGRAPA": _agrapa,
}


def _sum_up(sounds: Sounds) -> dict[str, float | int | None]:
    first = np.where(sounds.any(axis=1), sounds.argmax(axis=1) + 1, LOOKS + 1)
    weeks = [int(np.quantile(first, level, method="inverted_cdf")) for level in (0.5, 0.8)]
    half, most = (week if week <= LOOKS else None for week in weeks)
    return {"sounds": round(float((first <= LOOKS).mean()), 4), "half": half, "most": most}


if __name__ == "__main__":
    main()
