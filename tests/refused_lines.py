"""The lines with which a file is refused, each of which begins with its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from intake_triage.errors import InputError


@contextmanager
def refused_lines(path: Path) -> Iterator[list[str]]:
    """A list that has the lines, without the name, once the block has been refused."""
    lines: list[str] = []
    with pytest.raises(InputError) as refused:
        yield lines
    told = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in told)
    lines += [line.removeprefix(f"{path}: ") for line in told]
