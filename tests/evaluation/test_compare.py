"""The comparison as a whole: its shape, its signs, and the same bytes for the same input."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics
from small_split import regroup

from intake_triage.calibration.forecaster import Member, fit_forecaster
from intake_triage.evaluation.compare import compare_systems, gap_closed
from intake_triage.evaluation.forecasts import SystemFits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.measure import measure
from intake_triage.evaluation.table import Result, Results, write_results
from intake_triage.files import write_json
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.recommendation.figures import measure_ceilings, point_value, show_figure
from intake_triage.statistics.verdicts import NOT_JUDGED
from intake_triage.systems import FORECASTERS

TASKS = ("urgency", "specialty")


@pytest.fixture
def compare(fits, forecasts, split, fitted, params):
    """Compare once more."""

    def compare(split=split):
        return compare_systems(fits, forecasts, split, fitted, params)

    return compare


def test_every_forecaster_is_scored_and_transfer_of_single_fits_has_its_sign(forecasts, compare):
    found = compare().metrics
    scores = found["systems"]
    assert list(scores) == list(forecasts)
    for task in TASKS:
        transfer = found["transfer"][task]
        for gain in (transfer, transfer["log_loss"], transfer["calibrated_log_loss"]):
            assert gain["verdict"] == "positive"
            assert 0 < gain["low"] < gain["delta"] < gain["high"]
        mtl, st = (scores[name][task]["single_fits"]["raw"] for name in ("mtl", "st"))
        gain = mtl["macro_f1"]["value"] - st["macro_f1"]["value"]
        assert transfer["delta"] == pytest.approx(gain, abs=1.1e-3)
        gain = st["log_loss"]["value"] - mtl["log_loss"]["value"]
        assert transfer["log_loss"]["delta"] == pytest.approx(gain, abs=1e-4)
    assert found["test"]["urgency"] == {"records": 270, "units": 150, "few_units": False}


def test_single_fits_are_scored_seed_by_seed_and_the_rest_by_the_forecast(fits, compare):
    results = compare().results
    singles = {row.system for row in results.where(single_fits=True)}
    assert singles == set(fits.raw)
    measures = {row.measure for row in results.where(single_fits=True)}
    assert measures == {"macro_f1", "log_loss", "ece", "gap_closed"}
    rules = {row.rule for row in results.where(single_fits=False)}
    assert rules == {"", "argmax", "balanced", "cost"}
    assert all(row.calibrated for row in results.where(single_fits=False))


def test_transfer_between_single_seeds_is_not_judged(fits, forecasts, split, fitted, params):
    one = [
        {name: {task: logits[:1] for task, logits in by.items()} for name, by in systems.items()}
        for systems in (fits.raw, fits.calibrated)
    ]
    found = compare_systems(SystemFits(*one), forecasts, split, fitted, params)
    for task in TASKS:
        assert found.metrics["transfer"][task]["verdict"] == NOT_JUDGED
    assert {row["verdict"] for row in found.plots["transfer"]} == {NOT_JUDGED}


def test_few_units_are_flagged_and_one_unit_alone_still_has_scores(compare, split):
    sample = compare(regroup(split, split.unit % 39)).metrics["test"]["urgency"]
    assert (sample["units"], sample["few_units"]) == (39, True)
    alone = compare(regroup(split, np.zeros(300, int))).metrics
    assert alone["test"]["specialty"]["units"] == 1
    assert 0 < alone["systems"]["st"]["specialty"]["accuracy"]["value"] < 1


def test_the_same_input_gives_the_same_bytes(compare, tmp_path):
    first, second = compare(), compare()
    for part in ("metrics", "safety", "plots"):
        assert json.dumps(getattr(first, part), allow_nan=False) == json.dumps(
            getattr(second, part)
        )
    for name, comparison in (("first", first), ("second", second)):
        write_results(tmp_path / name, comparison.results)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_plots_leave_prior_out_where_it_says_nothing(forecasts, compare):
    plots = compare().plots
    assert {row["system"] for row in plots["macro_f1"]} == set(forecasts)
    for name in ("reliability", "confusion"):
        assert {row["system"] for row in plots[name]} == set(forecasts) - {"prior"}
    for name in ("risk_coverage", "net_benefit"):
        assert "prior" not in {row["system"] for row in plots[name]}
    for name in ("subgroups", "conformal"):
        assert {row["system"] for row in plots[name]} == set(FORECASTERS)


def test_a_figure_is_the_same_wherever_it_is_shown(forecasts, compare):
    comparison = compare()
    for name in forecasts:
        scores = comparison.metrics["systems"][name]
        decisions = comparison.safety["decisions"][name]["argmax"]
        for task in TASKS:
            shown = decisions[f"{task}_macro_f1"]["value"]
            assert shown == pytest.approx(scores[task]["macro_f1"]["value"], abs=1e-4)
        for figure in ("under_triage", "severe_under_triage", "over_triage", "too_early"):
            one = decisions[figure]
            other = comparison.results.find(system=name, measure=figure, rule="argmax")
            assert (one is None) == (not other.shown)
            if one is not None:
                assert one["value"] == pytest.approx(other.value, abs=0.5)
                assert one["n"] == other.n


def test_safety_says_what_each_share_is_a_share_of(compare, split):
    safety = compare().safety
    assert safety["denominators"]["same_or_more_acute"] == "all forms with a tier"
    assert list(safety["denominators"]["ppv"]) == [split.classes["urgency"][0]]
    assert list(safety["decisions"]["st"]) == ["argmax", "balanced", "cost"]
    assert set(safety["denominators"]) <= set(safety["decisions"]["st"]["cost"])


def find_cost(results, system, rule):
    return results.find(system=system, rule=rule, measure="cost_per_1000").value


def test_more_skill_is_safer_and_cheaper(compare):
    results = compare().results
    for rule in ("argmax", "balanced", "cost"):
        assert find_cost(results, "mtl", rule) < find_cost(results, "st", rule)
    gbm, st = (
        results.find(system=name, rule="argmax", measure="under_triage") for name in ("gbm", "st")
    )
    assert gbm.value < st.value


def test_least_cost_costs_least_where_probabilities_are_right(forecasts, compare, split, rng):
    """Labels drawn from the probabilities of `linear` make it the truth's own model."""
    for task, labels in split.labels.items():
        odds = np.exp(forecasts["linear"][task][0])
        thresholds = rng.random((len(odds), 1)) * odds.sum(axis=1, keepdims=True)
        drawn = (odds.cumsum(axis=1) < thresholds).sum(axis=1)
        labels[labels >= 0] = drawn[labels >= 0]
    results = compare().results
    assert find_cost(results, "linear", "cost") < find_cost(results, "linear", "argmax")


