"""A first params.yaml for a table, in which a person corrects what the table does not tell."""

from pathlib import Path

from intake_triage.params import DataParams
from intake_triage.records.draft.block import write_block
from intake_triage.records.draft.header import read_below_titles
from intake_triage.records.draft.look import look_at
from intake_triage.records.draft.roles import pick_roles
from intake_triage.records.draft.yaml_text import replace_value, scalar
from intake_triage.records.tables.read import Saved


def draft_params(table: Path, text: str, data: DataParams) -> str:
    """The text of params.yaml with `data.source`, `data.path` and `data.file` made for a table.

    Parameters
    ----------
    table : Path
    text : the text of params.yaml, of which all else stays as it is
    data : its section `data`; what it says of how a table is saved holds

    Raises
    ------
    InputError
        If the table cannot be read, or can be read in two ways and `data` does not tell which.
    """
    saved = Saved(**{key: getattr(data.file, key) for key in Saved.__dataclass_fields__})
    raw = read_below_titles(table, saved)
    columns, decimals = look_at(raw.frame, data.file.missing, typed=raw.is_typed)
    lines = write_block(raw.found, pick_roles(columns), data.file, decimals=decimals)
    block = f"  # {len(raw.frame):,} rows; see docs/own-data.md\n" + "\n".join(lines)
    text = replace_value(text, ("data", "file"), block)
    text = replace_value(text, ("data", "source"), " file")
    return replace_value(text, ("data", "path"), f" {scalar(str(table.resolve()))}")
