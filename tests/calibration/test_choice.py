"""The choice: folds by unit, a fitted calibrator where it helps, no harm where it does not."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.calibration.calibrators import CALIBRATORS, calibrate_seeds
from intake_triage.calibration.choice import calibrate_held_out, choose_calibrator, fit_by_fold
from intake_triage.calibration.fit_calibrators import fit_calibrator
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.errors import InputError
from intake_triage.records.folds import assign_folds
from intake_triage.statistics.scores import brier, log_loss

CANDIDATES = list(CALIBRATORS)


def _sample(logits, labels, n_folds=5) -> CalibrationSample:
    """Records without groups."""
    unit = np.arange(len(labels))
    return CalibrationSample(logits, labels, unit, assign_folds(unit, [labels], n_folds=n_folds))


def _choose(logits, labels, candidates=CANDIDATES):
    return choose_calibrator(_sample(logits, labels), candidates)


def test_held_out_records_are_calibrated_by_a_fit_without_their_fold(rng, draw_labels):
    logits = rng.normal(size=(2, 300, 3))
    labels = draw_labels(logits[0])
    sample = _sample(logits, labels, n_folds=3)
    expected = np.empty_like(logits)
    for seed, number in np.ndindex(2, 3):
        seen = sample.fold != number
        fitted = fit_calibrator("temperature", logits[seed, seen], labels[seen])
        expected[seed, ~seen] = fitted.apply(logits[seed, ~seen])
    by_fold = fit_by_fold("temperature", sample)
    np.testing.assert_array_equal(calibrate_held_out(by_fold, sample), expected)


@pytest.mark.parametrize(
    ("distort", "chosen"),
    [
        (lambda true: 3 * true, {"temperature"}),
        (lambda true: true / 3, {"temperature"}),
        (lambda true: true + np.array([1.5, 0, 0, -1.5]), {"sms"}),
        (lambda true: np.sign(true) * np.abs(true) ** 3, {"sms", "isotonic"}),
    ],
    ids=["over-confident", "under-confident", "class-biased", "bent"],
)
def test_distorted_logits_get_the_calibrator_that_mends_them(rng, draw_labels, distort, chosen):
    true, fresh = rng.normal(size=(2, 2500, 4)) * 1.5
    labels, fresh_labels = draw_labels(true), draw_labels(fresh)
    choice = _choose(distort(true)[np.newaxis], labels)
    assert choice.name in chosen
    raw = log_loss(distort(fresh), fresh_labels)
    mended = log_loss(choice.fitted[0].apply(distort(fresh)), fresh_labels)
    assert mended < raw - 0.03
    assert choice.scores["raw_log_loss"] - choice.scores["log_loss"] == pytest.approx(
        raw - mended, abs=0.1
    )


@pytest.mark.parametrize("n_classes", [4, 12])
@pytest.mark.parametrize("seed", range(4))
def test_calibrated_logits_are_not_made_worse_on_fresh_records(draw_labels, n_classes, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(1, 2500, n_classes)) * 1.5
    choice = _choose(logits, draw_labels(logits[0]))
    fresh = rng.normal(size=(20000, n_classes)) * 1.5
    labels = draw_labels(fresh)
    calibrated = choice.fitted[0].apply(fresh)
    assert log_loss(calibrated, labels) <= log_loss(fresh, labels) + 0.001


def test_the_simplest_within_one_standard_error_is_taken(draw_labels):
    """At a slight distortion the choice is not always the best, and how far behind is shown."""
    seen = set()
    for seed in range(12):
        logits = np.random.default_rng(seed).normal(size=(2, 400, 3))
        choice = _choose(1.15 * logits, draw_labels(logits[0]))
        losses = {name: score.log_loss for name, score in choice.candidates.items()}
        best = min(losses, key=losses.get)
        for name, score in choice.candidates.items():
            assert score.behind.value == pytest.approx(losses[name] - losses[best])
        close = [
            name
            for name in CANDIDATES
            if losses[name] - losses[best] <= choice.candidates[name].behind.standard_error
        ]
        assert choice.name == close[0]
        seen.add(choice.name == best)
    assert seen == {True, False}


def test_each_seed_is_fitted_on_its_own_and_scores_are_means(rng, draw_labels):
    true = rng.normal(size=(1500, 4)) * 1.5
    labels = draw_labels(true)
    seeds = np.stack([2 * true, 3 * true])
    choice = _choose(seeds, labels, ["identity", "temperature"])
    temperatures = [calibrator.temperature for calibrator in choice.fitted]
    assert temperatures == pytest.approx([2, 3], rel=0.15)
    assert choice.fitted == tuple(fit_calibrator("temperature", s, labels) for s in seeds)
    assert choice.scores["raw_brier"] == pytest.approx(np.mean([brier(s, labels) for s in seeds]))
    held_out = calibrate_held_out(choice.fitted_by_fold, _sample(seeds, labels))
    assert choice.scores["log_loss"] == pytest.approx(
        np.mean([log_loss(s, labels) for s in held_out])
    )
    in_sample = calibrate_seeds(choice.fitted, seeds)
    assert np.mean([log_loss(s, labels) for s in in_sample]) < choice.scores["log_loss"]


def test_records_of_a_group_count_together(rng, draw_labels):
    """Ten copies of each record are no more evidence than one."""
    logits = rng.normal(size=(1, 300, 3))
    sample = _sample(logits, draw_labels(logits[0] / 1.2))
    copied = sample.at(np.repeat(np.arange(300), 10))
    candidates = ["identity", "temperature"]
    once = choose_calibrator(sample, candidates)
    tenfold = choose_calibrator(copied, candidates)
    for name in candidates:
        expected = once.candidates[name].behind
        assert tenfold.candidates[name].behind.value == pytest.approx(expected.value, abs=1e-6)
        assert tenfold.candidates[name].behind.standard_error == pytest.approx(
            expected.standard_error, abs=1e-6
        )


def test_the_order_of_the_candidates_does_not_matter(rng, draw_labels):
    logits = rng.normal(size=(1, 400, 3))
    labels = draw_labels(logits[0])
    assert _choose(logits, labels).name == _choose(logits, labels, CANDIDATES[::-1]).name


def test_only_the_candidates_given_are_chosen_from(rng, draw_labels):
    logits = rng.normal(size=(1, 300, 3)) * 5
    choice = _choose(logits, draw_labels(logits[0] / 5), ["identity"])
    assert choice.name == "identity"
    assert choice.scores["log_loss"] == choice.scores["raw_log_loss"]


def test_labels_in_a_single_fold_are_refused(rng):
    sample = _sample(rng.normal(size=(1, 4, 3)), np.array([0, 1, 2, 0]), n_folds=4)
    with pytest.raises(InputError, match="fewer than 2 folds"):
        choose_calibrator(replace(sample, fold=np.zeros(4)), CANDIDATES)
