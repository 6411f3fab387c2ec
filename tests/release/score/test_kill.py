"""A run that is killed at any moment leaves nothing half-written, and the next one goes on."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score import run
from intake_triage.release.score.run import refused_beside, score_table
from tests.form_tables import make_cells, write_table

N_ROWS, N_PIECES = 7, 3
# Of each piece its rows, refused rows and tally; at the end two files, and the folder to remove.
RENAMES = 3 * N_PIECES + 3


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three pieces, each with a form and a bad row."""
    monkeypatch.setattr(run, "ROWS_A_PIECE", N_ROWS)
    cells = make_cells(N_ROWS * N_PIECES)
    cells.loc[::N_ROWS, "Alter"] = "old"
    return write_table(tmp_path / "comma.csv", cells)


def in_a_process_to_kill(work: Callable[[], None]) -> int:
    """Start a copy of this process that does some work, and give its number."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def was_killed(child: int) -> bool:
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def count_calls(bundle: Bundle, pause: float = 0.0) -> tuple[Bundle, list[int]]:
    """The bundle, and how many forms it was asked for in each call."""
    calls: list[int] = []

    def forecast(frame):
        calls.append(len(frame))
        time.sleep(pause)
        return bundle.forecast(frame)

    return replace(bundle, forecast=forecast), calls


def both_files(out: Path) -> tuple[bytes, bytes]:
    return out.read_bytes(), refused_beside(out).read_bytes()


@pytest.fixture(params=[".csv", ".parquet"])
def undisturbed(request, bundle, table, tmp_path) -> tuple[Path, tuple[bytes, bytes]]:
    """Where a disturbed run is to write, and what it is to write."""
    reference = tmp_path / f"reference{request.param}"
    score_table(bundle, table, reference, explained=False)
    return tmp_path / f"out{request.param}", both_files(reference)


@pytest.mark.parametrize(
    ("at", "when"), [*((at, "before") for at in range(1, RENAMES + 1)), (RENAMES, "after")]
)
def test_killed_at_any_rename(bundle, table, undisturbed, monkeypatch, at, when):
    out, expected = undisturbed
    real, renames = os.replace, []

    def rename(source, target):
        renames.append(target)
        if when == "after":
            real(source, target)
        if len(renames) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if when == "before":
            real(source, target)

    def killed() -> None:
        monkeypatch.setattr(os, "replace", rename)
        score_table(bundle, table, out, explained=False)

    assert was_killed(in_a_process_to_kill(killed))
    assert not out.exists() or both_files(out) == expected
    counting, calls = count_calls(bundle)
    (folder,) = (path for path in out.parent.iterdir() if path.is_dir())
    n_finished = 0 if ".done." in folder.name else len(list(folder.glob("*.json")))
    score_table(counting, table, out, explained=False)
    assert len(calls) == N_PIECES - n_finished
    assert both_files(out) == expected
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".")]


def test_killed_again_and_again_ever_later(bundle, table, undisturbed):
    out, expected = undisturbed
    slow, _ = count_calls(bundle, pause=0.05)
    kills = 0
    for moment in range(10):
        child = in_a_process_to_kill(lambda: score_table(slow, table, out, explained=False))
        time.sleep(0.05 * moment)
        os.kill(child, signal.SIGKILL)
        kills += was_killed(child)
        assert not out.exists() or both_files(out) == expected
    assert kills > 0
    score_table(bundle, table, out, explained=False)
    assert both_files(out) == expected
