"""The floor of usefulness, counted form by form."""

from dataclasses import replace

import numpy as np
import pytest
from made_tables import CEILINGS, CLASSES
from scipy.special import softmax
from small_split import make_decisions

from intake_triage.calibration.decisions import decide_least_cost, urgency_cost_matrix
from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.figures import break_by_ignoring
from intake_triage.recommendation.floor import Gain, replicate_urgency
from intake_triage.recommendation.scores import SetUpScorer

TIERS = CLASSES["urgency"]


@pytest.fixture
def chances(split, forecasts):
    sample = split.sample("urgency")
    logits = {name: forecasts[name]["urgency"][0, sample.rows] for name in ("gbm", "mtl")}
    return {name: softmax(each, axis=-1) for name, each in logits.items()}


@pytest.mark.parametrize("resample", [0, 1, 7])
def test_gains_are_sums_over_forms(split, chances, params, resample):
    """Each form counts as often as its unit was drawn."""
    sample, tiers = split.sample("urgency"), split.tiers
    matrix = urgency_cost_matrix(3, params.decision)
    times = split.weights[resample, sample.unit]
    replicates = replicate_urgency(chances, sample, tiers, params.decision)
    for name, each in chances.items():
        gains = {gain.name: gain.values[resample] for gain in replicates[name].gains}
        decided = decide_least_cost(each, matrix)
        own = sum(t * matrix[y, d] for t, y, d in zip(times, sample.labels, decided, strict=True))
        assert replicates[name].cost[resample] == pytest.approx(1000 * own / times.sum())
        for k, tier in enumerate(tiers):
            always = sum(t * matrix[y, k] for t, y in zip(times, sample.labels, strict=True))
            expected = 1000 * (always - own) / times.sum()
            assert gains[f"cost_{tier}_for_all"] == pytest.approx(expected)
        for k, cut in enumerate(("emergent", "urgent_or_above")):
            benefit = dict.fromkeys(("own", "all"), 0.0)
            for t, y, chance in zip(times, sample.labels, each, strict=True):
                worth = 1 if y <= k else -1 / 10  # the odds of a threshold of 1/11
                benefit["all"] += t * worth / times.sum()
                if chance[: k + 1].sum() >= 1 / 11:
                    benefit["own"] += t * worth / times.sum()
            assert gains[f"net_benefit_{cut}_for_none"] == pytest.approx(benefit["own"])
            over_all = benefit["own"] - benefit["all"]
            assert gains[f"net_benefit_{cut}_for_all"] == pytest.approx(over_all, abs=1e-12)


def test_a_cut_that_no_form_lies_above_has_no_gain(split, chances, params):
    split.labels["urgency"][split.labels["urgency"] == 0] = 1
    gains = replicate_urgency(chances, split.sample("urgency"), split.tiers, params.decision)
    about = {(gain.measure, gain.class_name) for gain in gains["mtl"].gains}
    assert ("net_benefit", "emergent") not in about
    assert ("net_benefit", "urgent_or_above") in about
    assert ("cost", "emergent") in about


@pytest.mark.parametrize(
    ("value", "status"), [(3.0, "met"), (-3.0, "broken"), (1.0, "not_shown"), (-1.0, "not_shown")]
)
def test_a_gain_is_judged_by_its_interval(rng, value, status):
    """An error of 1, so that the interval reaches 2 to either side."""
    drawn = rng.normal(size=2000)
    values = value + np.concatenate([[0.0], (drawn - drawn.mean()) / drawn.std(ddof=1)])
    gain = Gain("cost", "now", "all", values, units=10_000)
    assert gain.status == status
    described = gain.describe()
    assert described["value"] == value
    assert (described["low"], described["high"]) == pytest.approx(
        (value - 1.96, value + 1.96), abs=0.1
    )
    assert replace(gain, shown=False).describe()["value"] is None
    assert replace(gain, values=values / 1000).status == status  # as of a net benefit


def test_no_gain_at_all_is_not_above_the_floor():
    assert Gain("cost", "now", "all", np.zeros(100), units=50).status == "not_shown"


@pytest.fixture
def lacking(split):
    """Tiers in the first 75 of 150 units alone, sub-specialties in the others."""
    labels = {task: labels.copy() for task, labels in split.labels.items()}
    labels["urgency"][150:] = labels["specialty"][:150] = -1
    return replace(split, labels=labels)


def test_a_gain_rests_on_the_units_that_have_a_tier(lacking, forecasts, params):
    names = ("linear", "gbm", "st", "mtl", "gbm+st", "gbm+mtl")
    scorer = SetUpScorer({name: forecasts[name] for name in names}, lacking, params.decision, 5)
    units = {gain.units for gain in scorer.gains(SetUp("mtl", "mtl"))}
    assert units == {len(np.unique(lacking.unit[lacking.labels["urgency"] >= 0]))} == {75}


def test_in_a_half_a_gain_rests_on_those_of_its_units_that_have_a_tier(lacking, chances, params):
    half = np.arange(lacking.n_units) % 3 == 0
    weights = np.concatenate([half[np.newaxis], lacking.weights[1:] * half])
    sample = replace(lacking, weights=weights).sample("urgency")
    of_all = {name: each[: len(sample.rows)] for name, each in chances.items()}
    replicates = replicate_urgency(of_all, sample, lacking.tiers, params.decision)
    assert {gain.units for gain in replicates["mtl"].gains} == {25}


def test_a_set_up_without_skill_lies_below_the_floor(split, forecasts, params):
    """Whatever it is for the sub-specialty; a skilled one lies above in cost."""
    logits = {"linear": forecasts["prior"], "gbm": forecasts["oracle"]} | {
        name: forecasts[name] for name in ("st", "mtl", "gbm+st", "gbm+mtl")
    }
    scorer = SetUpScorer(logits, split, params.decision, 5)
    table = scorer.table(params.decision)
    assert table.of(SetUp("linear", "gbm")).below_floor
    assert (
        table.of(SetUp("linear", "gbm")).below_floor == table.of(SetUp("linear", "st")).below_floor
    )
    skilled = table.of(SetUp("gbm", "linear")).below_floor
    assert not [name for name in skilled if name.startswith("cost")]


@pytest.mark.parametrize(
    ("counts", "broken"),
    [
        ((30, 60, 210), {"now": "over_triage", "soon": "under_triage", "later": "under_triage"}),
        (
            (5, 60, 235),
            {"now": "over_triage", "soon": "most_urgent_missed", "later": "under_triage"},
        ),
    ],
)
def test_each_tier_for_all_breaks_a_ceiling(params, counts, broken):
    """Of 65 urgent forms 5 in the second tier are 8 %, but all of the most urgent."""
    labels = np.repeat([0, 1, 2], counts)
    decided = {"urgency": np.zeros((1, len(labels)), int)}
    split = make_decisions(decided, {"urgency": labels}, {"urgency": TIERS}, params.decision).split
    assert break_by_ignoring(split, CEILINGS, params.decision) == broken
    commonest = TIERS[int(np.argmax(counts))]
    assert broken[commonest] is not None, "nor does the majority rule pass"


def test_a_tier_for_all_that_keeps_to_all_ceilings_is_said(params):
    labels = np.repeat([0, 1, 2], (60, 60, 40))
    split = make_decisions({}, {"urgency": labels}, {"urgency": TIERS}, params.decision).split
    lenient = params.decision.model_copy(update={"max_over_triage": 1.0, "max_load": 9.0})
    assert break_by_ignoring(split, CEILINGS, lenient)["now"] is None
