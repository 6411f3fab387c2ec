"""A text table: which separator and quoting it has, and that no other reading fits as well."""

import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import RawCells
from intake_triage.records.tables.dialect import QUOTINGS, SEPARATORS, Dialect, LineSource
from intake_triage.records.tables.rows import Misfit, header_width, read_rows
from intake_triage.records.tables.swallowed import check_no_row_is_swallowed

Table = tuple[list[str], list[pa.ChunkedArray]]


def read_delimited(
    text: bytes, *, separator: str | None, quoting: str | None, header_row: int
) -> RawCells:
    """Read CSV and its kin, strictly.

    Parameters
    ----------
    text : bytes
        In UTF-8, without a byte order mark.
    separator, quoting : str or None
        None: the one under which every record has as many fields as the header, more than one.
    header_row : int
        The line that holds the names, from 1; what stands above is left out.

    Raises
    ------
    InputError
        If no reading fits, with the fault of the one that fits best; or if several fit and give
        different tables.
    """
    source = LineSource(text, header_row)
    separators = [separator] if separator else list(SEPARATORS)
    quotings = [quoting] if quoting else list(QUOTINGS)
    if b"\\" not in text:
        quotings = quotings[:1]  # without a backslash both are the same
    dialects = [Dialect(mark, how) for mark in separators for how in quotings]
    widths = {dialect: header_width(source, dialect) for dialect in dialects}
    splitting = [dialect for dialect, width in widths.items() if width != 1]
    try:
        fits = _fitting(source, splitting or dialects)
    except Misfit as misfit:
        if separator:
            raise InputError(f"{misfit}; or is data.file.separator wrong?") from None
        raise
    if not splitting and {dialect.separator for dialect in fits} < set(separators):
        raise InputError(
            "the header is one name, but rows below it have separators; say in "
            "data.file.header_row which line holds the names, or set data.file.separator"
        )
    dialect = _the_only_reading(fits)
    names, columns = fits[dialect]
    check_no_row_is_swallowed(names, columns, dialect.separator)
    found: dict[str, str | int] = {"format": "TSV" if dialect.separator == "\t" else "CSV"}
    if len(names) > 1:
        found["separator"] = dialect.separator
    if quoting or (len(quotings) > 1 and {other.quoting for other in fits} < set(quotings)):
        found["quoting"] = dialect.quoting
    if header_row > 1:
        found["header_row"] = header_row
    return RawCells(names, columns, found)


def _fitting(source: LineSource, dialects: list[Dialect]) -> dict[Dialect, Table]:
    """The tables of all dialects that fit."""
    fits, misfits = {}, []
    for dialect in dialects:
        try:
            fits[dialect] = read_rows(source, dialect)
        except Misfit as misfit:
            misfits.append(misfit)
    if not fits:
        raise max(misfits, key=lambda misfit: misfit.good_rows)
    return fits


def _the_only_reading(fits: dict[Dialect, Table]) -> Dialect:
    first = next(iter(fits))
    for other in fits:
        if fits[other] == fits[first]:
            continue
        if other.separator != first.separator:
            raise InputError(
                f"can be read in two ways, separated by {first.mark} or by {other.mark}; "
                "set data.file.separator"
            )
        raise InputError(
            "can be read in two ways, a quote in a cell doubled or after a backslash; "
            "set data.file.quoting to doubled or backslash"
        )
    return first
