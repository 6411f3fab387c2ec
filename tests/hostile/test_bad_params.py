"""params.yaml made wrong at every key, and by tricks of YAML: one line, at once, and no traceback.

DVC reads params.yaml before any stage does. Of these tricks it refuses tags of Python, keys that
come twice, tabs and the like, in some lines of its own that name the file. It follows anchors,
which our stages then refuse. A billion laughs keeps it busy until it is stopped; a block within
1,000 others ends in `maximum recursion depth exceeded`.
"""

import math
import time
import tracemalloc

import pytest
from bad_params import RAW, SCHEMA, TEXT, TRICKS, Bad, list_bad_params, walk
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake_triage.errors import InputError, run_stage
from intake_triage.params import load_params

BAD = list_bad_params()
LONGEST_LINE = 700  # letters: one that lists all keys of `data.file`
KEYS = [key for key, _ in walk(RAW, SCHEMA) if key]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("params") / "params.yaml"


def refuse(path) -> list[str]:
    """The lines with which a stage ends that reads the file; each is one a person can read."""
    with pytest.raises(SystemExit) as stopped:
        run_stage(lambda: load_params(path))
    lines = stopped.value.code.split("\n")
    for line in lines:
        assert line.startswith(f"error: {path}")
        assert line.isprintable()
        assert len(line) <= LONGEST_LINE + len(str(path))
    return [line.removeprefix(f"error: {path}") for line in lines]


@pytest.mark.parametrize("key", BAD, ids=lambda key: ".".join(map(str, key)))
def test_every_key_is_refused_by_name_when_it_is_wrong(path, key):
    for bad in BAD[key]:
        path.write_bytes(bad.write())
        lines = refuse(path)
        told = [line.removeprefix(": ").partition(": ")[0] for line in lines]
        name = ".".join(map(str, bad.key))
        # What a section as a whole is refused for is told of the section.
        assert [at for at in told if f"{name}.".startswith(f"{at}.") or at.startswith(name)], bad
        if bad.fault in ("missing", "unknown"):
            assert f": {bad.fault}" in lines[told.index(name)]


def test_every_key_is_tried():
    assert {key for key, bad in BAD.items() if bad} == set(KEYS) | {()}


@pytest.mark.parametrize(("content", "says"), TRICKS.values(), ids=TRICKS)
def test_a_trick_of_yaml_is_refused_in_one_line_in_little_time_and_memory(path, content, says):
    path.write_bytes(content)
    tracemalloc.start()
    start = time.process_time()
    (line,) = refuse(path)
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert says in line
    assert seconds < 2
    assert peak < 20e6


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, ": no such file; run from the root of the checkout"),
        (lambda path: path.mkdir(), ": Is a directory; it must be a file that can be read"),
        (lambda path: path.symlink_to(path), ": Too many levels of symbolic links; it must be a"),
    ],
    ids=["no file", "a folder", "a link to itself"],
)
def test_what_is_no_file_is_refused(tmp_path, make, says):
    make(tmp_path / "params.yaml")
    (line,) = refuse(tmp_path / "params.yaml")
    assert line.startswith(says)


def test_a_byte_order_mark_is_no_fault(path):
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert load_params(path).data.seed == RAW["data"]["seed"]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEAVES, inner, max_size=3)
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=HealthCheck)
@given(st.sampled_from(KEYS), VALUES)
def test_any_value_at_any_key_is_taken_or_refused_in_lines(path, key, value):
    path.write_bytes(Bad(key, "any", value).write())
    take_or_refuse(path)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=HealthCheck)
@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 8),
    st.text("\t\n\r :-#&*!|>{}[],'\"%@`<~?=.0e\\\0\x85\u2028é", max_size=8),
)
@example(0, len(TEXT), "")
def test_any_slip_of_the_pen_is_taken_or_refused_in_lines(path, at, n_lost, slip):
    path.write_bytes((TEXT[:at] + slip + TEXT[at + n_lost :]).encode())
    take_or_refuse(path)


def take_or_refuse(path) -> None:
    try:
        params = load_params(path)
    except InputError:
        refuse(path)
    else:
        assert_finite(params.model_dump())


def assert_finite(value) -> None:
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            assert_finite(inner)
        elif isinstance(inner, float):
            assert math.isfinite(inner)
