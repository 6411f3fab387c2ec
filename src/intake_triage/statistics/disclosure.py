"""Files in git describe groups of people, never a few of them: what must not be shown."""

import numpy as np

SMALLEST_SHOWN = 11  # the smallest count of people that may be seen or worked out


def is_small_share(count: float, of: float) -> bool:
    """Whether a share, `count` of `of` people, must be hidden, since it tells of few people.

    With `of` beside it a share tells how many are counted and how many are left over: neither may
    be below `SMALLEST_SHOWN`, but for a share of all, which tells of none apart. Numbers of people
    may be means over seeds.
    """
    left_over = round(of - count, 6)  # a sum of weights may miss 0 by its last binary digit
    return not (count >= SMALLEST_SHOWN and (left_over == 0 or left_over >= SMALLEST_SHOWN))


def hide_small_counts(counts: np.ndarray, *, smallest: int = SMALLEST_SHOWN) -> np.ndarray:
    """Which cells of each row must be hidden.

    Cells below `smallest` are. Where a row's hidden cells add up to less than `SMALLEST_SHOWN`, the
    rest of the row would give their sum away, so its smallest shown cells are hidden with them.

    Parameters
    ----------
    counts : float array of shape (n_rows, n_cells)
        Not negative.
    smallest : int
        At least `SMALLEST_SHOWN`.

    Returns
    -------
    bool array of shape (n_rows, n_cells)
        True where hidden. Empty cells alone hide no other.
    """
    hidden = counts < smallest
    for row, mask in zip(counts, hidden, strict=True):
        while 0 < row[mask].sum() < SMALLEST_SHOWN and not mask.all():
            mask[np.argmin(np.where(mask, np.inf, row))] = True
    return hidden
