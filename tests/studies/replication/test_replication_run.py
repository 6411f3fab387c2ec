"""A tiny run through the pipeline's real stages: killed, resumed, kept and cleared."""

import os
import signal
import subprocess
import sys
import time

import pytest

from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.recommendation.certainty import HALVES
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS
from studies.replication import run as run_module
from studies.replication import seconds
from studies.replication.pipeline import change_params, list_stages
from studies.replication.run import clear, make_run
from studies.replication.settings import ROOT, load_study
from studies.replication.survey_all import halve

STARTED = """
from pathlib import Path
from studies.replication.run import make_run
from studies.replication.settings import Run
run = Run.model_validate_json({run!r})
make_run("tiny", run, work=Path({work!r}), results=Path({results!r}))
"""


def start_and_kill(tiny_run, work, results) -> None:
    """End a run and its stages as soon as the first train stage has left its mark."""
    script = STARTED.format(run=tiny_run.model_dump_json(), work=str(work), results=str(results))
    started = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        start_new_session=True,
    )
    marks = work / "tiny/done.json"
    while started.poll() is None and not (marks.exists() and "train_gbm" in read_json(marks)):
        time.sleep(0.1)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    assert list(read_json(marks))[-1] == "train_gbm"


def test_a_killed_run_resumes_and_leaves_its_results(tiny_run, tmp_path, monkeypatch, capfd):
    work, results = tmp_path / "work", tmp_path / "results"
    start_and_kill(tiny_run, work, results)
    capfd.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(run_module, "clear", lambda folder: None)
        make_run("tiny", tiny_run, work=work, results=results)
    folder = work / "tiny"
    stages = list_stages(change_params(tiny_run.params), last="compare")
    said = capfd.readouterr().out.splitlines()
    expected = [f"tiny: {stage.name}" for stage in stages[2:]]
    assert [line for line in said if line.startswith("tiny: ")] == expected

    path = results / "tiny.json"
    first = path.read_bytes()
    kept = read_json(path)
    assert abs(kept["records"]["train"] - 800) <= 2
    assert abs(kept["records"]["test"] - 250) <= 2
    assert set(kept["set_ups"]) == {set_up.label for set_up in list_set_ups(TASKS)}
    assert set(kept["figures"]) == set(FORECASTERS)
    assert set(kept["single_fits"]) == set(TRAINED_SYSTEMS)
    assert all(0 < kept["figures"][name]["urgency"]["macro_f1"][0] < 1 for name in FORECASTERS)
    assert all("cost_per_1000" in kept["figures"][name]["both"] for name in FORECASTERS)
    assert str(ROOT) not in path.read_text(encoding="utf-8")
    compared = read_json(folder / "metrics/compare.json")["recommendation"]
    assert kept["decision"] == compared["decision"]
    broken = {label for label, set_up in kept["set_ups"].items() if set_up["breaks"]}
    assert not broken & set(kept["tied"])

    # Halves of the same run, as of the survey's.
    halves = halve(Layout(folder), load_params(folder / "params.yaml"))
    prepared = kept["records"]
    assert halves["records"] == prepared["calibrate"] + prepared["test"]
    assert halves["halves"] == HALVES
    chosen = sum(row["chosen"] for row in halves["set_ups"])
    assert chosen == pytest.approx(1 - halves["none"])

    # All is done: the same results come from no stage, and what is large goes.
    make_run("tiny", tiny_run, work=work, results=results)
    assert "tiny: " not in capfd.readouterr().out
    assert path.read_bytes() == first
    assert {each.name for each in folder.iterdir()} == {"params.yaml", "metrics", "plots"}
    assert (ROOT / "src/intake_triage").is_dir()


def test_clearing_leaves_what_links_lead_to(tmp_path):
    target, folder = tmp_path / "code", tmp_path / "run"
    (target / "inside").mkdir(parents=True)
    (folder / "data").mkdir(parents=True)
    (folder / "src").symlink_to(target)
    (folder / "data/raw").symlink_to(target)
    clear(folder)
    assert (target / "inside").is_dir()
    assert not list(folder.iterdir())


def test_an_unknown_run_is_refused(monkeypatch):
    monkeypatch.setattr("sys.argv", ["run", "nowhere"])
    known = ", ".join(load_study().runs)
    with pytest.raises(InputError, match=f"'nowhere': not in params.yaml of the study.*{known}"):
        run_module.main()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux alone binds to a core")
def test_fits_are_timed_on_one_core(tmp_path, monkeypatch, tiny_run):
    cores = os.sched_getaffinity(0)
    during = []

    def pretend(stages, folder):
        during.append(os.sched_getaffinity(0))
        assert [stage.name for stage in stages][-1] == "train_mtl"
        (folder / "metrics").mkdir()
        (folder / "metrics/prepare.json").write_text('{"records": {"train": 5}}')

    monkeypatch.setattr(seconds, "run_stages", pretend)
    monkeypatch.setattr(seconds, "busy_cores", lambda: 0.0)
    monkeypatch.setattr(seconds, "read_costs", lambda tasks, layout: {"systems": {"mtl": {}}})
    monkeypatch.setattr(seconds, "sum_wall_seconds", lambda layout, system: 7.0)
    timed = seconds.time_fits(tiny_run.params, tmp_path / "seconds")
    assert [len(each) for each in during] == [1]
    assert os.sched_getaffinity(0) == cores
    assert timed["records"] == {"train": 5}
    assert timed["processor"]
    assert timed["systems"] == {"mtl": {"wall_seconds": 7.0}}
    assert not (tmp_path / "seconds").exists()