@pytest.mark.parametrize("absent", [("urgency", 0), ("urgency", 2), ("specialty", 1)])
def test_a_class_that_no_form_of_the_split_has_has_no_figure_of_its_own(compare, split, absent):
    task, k = absent
    split.labels[task][split.labels[task] == k] = 1 - k % 2
    comparison = compare()
    for part in ("metrics", "safety", "plots"):
        json.dumps(getattr(comparison, part), allow_nan=False)
    scores = comparison.metrics["systems"]["mtl"][task]
    held = [name for j, name in enumerate(split.classes[task]) if j != k]
    assert list(scores["f1"]) == held
    by_class = [scores["f1"][name]["value"] for name in held]
    assert scores["macro_f1"]["value"] == pytest.approx(np.mean(by_class), abs=1e-3)
    name = split.classes[task][k]
    for plot in ("transfer", "conformal"):
        rows = [row for row in comparison.plots[plot] if row["task"] == task]
        assert name not in {row["class"] for row in rows}
        assert rows


@pytest.mark.parametrize("smallest_shown", [0, 11])
def test_a_split_without_an_urgent_form_has_no_load_and_is_written(
    fits, forecasts, split, fitted, params, smallest_shown, tmp_path
):
    urgency = split.labels["urgency"]
    urgency[urgency >= 0] = 2
    split = replace(split, smallest_shown=smallest_shown)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        comparison = compare_systems(fits, forecasts, split, fitted, params)
    load = comparison.results.find(system="mtl", measure="urgent_load", rule="cost")
    assert (load.value, load.low, load.high, load.shown) == (None, None, None, not smallest_shown)
    for part in ("metrics", "safety", "plots"):
        write_json(tmp_path / part, getattr(comparison, part))


