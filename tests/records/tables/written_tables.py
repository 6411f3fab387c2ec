"""One table that many tests write in their own way, and how any table is compared."""

import gzip
import io
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from intake_triage.records.tables.read import RawTable

FORMS = '''id,complaint,level,unit
1,itch,2,skin
2,"chest pain, ""sharp""",1,heart
3,rash,3,skin
'''
GZIPPED = gzip.compress(FORMS.encode(), mtime=0)  # of no clock's time, as names of tests have it
NAMES = ["id", "complaint", "level", "unit"]
ROWS = [
    ("1", "itch", "2", "skin"),
    ("2", 'chest pain, "sharp"', "1", "heart"),
    ("3", "rash", "3", "skin"),
]


def rows_of(table: RawTable) -> list[tuple[str | None, ...]]:
    """The cells of a table, None where nothing is."""
    cells = table.frame.astype(object)
    return list(cells.where(cells.notna(), None).itertuples(index=False, name=None))


def as_parquet(frame: pd.DataFrame | pa.Table) -> bytes:
    file = io.BytesIO()
    table = pa.Table.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame
    parquet.write_table(table, file)
    return file.getvalue()


def as_zip(packed_by: int = zipfile.ZIP_STORED, **members: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed_by) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, packed_by)
    return file.getvalue()


def as_workbook(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TABLE = as_parquet(pd.DataFrame(ROWS, columns=NAMES))
SHEET = [NAMES, *map(list, ROWS)]
