"""A draft made of a table of the test's own columns."""

from collections.abc import Callable
from pathlib import Path

import pytest
from drafted_tables import read_back, template_for, write_table

from intake_triage.records.draft.draft import draft_params


@pytest.fixture
def draft_of(tmp_path: Path) -> Callable[..., str]:
    """The draft for a table, as text."""

    def draft_it(table: Path | None = None, **columns: object) -> str:
        table = table or write_table(tmp_path / "forms.csv", **columns)
        template = template_for(table)
        return draft_params(table, template, read_back(template, tmp_path))

    return draft_it
