"""Work in processes of its own: threads, folder, order, memory, the shared clock."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.processes import Timed, run_apart, span_seconds, timed


def look_around(number: int) -> Callable[[], tuple[int, Path, str | None, int]]:
    return lambda: (number, Path.cwd(), os.environ.get("OMP_NUM_THREADS"), os.getpid())


def hold(mib: int) -> Callable[[], None]:
    return lambda: np.ones(mib * 2**20, dtype=np.uint8).fill(2)


def get_ready(seconds: float) -> Callable[[], None]:
    time.sleep(seconds)
    return partial(time.sleep, 0.2)


def fail() -> None:
    raise RuntimeError("no such benchmark")


def test_each_job_has_a_process_of_its_own_in_the_folder_and_keeps_its_place(tmp_path) -> None:
    outcomes = run_apart(look_around, (3,), (1,), folder=tmp_path)
    numbers, folders, threads, processes = zip(*(o.value for o in outcomes), strict=True)
    assert numbers == (3, 1)
    assert set(folders) == {tmp_path.resolve()}
    assert set(threads) == {"1"}
    assert len({*processes, os.getpid()}) == 3


def test_no_limit_leaves_threads_to_the_libraries(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (outcome,) = run_apart(look_around, (0,), folder=tmp_path, threads=None)
    assert outcome.value[2] is None
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_peak_memory_is_that_of_one_job(tmp_path) -> None:
    large, small = run_apart(hold, (200,), (1,), folder=tmp_path)
    assert large.peak_mib - small.peak_mib == pytest.approx(199, abs=20)


@pytest.mark.parametrize("cores", [1, 2])
def test_those_that_run_side_by_side_start_when_the_last_is_ready(
    cores: int, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("joblib.cpu_count", lambda: cores)
    first, second = run_apart(get_ready, (0.0,), (0.5,), folder=tmp_path)
    if cores == 1:
        assert first.end <= second.start
    else:
        assert max(first.start, second.start) <= min(first.end, second.end)


def test_preparation_is_not_on_the_clock(tmp_path) -> None:
    (run,) = run_apart(get_ready, (1.0,), folder=tmp_path)
    assert 0.2 <= run.wall_seconds < 1
    assert run.cpu_seconds < run.wall_seconds


def test_call_is_timed_in_this_process() -> None:
    run = timed(os.getpid)
    assert run.value == os.getpid()
    assert 0 <= run.wall_seconds < 1


def test_span_reaches_from_the_first_start_to_the_last_end() -> None:
    runs = [Timed(None, start, end, 0, 0) for start, end in ((3.0, 7.0), (1.0, 4.0))]
    assert span_seconds(runs) == 6.0


def test_a_failure_is_raised_here(tmp_path) -> None:
    with pytest.raises(RuntimeError, match="no such benchmark"):
        run_apart(fail, (), folder=tmp_path)
