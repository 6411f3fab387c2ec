"""Files in git describe groups of people, never a few of them: what must not be shown.

Every function is told the smallest count of people that its data may show, `smallest_shown`: of
made-up forms 0, which hides nothing, since nobody stands behind them.
"""

import numpy as np

from intake_triage.statistics.estimates import LEVEL, bound_share

SMALLEST_SHOWN = 11  # the smallest count of people that may be seen or worked out
# Of shares in files: with more, shares of one table of counts give away cells that are hidden.
SHARE_DECIMALS = 3


def smallest_to_show(source: str) -> int:
    """`SMALLEST_SHOWN`, or 0 where `data.source` makes its forms up."""
    return 0 if source == "synthetic" else SMALLEST_SHOWN


def is_small_share(count: float, of: float, *, smallest_shown: int) -> bool:
    """Whether a share, `count` of `of` people, must be hidden, since it tells of few people.

    A share with its denominator reveals both counts: neither those counted nor those left over may
    be fewer than `smallest_shown`, but for a share of all, which tells of none apart. A share of
    nobody is none, and never shown. Numbers of people may be means over seeds.
    """
    count, left_over = round(count, 6), round(of - count, 6)  # a product may miss a whole number
    enough = count >= smallest_shown and (left_over == 0 or left_over >= smallest_shown)
    return not (of > 0 and enough)


def hide_small_counts(counts: np.ndarray, *, smallest_shown: int, at_least: int = 0) -> np.ndarray:
    """Which cells of each row must be hidden, bool of the same shape.

    Cells below `smallest_shown` are. Where a row's hidden cells add up to less than that, the rest
    of the row would give their sum away, so its smallest shown cells are hidden with them. Empty
    cells alone hide no other.

    Parameters
    ----------
    counts : float array of shape (n_rows, n_cells)
        Not negative.
    smallest_shown : int
    at_least : int
        Cells below it are left out too, whoever they tell of.
    """
    hidden = counts < max(smallest_shown, at_least)
    for row, mask in zip(counts, hidden, strict=True):
        while 0 < row[mask].sum() < smallest_shown and not mask.all():
            mask[np.argmin(np.where(mask, np.inf, row))] = True
    return hidden


def points_to_show(counts: np.ndarray, *, smallest_shown: int, first: int = 0) -> np.ndarray:
    """Which points of a curve may be shown, bool of shape (n_points,).

    Who is counted at one point of a curve and not at the next is a group of people too, and its
    size the difference of two counts. So neither a count nor its difference from the nearest point
    that is shown may be of some people but fewer than `smallest_shown`.

    Parameters
    ----------
    counts : float array of shape (n_points, n_groups)
        People in each group at each point; from point to point a group gains people or loses them.
    first : int
        The point that is looked at first; the others follow from there outwards.
    """
    shown = np.full(len(counts), False)
    for k in (*range(first, len(counts)), *reversed(range(first))):
        known = np.flatnonzero(shown)
        nearest = counts[known[np.abs(known - k).argmin()]] if len(known) else counts[k]
        told = np.round([counts[k], np.abs(counts[k] - nearest)], 6)
        shown[k] = not ((told > 0) & (told < smallest_shown)).any()
    return shown


def estimate_share(
    replicates: np.ndarray,
    *,
    n: float,
    units: int,
    smallest_shown: int,
    per: int = 1,
    level: float = LEVEL,
) -> tuple[float, float, float] | None:
    """A share, its value, low and high (`bound_share`); None where it would give a few away.

    A share of nobody is None too.

    Parameters
    ----------
    replicates : float array of shape (n_seeds, n_weights)
        In [0, 1]; under the first weights the split as it is.
    n : float
        People in the denominator, mean over seeds, who come from so many `units`.
    per : int
        Give the share of so many forms.
    level : float
        Of the interval, in (0, 1).
    """
    if is_small_share(replicates[:, 0].mean() * n, n, smallest_shown=smallest_shown):
        return None
    value, low, high = bound_share(replicates, n_units=units, level=level)
    return per * value, per * low, per * high
