"""Work in processes of its own: threads, folder, order, memory, the shared clock."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.processes import Stopwatch, run_apart, span_seconds, wait_for_the_others


def see_surroundings(number: int) -> tuple[int, Path, str | None, int]:
    return number, Path.cwd(), os.environ.get("OMP_NUM_THREADS"), os.getpid()


def hold(mib: int) -> None:
    np.ones(mib * 2**20, dtype=np.uint8)


def meet() -> Stopwatch:
    wait_for_the_others()
    with Stopwatch() as watch:
        wait_for_the_others()
    return watch


def fail() -> None:
    raise RuntimeError("no such benchmark")


def test_each_job_has_a_process_of_its_own_in_the_folder_and_keeps_its_place(tmp_path) -> None:
    outcomes = run_apart(see_surroundings, [(3,), (1,)], folder=tmp_path, threads=1)
    numbers, folders, threads, processes = zip(*(o.value for o in outcomes), strict=True)
    assert numbers == (3, 1)
    assert set(folders) == {tmp_path.resolve()}
    assert set(threads) == {"1"}
    assert len({*processes, os.getpid()}) == 3


def test_no_limit_leaves_threads_to_the_libraries(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (outcome,) = run_apart(see_surroundings, [(0,)], folder=tmp_path)
    assert outcome.value[2] is None
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_peak_memory_is_that_of_one_job(tmp_path) -> None:
    large, small = run_apart(hold, [(200,), (1,)], folder=tmp_path)
    assert large.peak_mib - small.peak_mib == pytest.approx(199, abs=20)


def test_processes_side_by_side_wait_for_each_other(tmp_path) -> None:
    outcomes = run_apart(meet, [(), ()], folder=tmp_path, side_by_side=2)
    first, second = (outcome.value for outcome in outcomes)
    assert max(first.start, second.start) <= min(first.end, second.end)


def test_span_reaches_from_the_first_start_to_the_last_end() -> None:
    watches = [Stopwatch(start=3.0, end=7.0), Stopwatch(start=1.0, end=4.0)]
    assert span_seconds(watches) == 6.0


def test_a_failure_is_raised_here(tmp_path) -> None:
    with pytest.raises(RuntimeError, match="no such benchmark"):
        run_apart(fail, [()], folder=tmp_path)
