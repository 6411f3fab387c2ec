"""`make large`: two sizes stage by stage, taken up again after a kill, and what is kept of them."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from checkout import ROOT

from benchmarks import growth, workspace
from benchmarks.report import GROWTH, REPORT, RESULTS
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.tasks import TASKS

SCORES = {task: {"log_loss": {"value": 0.5}} for task in TASKS}
COMPARED = {
    "test": {task: {"records": 900} for task in TASKS},
    "systems": dict.fromkeys(("linear", "st", "oracle"), SCORES),
}


@pytest.fixture
def ran(tmp_path, monkeypatch, results):
    """The stages that were run, each with the number of forms; the checkout holds params alone."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    write_json(tmp_path / "benchmarks" / RESULTS, results)
    given = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in ("init --quiet", "add params.yaml", "commit --quiet --message first"):
        subprocess.run([*given, *command.split()], cwd=tmp_path, check=True)
    for module in (growth, workspace):
        monkeypatch.setattr(module, "CHECKOUT", Layout(tmp_path))
    monkeypatch.setattr("benchmarks.machine.FOLDER", tmp_path)
    monkeypatch.setattr(growth, "describe_machine", lambda: results["machine"])
    monkeypatch.setattr(growth, "FOLDER", tmp_path / "benchmarks")
    monkeypatch.chdir(tmp_path)
    stages: list[tuple[int, str]] = []

    def observe(command: list[str], *, folder: Path) -> tuple[float, float]:
        params = yaml.safe_load((folder / "params.yaml").read_text())
        assert params["train"]["seeds"] == [0]
        if command[-1] == "compare":
            write_json(folder / "metrics/compare.json", COMPARED)
        stages.append((params["data"]["n_records"], command[-1]))
        return len(stages), 100.0 * len(stages)

    monkeypatch.setattr(growth, "observe", observe)
    return stages


def test_every_stage_of_both_sizes_is_measured_and_shown(ran, tmp_path):
    growth.main()
    assert ran == [(size, stage) for size in growth.SIZES for stage in growth.STAGES]
    found = read_json(tmp_path / "benchmarks" / GROWTH)
    assert found["by_forms"]["400000"]["prepare"] == {"seconds": 10, "peak_mib": 1000}
    assert found["growth"]["prepare"] == 1.0
    assert read_json(tmp_path / "results/large/compare.json")["test"] == COMPARED["test"]
    kept = yaml.safe_load((tmp_path / "results/large/params.yaml").read_text())
    assert kept["data"]["n_records"] == growth.SIZES[-1]
    page = (tmp_path / "benchmarks" / REPORT).read_text()
    assert "| `train_mtl` | 0.325 | 4 | 13 | 400 | 1,300 |" in page


def test_a_killed_run_goes_on_where_it_was_until_the_code_changes(ran, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(growth, "STAGES", growth.STAGES[:3])
        growth.run_stages(tmp_path / "clone", n_forms=40_000)
    trained = Layout(tmp_path / "clone").fits / "by the stage that was killed"
    trained.mkdir(parents=True)
    growth.run_stages(tmp_path / "clone", n_forms=40_000)
    assert [stage for _, stage in ran] == list(growth.STAGES)
    assert not trained.exists()  # the stage is measured whole
    monkeypatch.setattr(growth, "describe_code", lambda: "another commit")
    growth.run_stages(tmp_path / "clone", n_forms=40_000)
    assert [stage for _, stage in ran] == 2 * list(growth.STAGES)


def test_memory_that_grows_by_the_form_is_full_where_the_line_says():
    # 0.005 MiB a form from 400 MiB on: (8192 - 400) / 0.005 = 1,558,400.
    assert growth.count_fitting(600, 2400) == 1_560_000
