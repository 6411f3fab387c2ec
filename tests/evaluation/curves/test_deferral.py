"""The nurse's order misses fewer than the others where forecasts are right, and rows add up."""

import numpy as np
import pytest
from scipy.special import softmax
from small_split import with_costs

from intake_triage.calibration.decisions import missed_urgent_probability
from intake_triage.evaluation.curves.deferral import OTHERS, compare_orders
from intake_triage.evaluation.curves.risk_coverage import kept_share, list_coverages
from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

TIERS = ("emergent", "urgent", "semi_urgent", "routine")
N_FORMS = 5000


@pytest.fixture
def logits(rng):
    return rng.normal(size=(1, N_FORMS, 4)) * 1.5


@pytest.fixture
def clinic(rng, logits):
    """Forms whose tiers are drawn with the very probabilities that are said of them."""
    drawn = rng.random(N_FORMS)[:, np.newaxis] > softmax(logits[0], axis=1).cumsum(axis=1)
    labels = drawn.sum(axis=1).clip(max=3)
    return LabelledSplit(
        record_id=np.arange(N_FORMS).astype(str),
        unit=np.arange(N_FORMS),
        labels={"urgency": labels},
        classes={"urgency": TIERS},
        subgroups={},
        weights=draw_weights(N_FORMS, resamples=200),
        smallest_shown=SMALLEST_SHOWN,
    )


@pytest.fixture
def decision(params):
    return with_costs(params.decision, too_late_urgent=3.0)


def test_fewer_urgent_forms_are_missed_at_every_share_kept(logits, clinic, decision):
    orders = compare_orders({"a": {"urgency": logits}}, clinic, decision)["a"]
    assert orders["shares_kept"] == 10
    assert orders["fewer_at"] == dict.fromkeys(OTHERS, 10)
    assert len(orders["at"]) > 3
    for row in orders["at"]:
        assert all(fewer["low"] > 0 for fewer in row["fewer_than"].values())


def test_a_forecast_of_noise_protects_nobody(rng, clinic, decision):
    noise = rng.normal(size=(1, N_FORMS, 4))
    orders = compare_orders({"a": {"urgency": noise}}, clinic, decision)["a"]
    # Forms in the most urgent tier stay, and none of them is missed: better than chance, by far.
    assert orders["fewer_at"]["random"] == 10
    uniform = {"a": {"urgency": np.zeros((1, N_FORMS, 4))}}
    none = compare_orders(uniform, clinic, decision)["a"]
    assert none["fewer_at"] == dict.fromkeys(OTHERS, 0), "one and the same forecast orders nobody"


def test_rows_equal_brute_force(logits, clinic, decision):
    labels, chances = clinic.labels["urgency"], softmax(logits[0], axis=1)
    placed = decide_urgency_by_cost(logits[0], decision)
    late = (labels < 2) & (placed > labels)
    order = 1 - missed_urgent_probability(chances, placed, 2)
    for row in compare_orders({"a": {"urgency": logits}}, clinic, decision)["a"]["at"]:
        share = row["kept"]
        kept = kept_share(order, coverage=share)
        by_highest = kept_share(chances.max(axis=1), coverage=share)
        missed = 1000 * (late * kept).sum() / N_FORMS
        at_random = 1000 * share * late.mean()
        highest = 1000 * (late * by_highest).sum() / N_FORMS
        assert row["missed"]["value"] == pytest.approx(missed, abs=0.51)
        fewer = row["fewer_than"]
        assert fewer["random"]["value"] == pytest.approx(at_random - missed, abs=0.51)
        assert fewer["highest_probability"]["value"] == pytest.approx(highest - missed, abs=0.51)


def test_the_interval_is_of_the_paired_difference(logits, clinic, decision):
    """Twice as many resamples by hand, form by form, have its spread."""
    labels, chances = clinic.labels["urgency"], softmax(logits[0], axis=1)
    placed = decide_urgency_by_cost(logits[0], decision)
    late = (labels < 2) & (placed > labels)
    row = compare_orders({"a": {"urgency": logits}}, clinic, decision)["a"]["at"][0]
    kept = kept_share(1 - missed_urgent_probability(chances, placed, 2), coverage=row["kept"])
    differences = 1000 * late * (row["kept"] - kept)
    half = 1.96 * differences.std() / np.sqrt(N_FORMS)
    fewer = row["fewer_than"]["random"]
    assert (fewer["high"] - fewer["low"]) / 2 == pytest.approx(half, rel=0.15)


def test_counts_of_few_people_are_left_out(forecasts, split, decision):
    orders = compare_orders(forecasts, split, decision)
    n_forms = split.has_label("urgency").sum()
    shares = list_coverages(decision)[1:]
    assert any(len(each["at"]) < len(shares) for each in orders.values())
    for each in orders.values():
        missed = [row["missed"]["value"] * n_forms / 1000 for row in each["at"]]
        assert all(count > 10.9 for count in missed)
        assert all(step < 0.1 or step > 10.9 for step in -np.diff(missed))


def test_without_tiers_there_is_nothing(forecasts, split, decision):
    alone = LabelledSplit(
        split.record_id,
        split.unit,
        {"specialty": split.labels["specialty"]},
        {"specialty": split.classes["specialty"]},
        {},
        split.weights,
        split.smallest_shown,
    )
    assert compare_orders(forecasts, alone, decision) == {}
