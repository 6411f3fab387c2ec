"""The simulation on variances made by hand, where what should happen is known."""

import json

import numpy as np
import pytest

from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.systems import list_forecasters
from intake_triage.tasks import TASKS
from studies.tied_set import simulate as study
from studies.tied_set.page import write_page
from studies.tied_set.sampling import Source

FEW = 20  # simulations, to see what is plain
KEYS = [(task, name) for task in TASKS for name in list_forecasters(TASKS)]


@pytest.fixture
def decision(params):
    return params.decision.model_copy(update={"cost_margin": 30.0, "tied_level": 0.9})


def make_source(*, error: float, together: float = 0.0) -> Source:
    """Each forecaster's cost of a task errs by `error`, all of them `together` by more."""
    covariance = error**2 * np.eye(len(KEYS)) + together**2
    costs = [
        {"task": task, "forecaster": name, "cost_per_1000": 600.0 + 10 * k}
        for k, (task, name) in enumerate(KEYS)
    ]
    return Source.of_run({"units": 6000, "costs": costs, "covariance": covariance.tolist()})


def test_a_set_up_costs_what_its_forecasters_do():
    source = make_source(error=3.0, together=50.0)
    assert source.set_ups == list_set_ups(TASKS)
    place = source.set_ups.index(SetUp("st", "gbm"))
    assert source.costs[place] == 600 + 10 * KEYS.index(("urgency", "st")) + 600 + 10 * KEYS.index(
        ("specialty", "gbm")
    )
    both, one = (source.set_ups.index(SetUp(name, "gbm")) for name in ("gbm", "st"))
    assert source.standard_error(both, one) == pytest.approx(3 * 2**0.5), "they share the other"
    assert source.only([both, one]).costs.tolist() == source.costs[[both, one]].tolist()


def test_samples_vary_about_the_truth_and_resamples_about_the_sample(rng):
    source = make_source(error=3.0, together=20.0)
    truth = np.arange(18.0)
    tables = [source.draw(truth, rng) for _ in range(300)]
    samples = np.array([[scored.cost for scored in table.scored] for table in tables])
    assert samples.mean(axis=0) == pytest.approx(truth, abs=12)
    covariance = source.spread @ source.spread.T
    assert np.cov(samples.T) == pytest.approx(covariance, rel=0.3)
    first = np.array([scored.costs for scored in tables[0].scored])
    assert first[:, 1:].mean(axis=1) == pytest.approx(first[:, 0], abs=12)
    assert np.cov(first[:, 1:]) == pytest.approx(covariance, rel=0.3)


def test_with_many_forms_everything_is_told_apart(decision):
    found = study.simulate(make_source(error=1.0), decision, times=FEW)
    assert found["two"]["drops_worse"]["least"] == found["all"]["drops_worse"]["least"] == 1
    assert found["all"]["holds_best"] == 1
    assert found["all"]["takes_measured_worse"] == 0
    assert found["two"]["holds_equals"]["middle"] >= 0.7


def test_with_few_forms_nothing_is(decision):
    found = study.simulate(make_source(error=300.0), decision, times=FEW)
    assert found["two"]["drops_worse"]["greatest"] <= 0.4
    assert found["standard_error"]["greatest"] >= 300


def test_what_all_have_in_common_changes_nothing(decision):
    alone, together = (
        study.compare_two(make_source(error=9.0, together=each).only([0, 5]), decision, times=FEW)
        for each in (0.0, 500.0)
    )
    for key in alone:
        assert alone[key] == pytest.approx(together[key], abs=0.2)


def test_a_simpler_set_up_that_is_worse_by_the_margin_is_seldom_taken(decision):
    two = make_source(error=6.0)
    pair = [two.set_ups.index(SetUp(name, name)) for name in ("gbm+mtl", "mtl")]
    found = study.compare_two(two.only(pair), decision, times=300)
    assert 0.01 <= found["takes_worse"] <= 0.05 + 2 * (0.05 * 0.95 / 300) ** 0.5


def test_the_page_has_a_column_a_source(decision, tmp_path):
    source = study.simulate(make_source(error=5.0), decision, times=FEW)
    found = {"simulations": FEW, "worse": 60.0, "sources": {"clinic": source, "survey": source}}
    write_page(tmp_path / "page.md", json.loads(json.dumps(found)))
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {4}
    assert "| 6,000 | 6,000 |" in page
    assert "worse by 60" in page
    assert "{" not in page
