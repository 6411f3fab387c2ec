"""A fit that wants more than there is: one line that names it and the mend, and nothing is lost."""

import os
import resource
import signal
import subprocess
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from intake_triage.files import replacing
from intake_triage.models.tabular.gbm import GbmModel
from tests.faults.limits import little_memory, small_disk
from tests.faults.tiny_pipeline import TinyPipeline

MIB = 2**20
NOISE = np.random.default_rng(0).normal(size=(5000, 40))  # 1.6 MB, which nothing packs


@pytest.fixture
def pipeline(tmp_path: Path) -> TinyPipeline:
    return TinyPipeline(tmp_path)


def line_of(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that is no progress."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


def finished(pipeline: TinyPipeline) -> set[str]:
    return {path.name for path in (pipeline.folder / ".fits").iterdir()}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_fit_that_is_killed_is_told_by_name_and_the_finished_are_kept(pipeline, number):
    words = ("end_at_seed_1", "3", f"signal={number}")
    said = line_of(pipeline.run_stage(*words, preexec_fn=use_one_core))
    about = f"error: gbm urgency seed 1: its process was ended by {number.name}"
    assert said.startswith(about)
    assert ("want of memory" in said) == (number == signal.SIGKILL)
    assert "finished fits are kept" in said
    assert said.endswith("run this again")
    assert len(finished(pipeline)) == 1
    assert pipeline.left_behind() == []

    (pipeline.folder / "mended").touch()
    assert pipeline.run_stage(*words).returncode == 0
    assert (pipeline.folder / "metrics/done.json").exists()


def use_one_core() -> None:
    """So that one fit is finished by the time that another ends."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def test_memory_that_python_is_refused(pipeline):
    said = line_of(pipeline.run_stage("ask_for_too_much", "1"))
    mend = "memory ran out; free some, and run this again"
    assert said == f"error: gbm urgency seed 0: {mend}"


def test_memory_that_the_system_takes_back(pipeline):
    with little_memory(400 * MIB) as group:
        done = pipeline.run_stage("hold", "1", "mib=800", preexec_fn=lambda: group.write_text("0"))
    said = line_of(done)
    assert said.startswith("error: gbm urgency seed 0: its process was ended by SIGKILL, most")


def test_a_disk_that_is_full(pipeline):
    with small_disk(pipeline.folder / ".fits", size="1m"):
        said = line_of(pipeline.run_stage("fill_the_disk", "1", f"size={2 * MIB}"))
        assert finished(pipeline) == set()
    (digest,) = said.split("/.fits/")[1:]
    assert digest.endswith(": No space left on device; free some space, and run this again")
    assert said.startswith("error: gbm urgency seed 0: ")
    assert pipeline.run_stage("fill_the_disk", "1", f"size={2 * MIB}").returncode == 0


def write_parquet(path: Path) -> None:
    pd.DataFrame(NOISE).to_parquet(path)


def write_safetensors(path: Path) -> None:
    save_file({"weights": NOISE}, path)


def write_lightgbm(path: Path) -> None:
    rows = lgb.Dataset(NOISE[:, :2], NOISE[:, 2])
    many = {"num_leaves": 2000, "min_data_in_leaf": 1, "verbose": -1, "num_threads": 1}
    model = GbmModel(lgb.train(many, rows, num_boost_round=9), None, {})
    path.mkdir()
    model.save(path)


def write_text(path: Path) -> None:
    path.write_text("all " * MIB)


@pytest.mark.parametrize("write", [write_parquet, write_safetensors, write_lightgbm, write_text])
def test_whatever_library_fills_the_disk_the_file_is_named(tmp_path, write):
    with small_disk(tmp_path / "disk", size="1m"):
        path = tmp_path / "disk/out"
        path.write_text("as it was")
        with (
            pytest.raises(OSError, match="No space left on device") as refused,
            replacing(path) as part,
        ):
            write(part)
        assert refused.value.filename == str(path)
        assert [child.read_text() for child in path.parent.iterdir()] == ["as it was"]


def test_outputs_that_are_read_only(pipeline):
    with small_disk(pipeline.folder / "metrics", size="1m", read_only=True):
        said = line_of(pipeline.run_stage("end_at_seed_1", "1", "signal=9"))
    assert said.startswith("error: metrics/.done.json.")
    assert said.endswith(": Read-only file system; write to a place that is not read-only")
    assert len(finished(pipeline)) == 1


def test_too_many_open_files(pipeline):
    few = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))}
    said = line_of(pipeline.run_stage("open_many", "1", "count=100", **few))
    assert said.startswith("error: gbm urgency seed 0: ")
    assert said.endswith(": Too many open files; allow more (ulimit -n 256), and run this again")
    assert pipeline.left_behind() == []
    assert pipeline.run_stage("open_many", "2", "count=5", **few).returncode == 0
