"""Class weights: a maximum no single weight improves on, kept only where they gain."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.class_weights import (
    choose_class_weights,
    decide_held_out,
    fit_class_weights,
)
from intake_triage.calibration.decisions import decide_argmax, decide_balanced
from intake_triage.calibration.gains import macro_f1_gain
from intake_triage.records.folds import assign_folds
from intake_triage.statistics.scores import macro_f1

LOG_WEIGHTS = np.linspace(-2, 2, 41)
RARE = np.array([2.5, 1.0, 0.0, -1.0])  # log-odds that make some classes rare


def _score(probabilities, labels, weights):
    n_classes = probabilities.shape[1]
    return macro_f1(decide_balanced(probabilities, weights), labels, n_classes=n_classes)


@pytest.fixture(params=[3, 4, 5])
def forecasts(request, draw_labels):
    """Probabilities and labels where classes are rare to very rare."""
    rng = np.random.default_rng(request.param)
    logits = rng.normal(size=(400, request.param)) * 1.5 + np.linspace(2, -1, request.param)
    return softmax(logits, axis=1), draw_labels(logits)


def test_no_change_of_one_weight_does_better(forecasts):
    probabilities, labels = forecasts
    weights = fit_class_weights(probabilities, labels)
    best = _score(probabilities, labels, weights)
    for k in range(len(weights)):
        for log_weight in LOG_WEIGHTS:
            other = weights.copy()
            other[k] = np.exp(log_weight)
            assert _score(probabilities, labels, other) <= best + 1e-12
    assert best > _score(probabilities, labels, np.ones(len(weights)))


def test_two_classes_reach_the_best_ratio(draw_labels):
    logits = np.random.default_rng(1).normal(size=(500, 2)) + np.array([1.5, 0])
    labels, probabilities = draw_labels(logits), softmax(logits, axis=1)
    every = [
        _score(probabilities, labels, np.array([1, np.exp(log_ratio)])) for log_ratio in LOG_WEIGHTS
    ]
    assert _score(probabilities, labels, fit_class_weights(probabilities, labels)) >= max(every)


def test_a_common_class_is_weighed_down_where_raising_the_rare_one_is_not_enough():
    """Between two classes weights reach from e⁻⁴ to e⁴."""
    odds = np.concatenate([np.linspace(-8, -3.75, 160), np.linspace(-3.65, 0.5, 40)])
    probabilities = softmax(np.column_stack([np.zeros(200), odds]), axis=1)
    labels = np.repeat([0, 1], [160, 40])
    weights = fit_class_weights(probabilities, labels)
    assert _score(probabilities, labels, weights) == 1
    assert weights[0] < 1 < weights[1]


@pytest.mark.parametrize("seed", range(10))
def test_never_worse_on_these_records_than_the_likeliest_class(seed):
    """Also where probabilities tie, as isotonic ones do, and where they know nothing."""
    rng = np.random.default_rng(seed)
    probabilities = rng.integers(0, 4, size=(60, 4)) + 1e-3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = rng.integers(0, 4, 60)
    weights = fit_class_weights(probabilities, labels)
    assert _score(probabilities, labels, weights) >= macro_f1(
        decide_argmax(probabilities), labels, n_classes=4
    )


def test_a_class_without_a_record_keeps_its_weight(forecasts):
    probabilities, labels = forecasts
    rows = labels != 1
    weights = fit_class_weights(probabilities[rows], labels[rows])
    assert weights[1] == 1
    assert (weights > 0).all()


def test_probabilities_of_exactly_0_and_1(rng):
    labels = rng.integers(0, 3, 90)
    said = np.where(rng.random(90) < 0.7, labels, 0)
    np.testing.assert_array_equal(fit_class_weights(np.eye(3)[said], labels), np.ones(3))


@pytest.mark.parametrize("labels", [[2], [0, 1, 2], [1, 1, 1]], ids=str)
def test_a_handful_of_records_is_enough(rng, labels):
    weights = fit_class_weights(rng.dirichlet(np.ones(3), size=len(labels)), np.array(labels))
    assert weights.shape == (3,)
    assert (weights > 0).all()


def _choose(logits, labels, unit):
    """Of one forecaster, whose logits are taken for calibrated ones, whatever is held out."""
    fold = assign_folds(unit, [labels], n_folds=5)
    return choose_class_weights(np.tile(logits, (5, 1, 1)), labels, unit, fold), fold


def test_weights_are_kept_where_rare_classes_are_missed(rng, draw_labels):
    logits = rng.normal(size=(2000, 4)) + RARE
    chosen, _ = _choose(logits, draw_labels(logits), np.arange(2000))
    assert chosen.gain.is_real
    fresh = rng.normal(size=(20000, 4)) + RARE
    labels, probabilities = draw_labels(fresh), softmax(fresh, axis=1)
    weights = chosen.class_weights
    gained = _score(probabilities, labels, weights) - _score(probabilities, labels, np.ones(4))
    assert gained > 0.05
    assert chosen.gain.value == pytest.approx(gained, abs=3 * chosen.gain.standard_error)


def test_weights_are_rarely_kept_where_there_is_nothing_to_gain(draw_labels):
    """Classes alike: of ten draws one may pass the 95 % limit by chance, three hardly ever do."""
    kept = 0
    for seed in range(10):
        logits = np.random.default_rng(seed).normal(size=(600, 4))
        chosen, _ = _choose(logits, draw_labels(logits), np.arange(600))
        kept += chosen.gain.is_real
        if not chosen.gain.is_real:
            np.testing.assert_array_equal(chosen.class_weights, np.ones(4))
    assert kept <= 2


def test_the_gain_is_measured_on_records_that_the_weights_have_not_seen(rng, draw_labels):
    logits = rng.normal(size=(500, 4)) + RARE
    labels, unit = draw_labels(logits), rng.integers(0, 90, 500)
    chosen, fold = _choose(logits, labels, unit)
    p = softmax(logits, axis=1)
    balanced = np.empty((1, 500), int)
    for number in range(5):
        seen = fold != number
        weights = fit_class_weights(p[seen], labels[seen])
        balanced[0, ~seen] = (p[~seen] * weights).argmax(axis=1)
    likeliest = p.argmax(axis=1)[np.newaxis]
    assert chosen.gain == macro_f1_gain(balanced, likeliest, labels, unit, n_classes=4)


def test_a_fold_is_decided_by_weights_fitted_to_what_owes_it_nothing(rng, draw_labels):
    """What is said of a record differs by the fold that is held out."""
    nested = softmax(rng.normal(size=(3, 300, 4)) + RARE, axis=2)
    labels, fold = draw_labels(np.log(nested[0])), np.arange(300) % 3
    decided = decide_held_out(nested, labels, fold)
    for k in range(3):
        others = fold != k
        weights = fit_class_weights(nested[k, others], labels[others])
        np.testing.assert_array_equal(decided[~others], (nested[k, ~others] * weights).argmax(1))


def test_the_weights_released_are_fitted_out_of_fold(rng, draw_labels):
    nested = rng.normal(size=(4, 2000, 4)) / 5 + rng.normal(size=(2000, 4)) + RARE
    labels, fold = draw_labels(nested[0]), np.arange(2000) % 4
    chosen = choose_class_weights(nested, labels, np.arange(2000), fold)
    assert chosen.gain.is_real
    own = softmax(nested[fold, np.arange(2000)], axis=1)
    np.testing.assert_array_equal(chosen.class_weights, fit_class_weights(own, labels))