def test_forms_without_a_tier_in_most_units_give_no_warning(judge, make_logits, split):
    """Two units have one, and one in seven resamples draws neither of them."""
    urgency = split.labels["urgency"]
    urgency[:] = -1
    urgency[[0, 1, 2, 3]] = [0, 1, 2, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        results = judge(make_logits(skill=1.0), replace(split, smallest_shown=0))
    found = results.find(task="urgency", measure="ece")
    assert np.isfinite([found.value, found.low, found.high]).all()


def test_a_forecast_that_is_sure_and_right_throughout_has_neither_slope_nor_intercept(
    compare, forecasts, split, params
):
    """Fitted to labels that its members are sure of, and right about: judged, and written."""
    labels, n_records = split.labels["urgency"], len(split.record_id)
    sure = 900.0 * np.eye(3)[labels]
    member = Member(np.concatenate([sure, sure]), np.tile(sure, (5, 1, 1)), sure)
    fold = split.unit % 5
    of_st = fit_forecaster([member], labels, split.unit, fold, alpha=params.calibrate.alpha)
    forecasts["st"]["urgency"] = of_st.calibrated[np.newaxis, n_records:]
    comparison = compare()
    for name in ("slope", "intercept"):
        rows = list(comparison.results.where(task="urgency", system="st", measure=name))
        assert [(row.value, row.low, row.high) for row in rows] == 2 * [(None, None, None)]
    assert comparison.results.find(system="gbm", measure="intercept").value is not None
    assert comparison.results.find(system="prior", measure="intercept").value is not None
    for part in ("metrics", "safety", "plots"):
        json.dumps(getattr(comparison, part), allow_nan=False)
    ceilings = list_ceilings(split.classes, urgent_tiers=params.decision.urgent_tiers)
    measured = measure_ceilings(
        {"st": forecasts["st"]}, split, ceilings, params.decision, ece_bins=5
    )
    for ceiling in ceilings:
        if ceiling.measure in ("slope", "intercept"):
            figure = show_figure(ceiling, measured["st", ceiling.name], smallest_shown=11)
            assert figure is None
            assert ceiling.judge(figure, params.decision) == "not_shown"
            assert not ceiling.breaks(point_value(measured["st", ceiling.name]), params.decision)


@pytest.fixture
def top_2():
    """A new measure, registered for one test."""

    @measure("top_2", "top-2 accuracy", judges="probabilities", least=0, most=1)
    def top_2(forecast):
        ranked = forecast.logits.argsort(axis=-1)[..., -2:]
        return forecast.sample.mean((ranked == forecast.sample.labels[:, None]).any(axis=-1))

    yield
    del MEASURES["top_2"]


def test_a_measure_is_shown_once_it_is_registered(top_2, compare, forecasts, split):
    comparison = compare()
    scores = comparison.metrics["systems"]
    assert all("top_2" in scores[name][task] for name in forecasts for task in TASKS)
    sample = split.sample("urgency")
    (logits,) = forecasts["st"]["urgency"][:, sample.rows]
    expected = metrics.top_k_accuracy_score(sample.labels, logits, k=2)
    found = comparison.results.find(task="urgency", system="st", measure="top_2")
    assert found.value == pytest.approx(expected)
    shown = scores["st"]["urgency"]["top_2"]
    assert shown["value"] == pytest.approx(expected, abs=5.1e-5)
    assert shown["low"] < shown["value"] < shown["high"]


def list_gaps(**losses):
    """Of the log-losses of one task; of single fits those of st, 1.6 calibrated and 9 raw."""
    rows = [
        Result(task="urgency", system=name, measure="log_loss", value=loss)
        for name, loss in losses.items()
    ]
    of_st = {"task": "urgency", "system": "st", "measure": "log_loss"}
    rows.append(Result(single_fits=True, value=1.6, **of_st))
    rows.append(Result(single_fits=True, calibrated=False, value=9, **of_st))
    rows.append(Result(column="sex", value=8, **of_st))
    return {(row.system, row.single_fits): row.value for row in gap_closed(Results(rows), TASKS)}


def test_the_gap_closed_is_0_at_the_prior_and_1_at_the_oracle():
    gaps = list_gaps(prior=2.0, st=1.5, mtl=2.5, oracle=1.0)
    expected = {"prior": 0, "st": 0.5, "mtl": -0.5, "oracle": 1}
    of_forecasters = {(name, False): value for name, value in expected.items()}
    assert gaps == pytest.approx(of_forecasters | {("st", True): 0.4})


@pytest.mark.parametrize("losses", [{"prior": 1.2}, {"prior": 1.0, "oracle": 1.0}])
def test_no_gap_is_closed_without_an_oracle_that_is_better_than_prior(losses):
    assert list_gaps(st=1.0, **losses) == {}
