"""The long table of results: a row a figure, which everything after the walk filters.

`metrics/results.csv` is the table in git, where a change of one figure is a change of one line.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from intake_triage.errors import InputError
from intake_triage.files import replacing
from intake_triage.tasks import Task

DECIMALS = 4  # of the file, where nothing else is asked for; the table in memory is not rounded
BOTH = "both"  # the task of a figure that takes both labels


def list_scopes(tasks: Sequence[Task]) -> tuple[str, ...]:
    """What figures can be about: each task, and both where there are two; the last is the whole."""
    return (*tasks, BOTH) if len(tasks) > 1 else tuple(tasks)


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure.

    Attributes
    ----------
    task : str
        urgency, specialty or `BOTH`.
    system : str
        A forecaster or a reference, or a set-up as `SetUp.label` names it; a system where
        `single_fits`.
    single_fits : bool
        Whether the figure is the mean over a system's single fits, which nobody would release,
        rather than that of a forecaster.
    rule : str
        What makes a class of the probabilities: argmax, balanced or cost; "" where the figure
        judges the probabilities themselves.
    calibrated : bool
        Whether the probabilities are; those of forecasters always.
    column, subgroup : str
        The part of the records, such as sex and female; "" for all of them.
    class_name : str
        The class, tier or cut that it is about; "" for all of them.
    measure : str
        Its name in `evaluation.measures.MEASURES`.
    value, low, high : float or None
        With its confidence interval, simultaneous over the subgroups of a
        column; None where there is no such figure, or it is not shown.
    n, units : int or None
        Records, and units, in the denominator; None for a share within a subgroup of real
        people, since with the other subgroups' it would tell how many of a hidden one are counted.
    shown : bool
        False where the figure would tell of a few people.
    """

    task: str
    system: str
    single_fits: bool = False
    rule: str = ""
    calibrated: bool = True
    column: str = ""
    subgroup: str = ""
    class_name: str = ""
    measure: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    units: int | None = None
    shown: bool = True


NAMES = tuple(field.name for field in fields(Result))
NUMBERS = {"value": float, "low": float, "high": float, "n": int, "units": int}
ENDS = ("value", "low", "high")  # of a figure and its interval
FLAGS = ("single_fits", "calibrated", "shown")
WHOLE = {"column": "", "subgroup": ""}  # the keys of a figure of all records
OF_FORECASTERS = {"single_fits": False}


class Results:
    """The figures of one run, in the order of the walk."""

    def __init__(self, rows: Iterable[Result]) -> None:
        self.rows = list(rows)

    def where(self, **wanted: Any) -> Iterator[Result]:
        """The figures with these values."""
        for row in self.rows:
            if all(getattr(row, name) == value for name, value in wanted.items()):
                yield row

    def find(self, **wanted: Any) -> Result | None:
        """The first figure of all records with these values; None where the run has none.

        It is a forecaster's where `single_fits` is not asked for.
        """
        return next(self.where(**(WHOLE | OF_FORECASTERS | wanted)), None)


def write_results(
    path: Path, results: Results, *, decimals: Mapping[str, int] | None = None
) -> None:
    """Write the table as CSV, a line a figure; `decimals` by measure, where they are not 4."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NAMES)
        places = decimals or {}
        writer.writerows(_cells(row, places.get(row.measure, DECIMALS)) for row in results.rows)


def read_results(path: Path) -> Results:
    """Read what `write_results` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it has other columns.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != NAMES:
                raise InputError(
                    f"{path}: other columns than {', '.join(NAMES)}; run compare again"
                )
            return Results(_result(row) for row in reader)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run the pipeline first") from None


def _cells(row: Result, decimals: int) -> list[Any]:
    cells = asdict(row)
    cells |= {name: int(cells[name]) for name in FLAGS}
    for name in ENDS:
        if cells[name] is not None:
            cells[name] = f"{cells[name]:z.{decimals}f}"
    return ["" if cell is None else cell for cell in cells.values()]


def _result(cells: dict[str, str]) -> Result:
    numbers = {name: kind(cells[name]) if cells[name] else None for name, kind in NUMBERS.items()}
    return Result(**cells | numbers | {name: cells[name] == "1" for name in FLAGS})
