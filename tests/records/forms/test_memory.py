"""Memory does not grow with the table."""

import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

from intake_triage.records.forms import delimited, read_forms
from intake_triage.records.tables import encoding
from tests.form_tables import MAPPING, SCHEMA, make_cells, write_table


def peak(path: Path) -> tuple[int, int]:
    """Bytes that Python and NumPy held at most while forms were read, and how many there were."""
    tracemalloc.start()
    try:
        pieces = read_forms(path, MAPPING, SCHEMA, n_rows=500)
        n_forms = sum(len(piece.frame) for piece in pieces)
        return tracemalloc.get_traced_memory()[1], n_forms
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["comma.csv", "forms.parquet"])
def test_ten_times_the_forms_take_no_more_memory(tmp_path, monkeypatch, name):
    monkeypatch.setattr(delimited, "START", 50_000)  # so that a small table has it too
    monkeypatch.setattr(encoding, "BLOCK", 50_000)
    cells = make_cells(1_000)
    few, n_few = peak(write_table(tmp_path / name, cells))
    many = pd.concat([cells] * 10, ignore_index=True)
    many["Nummer"] = [f"A-{i}" for i in range(len(many))]
    much, n_many = peak(write_table(tmp_path / name, many))
    assert n_many == 10 * n_few
    assert much < few + 16 * n_many + 200_000
