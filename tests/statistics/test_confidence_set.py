"""The model confidence set: by brute force, on equal models, and by how often it holds the best."""

from itertools import pairwise

import numpy as np
import pytest

from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.confidence_set import model_confidence_set


@pytest.fixture
def make_costs(rng):
    """A function from true costs to mean costs of 80 units and of 200 resamples of them."""

    def make(*truth: float, n_units: int = 80, together: float = 1.0) -> np.ndarray:
        shared = together * rng.normal(size=n_units)
        by_unit = np.array(truth)[:, np.newaxis] + shared + rng.normal(size=(len(truth), n_units))
        weights = draw_weights(n_units, resamples=200, seed=int(rng.integers(1 << 30)))
        return by_unit @ weights.T / n_units

    return make


def eliminate_by_hand(costs: np.ndarray) -> dict[int, float]:
    """P-value by model, pair by pair and resample by resample."""
    names, p_values, highest = list(range(len(costs))), {}, 0.0
    n_resamples = costs.shape[1] - 1
    while len(names) > 1:
        t, chance = {}, [0.0] * n_resamples
        for i in names:
            for j in names:
                if i == j:
                    continue
                mean = costs[i, 0] - costs[j, 0]
                drawn = [costs[i, b + 1] - costs[j, b + 1] - mean for b in range(n_resamples)]
                error = (sum(d * d for d in drawn) / n_resamples) ** 0.5
                t[i, j] = mean / error
                chance = [max(c, abs(d) / error) for c, d in zip(chance, drawn, strict=True)]
        largest = max(t.values())
        highest = max(highest, sum(c >= largest for c in chance) / n_resamples)
        (dropped,) = {i for (i, _), value in t.items() if value == largest}
        p_values[dropped] = highest
        names.remove(dropped)
    return p_values | {names[0]: 1.0}


@pytest.mark.parametrize("truth", [(0, 0), (0, 0.3, 0.6), (0, 0.1, 0.2, 0.3, 0.4)])
def test_models_are_dropped_one_by_one_as_by_hand(make_costs, truth):
    for _ in range(5):
        costs = make_costs(*truth)
        found = model_confidence_set(costs, level=0.9)
        expected = eliminate_by_hand(costs)
        assert found.p_values == pytest.approx([expected[k] for k in range(len(costs))])
        assert (found.kept == (found.p_values >= 0.1)).all()


def test_the_cheapest_on_the_sample_is_always_in(make_costs):
    for _ in range(20):
        costs = make_costs(0, 0.05, 0.1, 2)
        found = model_confidence_set(costs, level=0.5)
        assert found.kept[costs[:, 0].argmin()]
        assert found.p_values.max() == 1


def test_what_is_far_worse_is_dropped(make_costs):
    found = model_confidence_set(make_costs(0, 0, 3), level=0.99)
    assert found.kept.tolist() == [True, True, False]


def test_a_higher_level_drops_no_more(make_costs):
    costs = make_costs(0, 0.2, 0.3, 0.5)
    sets = [model_confidence_set(costs, level=level).kept for level in (0.5, 0.9, 0.999)]
    assert all((less <= more).all() for less, more in pairwise(sets))


def test_one_model_twice_is_in_or_out_together(make_costs):
    costs = make_costs(0, 0.1, 3)[[0, 0, 1, 2, 2]]
    found = model_confidence_set(costs, level=0.9)
    assert found.kept.tolist() == [True, True, True, False, False]
    assert found.p_values[0] == found.p_values[1]
    assert found.p_values[3] == found.p_values[4]


def test_models_that_differ_by_no_more_than_rounding_are_equal(make_costs):
    costs = np.repeat(make_costs(0), 3, axis=0)
    costs[1] += 1e-14 * costs[0]
    costs[2] += 0.5  # the same on every resample: there is no telling by how much it could vary
    found = model_confidence_set(costs, level=0.9)
    assert found.kept.all()
    assert (found.p_values == 1).all()


def test_a_resample_without_a_form_to_count_is_left_out(make_costs):
    costs = make_costs(0, 0.2, 3)
    lacking = np.insert(costs, 5, np.nan, axis=1)
    lacking[1:, 5] = 7.0
    found, expected = (model_confidence_set(each, level=0.9) for each in (lacking, costs))
    assert found.p_values.tolist() == expected.p_values.tolist()


def test_one_model_is_its_own_set(make_costs):
    assert model_confidence_set(make_costs(0), level=0.9).kept.tolist() == [True]


@pytest.mark.parametrize("n_models", [2, 6])
def test_all_that_are_equally_good_are_in_as_often_as_the_level_says(make_costs, n_models):
    """Within two errors of 400 repetitions; not so often as to be of no use."""
    repetitions = 400
    sets = [
        model_confidence_set(make_costs(*[0] * n_models, n_units=400), level=0.8)
        for _ in range(repetitions)
    ]
    held = np.mean([found.kept.all() for found in sets])
    error = (0.8 * 0.2 / repetitions) ** 0.5
    assert 0.8 - 2 * error <= held <= 0.9


def test_what_models_have_in_common_does_not_hide_their_difference(make_costs):
    """The forms vary far more than the models differ on any of them."""
    dropped = [
        not model_confidence_set(make_costs(0, 0.6, together=20.0), level=0.9).kept[1]
        for _ in range(50)
    ]
    assert np.mean(dropped) > 0.9
