"""Logistic regression is scikit-learn's, and what is saved reproduces it."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from intake_triage.models.tabular.features import FieldColumns, place_words
from intake_triage.models.tabular.linear import LinearModel, train_linear
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.tasks import TASKS


@pytest.fixture
def settings(params):
    return params.linear


def reference(settings, task) -> np.ndarray:
    """Log-probabilities of the records outside train by scikit-learn's own prediction."""
    prepared = read_prepared()
    train = prepared.of_split("train")
    scored = prepared.frame[prepared.frame["split"] != "train"]
    common = {"min_df": settings.min_document_frequency}
    runs = TfidfVectorizer(ngram_range=(1, settings.max_ngram), **common).fit(train.frame["text"])
    words = CountVectorizer(**common).fit(train.frame["text"]).vocabulary_
    columns = FieldColumns.of(train.frame, prepared.schema.fields)
    known = train.labels(task) != NO_LABEL

    def as_table(frame):
        texts = frame["text"]
        return sparse.hstack(
            [runs.transform(texts), place_words(texts, words), columns.as_one_hot(frame)]
        )

    model = LogisticRegression(C=settings.inverse_regularization, max_iter=2000)
    model.fit(as_table(train.frame[known]), train.labels(task)[known])
    return model.predict_log_proba(as_table(scored))


@pytest.mark.parametrize("task", TASKS)
def test_logits_equal_scikit_learns_up_to_a_constant(clinic, settings, fit_logits, task):
    _, logits, _ = fit_logits(train_linear, settings, task=task)
    assert logits.dtype == np.float32
    expected = reference(settings, task)
    np.testing.assert_allclose(log_softmax(logits, axis=1), expected, atol=1e-5)
    assert (expected.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_two_classes_have_two_logits(change_clinic, settings, fit_logits):
    change_clinic(
        lambda frame: frame.assign(
            specialty=frame["specialty"].where(frame["specialty"] != "bones")
        ),
        schema={"specialty": ["heart", "skin"]},
    )
    _, logits, _ = fit_logits(train_linear, settings, task="specialty")
    assert logits.shape[1] == 2
    np.testing.assert_allclose(
        log_softmax(logits, axis=1), reference(settings, "specialty"), atol=1e-5
    )


@pytest.mark.parametrize("texts", ["clinic", "chinese_clinic", "denying_clinic"])
def test_a_saved_model_gives_the_same_logits(texts, request, settings, fit_logits, rng):
    request.getfixturevalue(texts)
    folder, logits, n_parameters = fit_logits(train_linear, settings)
    prepared = read_prepared()
    model = LinearModel.load(folder / "model", prepared.schema.fields)
    scored = prepared.frame[prepared.frame["split"] != "train"]
    np.testing.assert_array_equal(model.predict_logits(scored), logits)
    order = rng.permutation(len(scored))
    for rows in (order, order[:7], *order[:5, np.newaxis]):  # whatever a form is scored with
        np.testing.assert_array_equal(model.predict_logits(scored.iloc[rows]), logits[rows])
    assert n_parameters == model.coefficients.size + model.intercepts.size
    assert not [path for path in folder.rglob("*") if path.suffix in (".pkl", ".joblib", ".bin")]


def test_unlabelled_records_are_left_out(change_clinic, settings, fit_logits, flip_sex):
    def train_rows(frame, *, labelled):
        return (frame["split"] == "train") & (frame["urgency"].notna() == labelled)

    change_clinic(lambda frame: frame)
    _, logits, _ = fit_logits(train_linear, settings)
    change_clinic(lambda frame: flip_sex(frame, train_rows(frame, labelled=False)))
    _, unlabelled_changed, _ = fit_logits(train_linear, settings)
    np.testing.assert_array_equal(unlabelled_changed, logits)
    change_clinic(lambda frame: flip_sex(frame, train_rows(frame, labelled=True)))
    _, labelled_changed, _ = fit_logits(train_linear, settings)
    assert np.abs(labelled_changed - logits).max() > 1e-3


@pytest.mark.parametrize("seed", [0, 5])
def test_there_is_no_randomness(clinic, settings, fit_logits, seed):
    _, first, _ = fit_logits(train_linear, settings, seed=0)
    _, again, _ = fit_logits(train_linear, settings, seed=seed)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("kind", ["numeric", "categorical", None])
def test_fields_of_one_kind_or_none_will_do(change_clinic, settings, fit_logits, kind):
    change_clinic(lambda frame: frame)
    fields = [vars(f) for f in read_prepared().schema.fields if f.kind == kind]
    change_clinic(lambda frame: frame, schema={"fields": fields})
    _, logits, _ = fit_logits(train_linear, settings)
    np.testing.assert_allclose(
        log_softmax(logits, axis=1), reference(settings, "urgency"), atol=1e-5
    )


@pytest.mark.parametrize("task", TASKS)
def test_texts_without_blanks_are_learned_from(
    chinese_clinic, settings, fit_logits, macro_f1, task
):
    _, logits, _ = fit_logits(train_linear, settings, task=task)
    assert macro_f1(logits, task) > 0.7  # chance is a third; a sixth of the labels are noise
