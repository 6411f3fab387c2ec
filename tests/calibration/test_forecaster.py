"""A forecaster: an average that is mended by one temperature, which no fold fits for itself."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.calibrators import LEAST_LOG_PROBABILITY
from intake_triage.calibration.class_weights import decide_held_out
from intake_triage.calibration.conformal import fit_conformal_thresholds, prediction_sets
from intake_triage.calibration.forecaster import Member, cool_nested, fit_forecaster
from intake_triage.records.prepared import NO_LABEL
from intake_triage.statistics.scores import log_loss

N_CALIBRATE, N_TEST, N_FOLDS = 300, 40, 4
FOLDS = np.arange(N_CALIBRATE) % N_FOLDS


@pytest.fixture
def labels(rng, draw_labels):
    labels = draw_labels(2 * rng.normal(size=(N_CALIBRATE, 3)))
    labels[::9] = NO_LABEL
    return labels


@pytest.fixture
def members(rng, labels):
    """Two that know the labels a little, and differ."""

    def make() -> Member:
        known = np.eye(3)[labels] * 1.5
        raw = rng.normal(size=(N_CALIBRATE + N_TEST, 3))
        raw[:N_CALIBRATE] += known
        nested = raw[:N_CALIBRATE] + rng.normal(size=(N_FOLDS, N_CALIBRATE, 3)) / 5
        return Member(log_softmax(raw, axis=1), nested, raw[N_CALIBRATE:])

    return [make(), make()]


def fit(members, labels):
    return fit_forecaster(members, labels, np.arange(N_CALIBRATE), FOLDS, alpha=0.2)


def best_temperature(logits, labels):
    return minimize_scalar(lambda t: log_loss(logits / t, labels), bounds=(0.05, 20)).x


def test_the_average_is_of_probabilities(rng):
    logits = rng.normal(size=(3, 5, 4))
    averaged = log_mean_probabilities(logits)
    np.testing.assert_allclose(np.exp(averaged), softmax(logits, axis=2).mean(axis=0))


def test_the_average_of_certainties_is_finite():
    averaged = log_mean_probabilities(np.array([[[0.0, 2000.0]]]))
    assert np.isfinite(averaged).all()
    assert averaged[0, 0] == pytest.approx(LEAST_LOG_PROBABILITY)


def test_the_released_temperature_is_that_of_the_out_of_fold_average(members, labels):
    fitted = fit(members, labels)
    own = [member.nested[FOLDS, np.arange(N_CALIBRATE)] for member in members]
    average = np.log(np.mean(softmax(own, axis=2), axis=0))
    known = labels != NO_LABEL
    expected = best_temperature(average[known], labels[known])
    assert fitted.rules.temperature == pytest.approx(expected, rel=1e-3)
    test = np.log(np.mean([softmax(member.test, axis=1) for member in members], axis=0))
    released = log_softmax(test / fitted.rules.temperature, axis=1)
    np.testing.assert_allclose(fitted.calibrated[N_CALIBRATE:], released)


def test_each_fold_is_judged_by_a_temperature_of_the_others(members, labels):
    fitted = fit(members, labels)
    for fold in range(N_FOLDS):
        each = [softmax(member.nested[fold], axis=1) for member in members]
        average = np.log(np.mean(each, axis=0))
        others = (labels != NO_LABEL) & (fold != FOLDS)
        temperature = best_temperature(average[others], labels[others])
        rows = np.flatnonzero(fold == FOLDS)
        expected = log_softmax(average[rows] / temperature, axis=1)
        np.testing.assert_allclose(fitted.calibrated[rows], expected, atol=1e-3)


@pytest.mark.parametrize("fold", range(N_FOLDS))
def test_poisoned_labels_of_a_fold_leave_its_own_forecasts_alone(members, labels, fold, rng):
    before = fit(members, labels)
    poisoned, rows = labels.copy(), np.flatnonzero(fold == FOLDS)
    poisoned[rows] = rng.integers(0, 3, len(rows))
    after = fit(members, poisoned)
    np.testing.assert_array_equal(after.calibrated[rows], before.calibrated[rows])
    np.testing.assert_array_equal(after.raw, before.raw)
    assert after.rules.temperature != before.rules.temperature


@pytest.mark.parametrize("fold", range(N_FOLDS))
def test_poisoned_labels_of_a_fold_leave_its_balanced_decisions_alone(rng, draw_labels, fold):
    """And all that its class weights are fitted to; those of other folds may change."""
    logits = 2 * rng.normal(size=(N_CALIBRATE, 3)) + np.array([1.5, 0, -1])
    labels, own = draw_labels(logits), fold == FOLDS
    nested = logits + rng.normal(size=(N_FOLDS, N_CALIBRATE, 3)) / 2

    def decide(labels):
        cooled = cool_nested(nested, labels, FOLDS)
        return cooled[fold], decide_held_out(softmax(cooled, axis=2), labels, FOLDS)

    poisoned = labels.copy()
    poisoned[own] = rng.integers(0, 3, own.sum())
    (cooled, before), (cooled_after, after) = decide(labels), decide(poisoned)
    np.testing.assert_array_equal(cooled_after, cooled)
    np.testing.assert_array_equal(after[own], before[own])
    assert (after[~own] != before[~own]).any()


def test_sets_are_made_of_what_no_label_has_touched(members, labels):
    fitted = fit(members, labels)
    raw = np.mean([np.exp(member.raw) for member in members], axis=0)
    np.testing.assert_allclose(np.exp(fitted.raw), raw)
    known = labels != NO_LABEL
    expected = fit_conformal_thresholds(raw[:N_CALIBRATE][known], labels[known], alpha=0.2)
    np.testing.assert_allclose(fitted.rules.thresholds, expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.3])
def test_sets_hold_enough_forms_that_tie_as_they_are_read_back(rng, alpha):
    """Every tenth form is the same as nine others, and files keep half of the digits."""
    logits = np.repeat(rng.normal(size=(N_CALIBRATE // 10, 3)), 10, axis=0)
    labels = rng.integers(0, 3, N_CALIBRATE)
    known = np.arange(N_CALIBRATE)
    member = Member(np.concatenate([logits, logits]), np.tile(logits, (N_FOLDS, 1, 1)), logits)
    fitted = fit_forecaster([member], labels, known, FOLDS, alpha=alpha)
    read_back = fitted.raw.astype(np.float32)[N_CALIBRATE:]
    sets = prediction_sets(softmax(np.float64(read_back), axis=1), fitted.rules.thresholds)
    for k in range(3):
        assert sets[labels == k, k].mean() >= 1 - alpha


def test_an_average_of_two_that_know_different_things_was_too_timid(rng, draw_labels):
    """Each says what one half of the evidence says, and is calibrated by itself."""
    evidence = rng.normal(size=(2, 4000, 2)) * 1.5
    labels = draw_labels(evidence.sum(axis=0))
    each = []
    for part in evidence:
        logits = part / best_temperature(part, labels)
        raw = np.concatenate([logits, logits[:1]])
        each.append(Member(raw, np.tile(logits, (4, 1, 1)), logits[:1]))
    fold = np.arange(4000) % 4
    fitted = fit_forecaster(each, labels, np.arange(4000), fold, alpha=0.2)
    assert fitted.rules.temperature < 0.9
    average = log_mean_probabilities(np.stack([member.nested[0] for member in each]))
    assert log_loss(fitted.calibrated[:4000], labels) < log_loss(average, labels) - 0.005
