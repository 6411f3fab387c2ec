"""Whatever of a run is told to end, or is killed: no process is left, and the next run goes on."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests.faults.tiny_pipeline import TinyPipeline, wait_until

STOPPED = "error: stopped; run it again, it goes on from here"
DVC = ("-m", "dvc", "repro")
SECONDS = 60  # on a machine that is busy with much else


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> TinyPipeline:
    return TinyPipeline(tmp_path_factory.mktemp("signals")).with_dvc()


@pytest.fixture
def pipeline(repository: TinyPipeline):
    yield repository
    repository.end_all()
    for path in (*repository.folder.glob("beats_*"), repository.folder / "enough"):
        path.unlink(missing_ok=True)


def start_beating(pipeline: TinyPipeline, *command: str) -> subprocess.Popen:
    run = pipeline.start(*command)
    beats = [pipeline.folder / f"beats_{seed}" for seed in (0, 1)]
    wait_until(lambda: run.poll() is not None or all(path.exists() for path in beats))
    assert run.poll() is None, run.stdout.read()
    return run


def ends(pipeline: TinyPipeline, run: subprocess.Popen) -> str:
    """What the run has printed, once no process of it is left."""
    wait_until(lambda: not pipeline.processes(), seconds=SECONDS)
    said = run.communicate(timeout=SECONDS)[0]
    assert "Traceback" not in said
    assert not (pipeline.folder / "metrics/done.json").exists()
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
@pytest.mark.parametrize("to", ["stage", "group"])
def test_a_signal_ends_all(pipeline, number, to):
    run = start_beating(pipeline, *DVC)
    if to == "stage":
        pipeline.find_stage().send_signal(number)
    else:
        os.killpg(run.pid, number)
    said = ends(pipeline, run)
    assert said.count(STOPPED) == 1
    assert pipeline.left_behind() == []


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/sh"])  # the first gives its process away
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["TERM", "KILL"])
def test_a_stage_ends_with_its_dvc(pipeline, number, shell, monkeypatch):
    monkeypatch.setitem(pipeline.environment, "SHELL", shell)
    run = start_beating(pipeline, *DVC)
    run.send_signal(number)
    assert STOPPED in ends(pipeline, run)
    assert pipeline.left_behind() == []


def test_dvc_ignores_ctrl_c_that_its_stage_does_not_hear(pipeline):
    run = start_beating(pipeline, *DVC)
    run.send_signal(signal.SIGINT)
    (pipeline.folder / "enough").touch()
    assert run.wait(SECONDS) == 0
    assert pipeline.processes() == []
    (pipeline.folder / "metrics/done.json").unlink()


def test_a_killed_stage_leaves_no_process_and_the_next_one_removes_what_is_half_written(pipeline):
    run = start_beating(pipeline, *DVC)
    pipeline.find_stage().kill()
    ends(pipeline, run)
    (pipeline.folder / "enough").touch()
    again = pipeline.start(*DVC)
    assert again.wait(SECONDS) == 0, again.stdout.read()
    assert pipeline.left_behind() == []
    (pipeline.folder / "metrics/done.json").unlink()


def test_a_stage_that_was_started_by_hand_outlives_its_shell(pipeline):
    words = f"import subprocess; subprocess.Popen([{sys.executable!r}, 'stage.py', 'beat', '2'])"
    shell = start_beating_once_gone(pipeline, words)
    assert shell.returncode == 0
    stage = pipeline.find_stage()
    assert psutil.pid_exists(stage.pid)
    with pytest.raises(psutil.TimeoutExpired):
        stage.wait(2)
    (pipeline.folder / "enough").touch()
    wait_until(lambda: not pipeline.processes(), seconds=SECONDS)
    (pipeline.folder / "metrics/done.json").unlink()


def start_beating_once_gone(pipeline: TinyPipeline, words: str) -> subprocess.Popen:
    shell = pipeline.start("-c", words)
    shell.wait(SECONDS)
    wait_until((pipeline.folder / "beats_1").exists)
    return shell
