"""Tables written as whatever bytes a test wants, and read as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from intake_triage.errors import InputError
from intake_triage.file_params import UNTOLD
from intake_triage.records.tables.read import RawTable, read_table


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawTable]:
    """A function that writes bytes, or text in UTF-8, to a file and reads it."""

    def write_and_read(content: bytes | str, name: str = "forms.csv", **saved) -> RawTable:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return read_table(path, UNTOLD.model_copy(update=saved))

    return write_and_read


@pytest.fixture
def refusal(read, tmp_path: Path) -> Callable[..., str]:
    """A function that returns the one line with which a file is refused, less its name."""

    def refuse(content: bytes | str, name: str = "forms.csv", **saved) -> str:
        with pytest.raises(InputError) as refused:
            read(content, name, **saved)
        line = str(refused.value)
        assert "\n" not in line
        assert line.startswith(f"{tmp_path / name}: ")
        return line.removeprefix(f"{tmp_path / name}: ")

    return refuse
