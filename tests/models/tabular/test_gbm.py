"""The trees are LightGBM's, stop on valid, and come back from their text file."""

import json
import re

import lightgbm as lgb
import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax

from intake_triage.models.tabular.features import FieldColumns, place_words
from intake_triage.models.tabular.gbm import GbmModel, train_gbm
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.tasks import TASKS


@pytest.fixture
def settings(params):
    """Trees that learn fast, so that they begin to overfit within the rounds they have."""
    return params.gbm.model_copy(
        update={
            "learning_rate": 0.3,
            "min_records_in_leaf": 5,
            "feature_share": 0.5,
            "max_rounds": 100,
            "patience": 5,
        }
    )


def table_of(frame, vocabulary: list[str], fields) -> sparse.csr_matrix:
    """The features of records, words from a saved vocabulary."""
    words = place_words(frame["text"], {word: i for i, word in enumerate(vocabulary)})
    codes = FieldColumns(fields, {}).as_codes(frame)
    return sparse.csr_matrix(sparse.hstack([codes, words]))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("texts", ["clinic", "denying_clinic"])
def test_a_saved_model_gives_the_same_logits(texts, request, settings, fit_logits, task, rng):
    request.getfixturevalue(texts)
    folder, logits, n_parameters = fit_logits(train_gbm, settings, task=task)
    model_file = folder / "model/model.txt"
    prepared = read_prepared()
    model = GbmModel.load(folder / "model", prepared.schema.fields)
    scored = prepared.frame[prepared.frame["split"] != "train"]
    np.testing.assert_array_equal(model.predict_logits(scored), logits)
    order = rng.permutation(len(scored))
    for rows in (order, order[:7], *order[:5, np.newaxis]):  # whatever a form is scored with
        np.testing.assert_array_equal(model.predict_logits(scored.iloc[rows]), logits[rows])
    assert logits.dtype == np.float32
    leaves = re.findall(r"^num_leaves=(\d+)$", model_file.read_text(), flags=re.MULTILINE)
    assert n_parameters == sum(map(int, leaves))
    assert len(leaves) == 3 * model.booster.current_iteration()


def test_training_stops_at_the_round_that_is_best_on_valid(clinic, settings, fit_logits):
    folder, _, _ = fit_logits(train_gbm, settings)
    booster = lgb.Booster(model_file=str(folder / "model/model.txt"))
    kept = booster.current_iteration()
    assert kept < settings.max_rounds
    prepared = read_prepared()
    valid = prepared.of_split("valid")
    vocabulary = json.loads((folder / "model/features.json").read_text())["vocabulary"]
    table = table_of(valid.frame, vocabulary, prepared.schema.fields)
    labels = valid.labels("urgency")
    known = labels != NO_LABEL

    def valid_loss(rounds: int) -> float:
        raw = booster.predict(table, raw_score=True, num_iteration=rounds)
        return -log_softmax(raw, axis=1)[known, labels[known]].mean()

    losses = [valid_loss(rounds) for rounds in range(1, kept + 1)]
    assert np.argmin(losses) == kept - 1
    history = json.loads((folder / "history.json").read_text())
    for row in history:
        if row["epoch"] <= kept:
            assert row["valid_log_loss"] == pytest.approx(losses[row["epoch"] - 1], abs=2e-5)
    assert history[-1]["epoch"] >= kept  # it went on for its patience
    assert history[0]["train_log_loss"] > history[-1]["train_log_loss"]


def test_unlabelled_records_are_left_out_of_train_and_of_valid(
    change_clinic, settings, fit_logits, flip_sex
):
    def learned_from(frame, *, labelled):
        return frame["split"].isin(["train", "valid"]) & (frame["urgency"].notna() == labelled)

    frame = change_clinic(lambda frame: frame)
    later = ~frame["split"].isin(["train", "valid"])[frame["split"] != "train"]
    _, logits, _ = fit_logits(train_gbm, settings)
    change_clinic(lambda frame: flip_sex(frame, learned_from(frame, labelled=False)))
    _, unlabelled_changed, _ = fit_logits(train_gbm, settings)
    np.testing.assert_array_equal(unlabelled_changed[later], logits[later])
    change_clinic(lambda frame: flip_sex(frame, learned_from(frame, labelled=True)))
    _, labelled_changed, _ = fit_logits(train_gbm, settings)
    assert np.abs(labelled_changed[later] - logits[later]).max() > 1e-3


def test_the_seed_decides_the_trees(clinic, settings, fit_logits):
    _, first, _ = fit_logits(train_gbm, settings, seed=0)
    _, again, _ = fit_logits(train_gbm, settings, seed=0)
    _, other, _ = fit_logits(train_gbm, settings, seed=1)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("kind", ["numeric", "categorical", None])
def test_fields_of_one_kind_or_none_will_do(change_clinic, settings, fit_logits, kind):
    change_clinic(lambda frame: frame)
    fields = [vars(f) for f in read_prepared().schema.fields if f.kind == kind]
    change_clinic(lambda frame: frame, schema={"fields": fields})
    _, logits, _ = fit_logits(train_gbm, settings)
    assert np.isfinite(logits).all()


def test_a_field_that_nobody_filled_in_is_no_obstacle(change_clinic, settings, fit_logits):
    change_clinic(lambda frame: frame.assign(age=np.nan, payment=None))
    _, logits, _ = fit_logits(train_gbm, settings)
    assert np.isfinite(logits).all()


def test_two_classes_have_two_logits(change_clinic, settings, fit_logits):
    change_clinic(
        lambda frame: frame.assign(
            specialty=frame["specialty"].where(frame["specialty"] != "bones")
        ),
        schema={"specialty": ["heart", "skin"]},
    )
    _, logits, _ = fit_logits(train_gbm, settings, task="specialty")
    assert logits.shape[1] == 2


@pytest.mark.parametrize("task", TASKS)
def test_texts_without_blanks_are_learned_from(
    chinese_clinic, settings, fit_logits, macro_f1, task
):
    _, logits, _ = fit_logits(train_gbm, settings, task=task)
    assert macro_f1(logits, task) > 0.7  # chance is a third; a sixth of the labels are noise
