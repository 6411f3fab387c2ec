"""The numbers that docs/protocol.md fixed are those of params.yaml."""

import re
from pathlib import Path

import pytest

from intake_triage.layout import Layout
from intake_triage.params import Params, load_params

ROOT = Path(__file__).resolve().parents[1]
# In the tables of numbers a key and its value are cells; in the worksheet they share one.
NUMBER = re.compile(r"`((?:decision|compare)\.[\w.]+)`(?: \||:.*=)? ([\d.]+)(?: |$)", flags=re.M)


@pytest.fixture(scope="module")
def params() -> Params:
    params = load_params(Layout(ROOT).params)
    if params.data.source != "synthetic":
        pytest.skip("params.yaml is of your own forms, with numbers of your own")
    return params


@pytest.fixture(scope="module")
def stated() -> list[tuple[str, float]]:
    """Each key with a number beside it, as often as it has one."""
    text = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    return [(key, float(number)) for key, number in NUMBER.findall(text)]


def value_at(params: Params, key: str) -> float:
    value = params
    for name in key.split("."):
        value = getattr(value, name)
    return value


def test_the_protocol_and_params_state_the_same_numbers(params, stated):
    assert stated
    differing = [pair for pair in stated if value_at(params, pair[0]) != pair[1]]
    assert not differing


def test_every_number_of_the_decision_is_in_the_protocol(params, stated):
    decision = params.decision.model_dump()
    keys = {
        f"decision.{name}{suffix}"
        for name, value in decision.items()
        if name != "cheaper_first"
        for suffix in ([f".{inner}" for inner in value] if isinstance(value, dict) else [""])
    }
    assert keys <= {key for key, _ in stated}
