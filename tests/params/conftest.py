"""The committed params.yaml with keys changed, and how it is refused."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from refused_lines import refused_lines

from intake_triage.params import Params, load_params


@pytest.fixture
def load(raw_params, tmp_path):
    """A function that loads the committed file with keys changed, `...` for one left out."""

    def change_and_load(changes: dict[str, Any]) -> Params:
        raw = deepcopy(raw_params)
        for key, value in changes.items():
            *parents, last = key.split(".")
            section = raw
            for parent in parents:
                section = section[parent]
            if value is ...:
                del section[last]
            else:
                section[last] = value
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
        return load_params(path)

    return change_and_load


@pytest.fixture
def refusals(load, tmp_path):
    """A function that changes keys and returns the lines with which the file is refused."""

    def refuse(changes: dict[str, Any]) -> list[str]:
        with refused_lines(tmp_path / "params.yaml") as lines:
            load(changes)
        return lines

    return refuse


@pytest.fixture
def refusal(refusals):
    """A function that changes one key and returns the one line with which it is refused."""

    def refuse(key: str, value: Any) -> str:
        (line,) = refusals({key: value})
        return line

    return refuse
