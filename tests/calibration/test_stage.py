"""Stages calibrate and forecast on the made-up clinic: a tenth of the records lacks each label."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import read_decision_rules
from intake_triage.calibration.outputs import read_nested
from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, read_predictions, write_predictions
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS
from stages import calibrate, forecast

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("gbm", "mtl")
LAYOUT = Layout()
SEEDS = np.array([0, 3])


@pytest.fixture(scope="module")
def predicted(clinic_folder, tmp_path_factory) -> Path:
    """A copy of the prepared clinic with params.yaml and made-up predictions."""
    root = tmp_path_factory.mktemp("predicted")
    shutil.copytree(clinic_folder, root, dirs_exist_ok=True)
    shutil.copy(ROOT / "params.yaml", root)
    layout, rng = Layout(root), np.random.default_rng(0)
    records = read_prepared(layout)
    frame = records.frame[records.frame["split"] != "train"]
    for system in TRAINED_SYSTEMS:
        for task in TASKS:
            n_classes = len(records.schema.classes(task))
            logits = rng.normal(size=(len(SEEDS), len(frame), n_classes)) * 2
            columns = frame["record_id"].to_numpy(str), frame["split"].to_numpy(str), SEEDS
            write_predictions(layout.predictions(system, task), Predictions(*columns, logits))
    return root


@pytest.fixture(scope="module")
def forecasted(predicted, tmp_path_factory) -> Path:
    """The same after both stages, of every system; to be left as it is."""
    root = tmp_path_factory.mktemp("forecasted")
    shutil.copytree(predicted, root, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        _calibrate(patch, *TRAINED_SYSTEMS)
        forecast.main()
    return root


@pytest.fixture
def done(forecasted, monkeypatch) -> Path:
    """`forecasted` as the current folder."""
    monkeypatch.chdir(forecasted)
    return forecasted


@pytest.fixture
def folder(predicted, tmp_path, monkeypatch) -> Path:
    """A copy of `predicted` to write into, as the current folder."""
    shutil.copytree(predicted, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
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


def test_every_system_and_task_gets_calibrators_and_calibrated_logits(done):
    records = read_prepared().of_split("calibrate").frame["record_id"].to_numpy(str)
    for system in SYSTEMS:
        metrics = read_json(done / f"metrics/calibrate/{system}.json")
        assert set(metrics) == {system}
        for task in TASKS:
            calibrated = read_predictions(LAYOUT.calibrated(system, task))
            assert set(calibrated.split) == {"test"}
            assert calibrated.seeds.tolist() == SEEDS.tolist()
            assert np.isfinite(calibrated.logits).all()
            nested = read_nested(LAYOUT.nested(system, task), records)
            assert nested.shape == (5, len(records), calibrated.logits.shape[2])
            np.testing.assert_allclose(softmax(nested, axis=2).sum(axis=2), 1, rtol=1e-5)
            calibrators = read_json(done / f"models/calibrators/{system}/{task}.json")
            names = {value["name"] for value in calibrators.values()}
            assert names == {metrics[system][task]["calibrator"]}


@pytest.mark.usefixtures("done")
def test_nested_logits_are_read_in_the_order_asked_for():
    records = read_prepared().of_split("calibrate").frame["record_id"].to_numpy(str)
    path = LAYOUT.nested("gbm", "urgency")
    backwards = read_nested(path, records[::-1])
    np.testing.assert_array_equal(backwards, read_nested(path, records)[:, ::-1])


def test_forecasters_average_what_their_members_say(done):
    metrics = read_json(done / "metrics/forecast.json")
    assert list(metrics) == list(FORECASTERS)
    for task in TASKS:
        blend, *members = (
            read_predictions(LAYOUT.averages(name, task)) for name in ("gbm+mtl", "gbm", "mtl")
        )
        each = [softmax(member.logits[0], axis=1) for member in members]
        np.testing.assert_allclose(
            softmax(blend.logits[0], axis=1), np.mean(each, axis=0), rtol=1e-5
        )
        raw = read_predictions(LAYOUT.predictions("gbm", task))
        mean = softmax(raw.of_split("test").logits, axis=2).mean(axis=0)
        of_test = softmax(members[0].of_split("test").logits[0], axis=1)
        np.testing.assert_allclose(of_test, mean, rtol=1e-5)
        for name in FORECASTERS:
            said = read_predictions(LAYOUT.forecasts(name, task))
            assert set(said.split) == {"calibrate", "test"}
            np.testing.assert_allclose(np.exp(said.logits[0]).sum(axis=1), 1, rtol=1e-5)
            rules = read_decision_rules(LAYOUT.forecaster(name, task))
            assert rules.class_weights.shape == rules.thresholds.shape == said.logits.shape[2:]
            assert metrics[name][task]["temperature"] == round(rules.temperature, 4)
            kept = metrics[name][task]["balanced"]["kept"]
            assert kept or (rules.class_weights == 1).all()


def test_a_record_without_a_label_decides_nothing(folder, forecasted, monkeypatch):
    records = read_prepared().of_split("calibrate")
    for task in TASKS:
        lacking = records.frame["record_id"][records.labels(task) == NO_LABEL]
        assert len(lacking) > 0
        for system in SYSTEMS:
            _overwrite(system, task, lambda raw, ids=lacking: np.isin(raw.record_id, ids), 50.0)
    _calibrate(monkeypatch, *TRAINED_SYSTEMS)
    forecast.main()
    assert _written(folder) == _written(forecasted)


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
