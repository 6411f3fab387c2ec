"""The data card: what is kept of the large run, and that the committed page shows it."""

import shutil

import numpy as np
import pytest
from scipy.stats import entropy

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.records.synthetic import CATALOGUE, DEFAULT_RELATEDNESS
from intake_triage.records.synthetic.catalogue import load_catalogue
from intake_triage.records.synthetic.model import build_model
from intake_triage.report import data_card
from intake_triage.tasks import TASKS
from stages.data_card import CARD


def measured(value: float) -> dict:
    return {"log_loss": {"value": value, "low": 0.1, "high": 0.9}, "brier": {"value": 0.2}}


@pytest.fixture
def finished_run(tmp_path):
    """A run with params.yaml and the scores of one system more than the card shows."""
    run = Layout(tmp_path / "run")
    losses = {"prior": 0.9, "linear": 0.7, "st": 0.6, "oracle": 0.5}
    systems = {name: {task: measured(x) for task in TASKS} for name, x in losses.items()}
    tested = {task: {"records": 900, "units": 800} for task in TASKS}
    write_json(run.metrics("compare"), {"test": tested, "systems": systems})
    shutil.copy("params.yaml", run.params)
    return run


def test_of_the_large_run_is_kept_what_the_card_shows(finished_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data_card.keep_large_run(finished_run.root)
    kept = tmp_path / "results/large"
    assert {path.name for path in kept.iterdir()} == {"compare.json", "params.yaml"}
    assert (kept / "params.yaml").read_bytes() == finished_run.params.read_bytes()
    assert read_json(kept / "compare.json") == {
        "test": {task: {"records": 900} for task in TASKS},
        "systems": {
            name: {task: {"log_loss": x} for task in TASKS}
            for name, x in (("linear", 0.7), ("st", 0.6), ("oracle", 0.5))
        },
    }


def test_the_committed_card_shows_what_is_kept():
    kept = read_json(data_card.LARGE_SCORES)
    page = CARD.read_text(encoding="utf-8")
    for task in TASKS:
        linear, st, oracle = (
            kept["systems"][name][task]["log_loss"] for name in ("linear", "st", "oracle")
        )
        closed = (linear - st) / (linear - oracle)
        assert f"| {task} | {linear:.3f} | {st:.3f} | {oracle:.3f} | {closed:.0%} |" in page
    assert f"on {kept['test']['urgency']['records']:,} others" in page


def test_the_information_is_that_of_tables_whose_value_is_known():
    one_tells_the_other = np.eye(4) / 4
    nothing_shared = np.outer([0.1, 0.2, 0.7], [0.5, 0.5])
    assert data_card.mutual_information(one_tells_the_other) == pytest.approx(np.log(4))
    assert data_card.mutual_information(nothing_shared) == pytest.approx(0, abs=1e-12)
    rng = np.random.default_rng(0)
    tables = rng.dirichlet(np.ones(48), 5).reshape(5, 4, 12)
    # I(U; S) = H(U) + H(S) − H(U, S)
    expected = [entropy(t.sum(1)) + entropy(t.sum(0)) - entropy(t.ravel()) for t in tables]
    np.testing.assert_allclose(data_card.mutual_information(tables), expected)


def test_the_committed_card_has_the_information_given_the_form():
    """Of the default: a posterior a form, whose mean is the labels' shares."""
    model = build_model(
        load_catalogue(CATALOGUE), task_relatedness=DEFAULT_RELATEDNESS, reading="own"
    )
    joint = data_card.joint_label_posteriors(model)
    shares = data_card.joint_label_shares(model)
    error = joint.std(axis=0) / np.sqrt(len(joint))
    assert np.all(np.abs(joint.mean(axis=0) - shares) < 5 * error + 1e-12)
    before, given_form = (data_card.mutual_information(t).mean() for t in (shares, joint))
    assert given_form < before / 5
    (row,) = (line for line in CARD.read_text("utf-8").splitlines() if ", the default |" in line)
    assert row.split(" | ")[2] == f"{before:.3f}"
    assert row.split(" | ")[4].rstrip(" |") == f"{given_form:.3f}"
