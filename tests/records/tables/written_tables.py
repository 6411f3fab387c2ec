"""One table that many tests write in their own way, and how any table is compared."""

from intake_triage.records.tables.read import RawTable

FORMS = '''id,complaint,level,unit
1,itch,2,skin
2,"chest pain, ""sharp""",1,heart
3,rash,3,skin
'''
ROWS = [
    ("1", "itch", "2", "skin"),
    ("2", 'chest pain, "sharp"', "1", "heart"),
    ("3", "rash", "3", "skin"),
]


def rows_of(table: RawTable) -> list[tuple[str | None, ...]]:
    """The cells of a table, None where nothing is."""
    cells = table.frame.astype(object)
    return list(cells.where(cells.notna(), None).itertuples(index=False, name=None))
