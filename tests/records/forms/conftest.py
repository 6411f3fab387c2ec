"""A function that writes a table and reads its forms."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.forms import FormPiece, read_forms
from tests.form_tables import MAPPING, SCHEMA, write_table


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., FormPiece]:
    """Read the forms of a table, given as cells, text or bytes, all pieces as one."""

    def write_and_read(
        table: pd.DataFrame | str | bytes, name: str = "comma.csv", *, n_rows: int = 50, **changes
    ) -> FormPiece:
        path = tmp_path / name
        if isinstance(table, pd.DataFrame):
            write_table(path, table)
        else:
            path.write_bytes(table.encode() if isinstance(table, str) else table)
        mapping = MAPPING.model_copy(update=changes)
        pieces = list(read_forms(path, mapping, SCHEMA, n_rows=n_rows))
        return FormPiece(
            pd.concat([piece.frame for piece in pieces], ignore_index=True),
            np.concatenate([piece.out_of_bounds for piece in pieces]).tolist(),
            {row: reason for piece in pieces for row, reason in piece.faults.items()},
            pieces[-1].share_read,
        )

    return write_and_read
