"""Stage calibrate on the made-up clinic, where a tenth of the records lacks each label."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intake_triage.calibration.decisions import read_decision_rules
from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, read_predictions, write_predictions
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.tasks import TASKS
from stages import calibrate

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("gbm", "mtl")
LAYOUT = Layout()
SEEDS = np.array([0, 3])


@pytest.fixture
def folder(clinic_folder, tmp_path, monkeypatch):
    """A copy of the prepared clinic to write into, with params.yaml and made-up predictions."""
    shutil.copytree(clinic_folder, tmp_path, dirs_exist_ok=True)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    records = read_prepared()
    frame = records.frame[records.frame["split"] != "train"]
    for system in SYSTEMS:
        for task in TASKS:
            n_classes = len(records.schema.classes(task))
            logits = rng.normal(size=(len(SEEDS), len(frame), n_classes)) * 2
            columns = frame["record_id"].to_numpy(str), frame["split"].to_numpy(str), SEEDS
            write_predictions(LAYOUT.predictions(system, task), Predictions(*columns, logits))
    return tmp_path


def _calibrate(monkeypatch, *systems: str) -> None:
    for system in systems:
        monkeypatch.setattr(sys, "argv", ["calibrate", system])
        calibrate.main()


def _overwrite(system, task, rows_of, value: float) -> None:
    """Put `value` into all logits of the records that `rows_of` picks."""
    path = LAYOUT.predictions(system, task)
    predictions = read_predictions(path)
    logits = predictions.logits.copy()
    logits[:, rows_of(predictions)] = value
    write_predictions(path, replace(predictions, logits=logits))


def _written(folder: Path) -> dict[str, bytes]:
    paths = [*(folder / "models").rglob("*.json"), *(folder / "metrics").rglob("*.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_every_system_and_task_gets_calibrator_rules_and_calibrated_test_logits(
    folder, monkeypatch
):
    _calibrate(monkeypatch, *SYSTEMS)
    for system in SYSTEMS:
        metrics = read_json(folder / f"metrics/calibrate/{system}.json")
        assert set(metrics) == {system}
        for task in TASKS:
            calibrated = read_predictions(LAYOUT.calibrated(system, task))
            n_classes = calibrated.logits.shape[2]
            assert set(calibrated.split) == {"test"}
            assert np.isfinite(calibrated.logits).all()
            out_of_fold = read_predictions(LAYOUT.out_of_fold(system, task))
            assert set(out_of_fold.split) == {"calibrate"}
            assert np.isfinite(out_of_fold.logits).all()
            rules = read_decision_rules(LAYOUT.decision_rules(system, task))
            assert rules.seeds.tolist() == SEEDS.tolist()
            assert rules.class_weights.shape == rules.thresholds.shape == (2, n_classes)
            kept = metrics[system][task]["balanced"]["kept"]
            assert kept or (rules.class_weights == 1).all()
            calibrators = read_json(folder / f"models/calibrators/{system}/{task}.json")
            names = {value["name"] for value in calibrators.values()}
            assert names == {metrics[system][task]["calibrator"]}


def test_a_record_without_a_label_decides_nothing(folder, monkeypatch):
    _calibrate(monkeypatch, *SYSTEMS)
    before = _written(folder)
    records = read_prepared().of_split("calibrate")
    for task in TASKS:
        lacking = records.frame["record_id"][records.labels(task) == NO_LABEL]
        assert len(lacking) > 0
        for system in SYSTEMS:
            _overwrite(system, task, lambda raw, ids=lacking: np.isin(raw.record_id, ids), 50.0)
    shutil.rmtree(folder / "models/decisions")
    _calibrate(monkeypatch, *SYSTEMS)
    assert _written(folder) == before


def test_a_system_needs_the_predictions_of_no_other(folder, monkeypatch):
    _calibrate(monkeypatch, "mtl")
    before = _written(folder)
    shutil.rmtree(LAYOUT.predictions("gbm", TASKS[0]).parent)
    _calibrate(monkeypatch, "mtl")
    assert _written(folder) == before


def test_a_system_that_is_not_trained_is_refused(folder, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        _calibrate(monkeypatch, "oracle")
    assert "invalid choice: 'oracle'" in capsys.readouterr().err


def test_a_logit_that_is_not_finite_is_refused_by_name(folder, monkeypatch):
    _overwrite("gbm", "specialty", lambda raw: raw.split == "calibrate", np.nan)
    with pytest.raises(
        InputError, match=r"gbm/specialty\.parquet: a logit is infinite or not a number"
    ):
        _calibrate(monkeypatch, "gbm")
