"""Cells of text as days: one format for the whole column, found out only where one alone fits."""

import re
from collections.abc import Iterator
from typing import NoReturn

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.values.cells import refuse_rows

ISO = "%Y-%m-%d"
EXAMPLE = pd.Timestamp(2024, 5, 31)
# Only what is surely a time of day, with its zone, is left aside; after an ISO day, anything is.
TIME_AFTER = (
    r"[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?$"
)
AFTER_ISO_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[^0-9].*)?$"
TIME_DIRECTIVES = ("%H", "%I", "%M", "%S", "%p", "%f", "%X", "%c", "%T", "%R")

RUNS_TOGETHER = re.compile("%[dmyYHMS]%[dmyYHMS]")


def _usual_formats() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Shapes of a written day, as regular expressions, and the formats that each may be."""
    number, year, name = "[0-9]{1,2}", "[0-9]{4}", "[A-Za-z]{3,9}"
    yield f"{year}-{number}-{number}", (ISO,)
    for sign in "./-":
        s = f"[{sign}]"
        # The American order is never written with points.
        orders = ("dm",) if sign == "." else ("dm", "md")
        long = tuple(sign.join((f"%{a}", f"%{b}", "%Y")) for a, b in orders)
        short = tuple(sign.join((f"%{a}", f"%{b}", "%y")) for a, b in orders)
        yield f"{number}{s}{number}{s}{year}", long
        yield f"{number}{s}{number}{s}[0-9]{{2}}", (*short, f"%y{sign}%m{sign}%d")
        if sign != "-":
            yield f"{year}{s}{number}{s}{number}", (f"%Y{sign}%m{sign}%d",)
    yield "[0-9]{8}", ("%Y%m%d", "%d%m%Y", "%m%d%Y")
    yield "[0-9]{6}", ("%y%m%d", "%d%m%y", "%m%d%y")
    yield f"{year}年{number}月{number}日", ("%Y年%m月%d日",)
    for sign in ("-", " "):
        for month in ("%b", "%B"):
            yield f"{number}{sign}{name}{sign}{year}", (f"%d{sign}{month}{sign}%Y",)
            yield f"{number}{sign}{name}{sign}[0-9]{{2}}", (f"%d{sign}{month}{sign}%y",)
    for comma in (",", ""):
        for month in ("%b", "%B"):
            yield f"{name} {number}{comma} {year}", (f"{month} %d{comma} %Y",)


USUAL_FORMATS = tuple(_usual_formats())


def possible_date_formats(cells: pd.Series) -> list[str]:
    """The usual formats, as of `strptime`, that read every cell of a column, each to other days.

    Of several, those that give a day in the future or before 1900 are left out, unless all do; but
    never one of day before month and month before day, since one mistyped year would decide.

    Parameters
    ----------
    cells : (n,) str without blanks around, NA where missing
    """
    distinct = pd.Series(_day_of(cells).dropna().unique(), dtype="str")
    readings: dict[str, pd.Series] = {}
    for shape, formats in USUAL_FORMATS:
        if distinct.str.fullmatch(shape).all():
            for date_format in formats:
                days = _read(distinct, date_format)
                if days.notna().all() and not any(map(days.equals, readings.values())):
                    readings[date_format] = days
    if len(readings) > 1:
        plausible = {name for name, days in readings.items() if _is_plausible(days)}
        return [n for n in readings if {n, _swapped(n)} & plausible] or list(readings)
    return list(readings)


def find_date_format(cells: pd.Series) -> str:
    """The one usual format that reads every cell of a column of dates; see the function above.

    Raises
    ------
    InputError
        If no format is left, or more than one.
    """
    possible = possible_date_formats(cells)
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise InputError(
            f"column '{cells.name}': its dates may be {' or '.join(possible)};"
            " set data.file.date_format to the one that holds"
        )
    _refuse_unread(cells)


def parse_dates(cells: pd.Series, date_format: str) -> pd.Series:
    """Days of cells in one format; a time of day and its zone after the day are left aside.

    Parameters
    ----------
    cells : (n,) str without blanks around, NA where missing
    date_format : as of `strptime`

    Returns
    -------
    (n,) datetime64 at midnight, NaT where missing

    Raises
    ------
    InputError
        If a cell does not have the format.
    """
    dates = read_dates(cells, date_format)
    failed = cells.notna() & dates.isna()
    if failed.any():
        _refuse(cells, failed, date_format)
    return dates


def read_dates(cells: pd.Series, date_format: str) -> pd.Series:
    """Days of cells, as `parse_dates`; NaT also where a cell does not have the format."""
    has_time = any(directive in date_format for directive in TIME_DIRECTIVES)
    return _read(cells if has_time else _day_of(cells), date_format)


def _day_of(cells: pd.Series) -> pd.Series:
    days = cells.str.replace(TIME_AFTER, "", regex=True)
    return days.str.replace(AFTER_ISO_DAY, r"\1", regex=True)


def _read(days: pd.Series, date_format: str) -> pd.Series:
    """Days at midnight, NaT where the format does not read a cell."""
    distinct = pd.Series(days.dropna().unique(), dtype="str")
    read = pd.to_datetime(distinct, format=date_format, errors="coerce").dt.normalize()
    if RUNS_TOGETHER.search(date_format):  # 2024111 would be read in one way of two
        read = read.where(distinct.str.len() == len(EXAMPLE.strftime(date_format)))
    return pd.to_datetime(days.map(dict(zip(distinct, read, strict=True))))


def _swapped(date_format: str) -> str:
    return date_format.translate(str.maketrans("dm", "md"))


def _is_plausible(days: pd.Series) -> bool:
    return days.min().year >= 1900 and days.max() <= pd.Timestamp.today()


def _refuse_unread(cells: pd.Series) -> NoReturn:
    """Refuse the rows that the format of most rows does not read."""
    days, filled = _day_of(cells), cells.notna()
    best, failed = ISO, filled
    for shape, formats in USUAL_FORMATS:
        shaped = days.where(days.str.fullmatch(shape).fillna(False).astype(bool))
        for date_format in formats if shaped.notna().any() else ():
            unread = filled & _read(shaped, date_format).isna()
            if unread.sum() < failed.sum():
                best, failed = date_format, unread
    _refuse(cells, failed, best)


def _refuse(cells: pd.Series, failed: pd.Series, date_format: str) -> NoReturn:
    rule = f"not a date of the form {date_format}, such as {EXAMPLE.strftime(date_format)}"
    refuse_rows(cells, failed, rule, "mend it, or set data.file.date_format to its form")
