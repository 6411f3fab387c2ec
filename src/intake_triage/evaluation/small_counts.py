"""Files in git describe groups of people, never a few of them: what must not be shown."""

import numpy as np

SMALLEST_SHOWN = 11  # the smallest count of people that may be seen or worked out


def hide_small_counts(counts: np.ndarray) -> np.ndarray:
    """Which cells of each row must be hidden.

    Cells below `SMALLEST_SHOWN` are. Where a row's hidden cells still add up to less than that, the
    rest of the row would give their sum away, so its smallest shown cells are hidden with them.

    Parameters
    ----------
    counts : float array of shape (n_rows, n_cells)
        Not negative.

    Returns
    -------
    bool array of shape (n_rows, n_cells)
        True where hidden. Empty cells alone hide no other.
    """
    hidden = counts < SMALLEST_SHOWN
    for row, mask in zip(counts, hidden, strict=True):
        while 0 < row[mask].sum() < SMALLEST_SHOWN and not mask.all():
            mask[np.argmin(np.where(mask, np.inf, row))] = True
    return hidden
