"""A first params.yaml for a table, in which a person corrects what the table does not tell."""

from pathlib import Path

from intake_triage.errors import InputError
from intake_triage.params import Params
from intake_triage.records.draft.block import write_block
from intake_triage.records.draft.header import read_below_titles
from intake_triage.records.draft.look import look_at
from intake_triage.records.draft.roles import pick_roles
from intake_triage.records.draft.yaml_text import replace_value, scalar


def draft_params(table: Path, text: str, params: Params) -> str:
    """The text of params.yaml with `data.source`, `data.path` and `data.file` made for a table.

    Parameters
    ----------
    table : Path
    text : the text of params.yaml, of which all else stays as it is
    params : the same, read; what it says of how a table is saved holds

    Raises
    ------
    InputError
        If the table cannot be read or has no rows, or can be read in two ways and `params` do not
        tell which.
    """
    if table.is_dir():
        raise InputError(f"{table}: a folder: name one table in it")
    raw = read_below_titles(table, params.data.file)
    if raw.frame.empty:
        raise InputError(
            f"{table}: no rows below the names of its columns; draft from one with forms"
        )
    look = look_at(raw, params.data)
    lines = write_block(raw.found, look, pick_roles(look.columns), params)
    n_rows, most = len(raw.frame), params.data.n_records
    drawn = f", of which data.n_records draws {most:,}" if n_rows > most else ""
    block = f"  # {n_rows:,} rows{drawn}; see docs/own-data.md\n" + "\n".join(lines)
    text = replace_value(text, ("data", "file"), block)
    text = replace_value(text, ("data", "source"), " file")
    return replace_value(text, ("data", "path"), f" {scalar(str(table.resolve()))}")
