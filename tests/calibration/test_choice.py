"""The choice: folds by unit, temperature where it helps, no harm where it does not."""

import numpy as np
import pytest

from intake_triage.calibration.calibrators import Temperature, calibrate_logits
from intake_triage.calibration.choice import assign_folds, choose_calibrator, cross_fit
from intake_triage.calibration.fit import fit_calibrator
from intake_triage.errors import InputError
from intake_triage.scores import brier, log_loss

CANDIDATES = ["identity", "temperature"]


def test_no_unit_crosses_folds(rng):
    unit = rng.integers(0, 60, 500)
    fold = assign_folds(unit, n_folds=5)
    assert set(fold) == set(range(5))
    assert all(len(set(fold[unit == u])) == 1 for u in set(unit))


def test_fewer_units_than_folds_are_refused():
    with pytest.raises(InputError, match=r"calibrate\.folds: got 5, but .* has 3 groups"):
        assign_folds(np.array([0, 0, 1, 2]), n_folds=5)


def test_cross_fit_has_not_seen_the_fold(rng, draw_labels):
    logits = rng.normal(size=(300, 3))
    labels = draw_labels(logits)
    fold = assign_folds(np.arange(300), n_folds=3)
    expected = np.empty_like(logits)
    for number in range(3):
        seen = fold != number
        fitted = fit_calibrator("temperature", logits[seen], labels[seen])
        expected[~seen] = calibrate_logits(fitted, logits[~seen])
    np.testing.assert_allclose(cross_fit("temperature", logits, labels, fold), expected)


def test_overconfident_logits_get_a_temperature(rng, draw_labels):
    true = rng.normal(size=(1500, 4)) * 1.5
    labels = draw_labels(true)
    seeds = np.stack([2 * true, 3 * true])
    choice = choose_calibrator(
        seeds, labels, assign_folds(np.arange(1500), n_folds=5), candidates=CANDIDATES
    )
    assert choice.name == "temperature"
    temperatures = [calibrator.temperature for calibrator in choice.fitted]
    assert temperatures == pytest.approx([2, 3], rel=0.15)
    assert choice.scores["log_loss"] < choice.scores["raw_log_loss"] - 0.05
    assert choice.scores["log_loss"] == pytest.approx(log_loss(true, labels), abs=0.005)
    assert choice.scores["raw_brier"] == pytest.approx(
        np.mean([brier(logits, labels) for logits in seeds])
    )


@pytest.mark.parametrize("seed", range(5))
def test_calibrated_logits_are_not_made_worse(draw_labels, seed):
    logits = np.random.default_rng(seed).normal(size=(1, 1500, 4)) * 1.5
    labels = draw_labels(logits[0])
    choice = choose_calibrator(
        logits, labels, assign_folds(np.arange(1500), n_folds=5), candidates=CANDIDATES
    )
    assert choice.scores["log_loss"] <= choice.scores["raw_log_loss"]
    for calibrator in choice.fitted:
        if isinstance(calibrator, Temperature):
            assert calibrator.temperature == pytest.approx(1, abs=0.1)


def test_only_the_candidates_given_are_chosen_from(rng, draw_labels):
    logits = rng.normal(size=(1, 300, 3)) * 5
    choice = choose_calibrator(
        logits,
        draw_labels(logits[0] / 5),
        assign_folds(np.arange(300), n_folds=3),
        candidates=["identity"],
    )
    assert choice.name == "identity"
    assert choice.scores["log_loss"] == choice.scores["raw_log_loss"]


def test_labels_in_a_single_fold_are_refused(rng):
    with pytest.raises(InputError, match="fewer than 2 folds"):
        choose_calibrator(
            rng.normal(size=(1, 4, 3)), np.array([0, 1, 2, 0]), np.zeros(4), candidates=CANDIDATES
        )
