"""What each column of a table holds, in figures that show no cell."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from intake_triage.file_params import cell_key
from intake_triage.records.draft.words import KnownMeasure, measures_of
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

MOST_CATEGORIES = 50  # a column of more values is not one of categories
SAMPLE = 1000  # distinct cells by which a column is judged to be prose
LEAST_PROSE = 0.2  # share of cells that are prose, in a column of free text
LETTER = r"[^\W\d_]"


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : as the table has it
    n_rows : of the table
    counts : number of records by distinct cell, most frequent first; missing cells are left out
    numbers : the same by distinct number, ascending; None where the column is none of numbers
    formats : as of `strptime`, under which every cell is a day; two where either can be meant
    doubts : what to mend where some cells alone are no numbers, or no days of one format
    identifies : whether the screen of `prepare` finds something in a column of few values
    """

    name: str
    n_rows: int
    counts: pd.Series
    numbers: pd.Series | None = None
    formats: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    identifies: bool = False

    @property
    def filled(self) -> int:
        return int(self.counts.sum())

    @property
    def distinct(self) -> int:
        return len(self.counts)

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers alone."""
        return self.numbers is not None and bool((self.numbers.index % 1 == 0).all())

    def outside(self, low: float, high: float) -> int:
        """Number of records whose number lies below `low` or above `high`."""
        if self.numbers is None:
            return 0
        values = self.numbers.index
        return int(self.numbers[(values < low) | (values > high)].sum())

    @cached_property
    def measure(self) -> KnownMeasure | None:
        """The measure that the name means; of several, the one whose bounds most numbers keep."""
        return min(
            measures_of(self.name),
            key=lambda measure: min(self.outside(*bounds) for bounds in measure.bounds),
            default=None,
        )

    @property
    def is_free_text(self) -> bool:
        """Whether it is no label and no category, but many texts."""
        return self.distinct > MOST_CATEGORIES and self.prose > LEAST_PROSE

    @cached_property
    def classes(self) -> pd.Series:
        """Number of records by class, most frequent first: cells that `cell_key` takes for one.

        Each by its commonest spelling, a number by its key, which has no decimal zeros.
        """
        keys = self.counts.index.map(cell_key)
        sums = self.counts.groupby(keys, sort=False).sum()
        spelling = {
            key: cell if self.numbers is None or self.doubts else key
            for key, cell in zip(keys[::-1], self.counts.index[::-1], strict=True)
        }
        return sums.rename(index=spelling).sort_values(ascending=False, kind="stable")

    @cached_property
    def prose(self) -> float:
        """Share of the distinct cells, of a sample, that hold several words, or an unspaced run."""
        if self.numbers is not None or self.formats or self.counts.empty:
            return 0.0
        sample = self._sample
        several = sample.str.contains(rf"{LETTER}{{2,}}\S*\s+\S*{LETTER}{{2,}}")
        unspaced = sample.str.contains(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]{4}")
        return float((several | unspaced).mean())

    @cached_property
    def median_length(self) -> float:
        """Characters of half of the distinct cells, of a sample, at most; a Han one is two."""
        wide = self._sample.str.count(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
        return float((self._sample.str.len() + wide).median())

    @property
    def _sample(self) -> pd.Series:
        return self.counts.index[:SAMPLE].to_series()


def within_most(records: pd.Series) -> tuple[float, ...]:
    """Lowest and highest value, the ten outermost records on either side left aside.

    Parameters
    ----------
    records : number of records by value, ascending

    Returns
    -------
    two values, or none where so few records are left
    """
    records = records.sort_index()
    below, above = records.cumsum(), records[::-1].cumsum()[::-1]
    inner = records.index[(below >= SMALLEST_SHOWN) & (above >= SMALLEST_SHOWN)]
    return (float(inner[0]), float(inner[-1])) if len(inner) else ()
