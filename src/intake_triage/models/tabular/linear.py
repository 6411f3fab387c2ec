"""System `linear`: words and one-hot fields into logistic regression, a model a task.

The floor that the others must clear. It has no randomness, so one seed stands for all.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.tabular.features import (
    FieldColumns,
    fit_words,
    make_vectorizer,
    place_words,
)
from intake_triage.params import LinearParams
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.records.schema import FormField

MAX_ITERATIONS = 2000  # far above what lbfgs needs; one that ends here has not converged


@dataclass(frozen=True)
class LinearModel:
    """A fitted model of one task, and what it makes of a form.

    Attributes
    ----------
    columns : FieldColumns
    vectorizer : TfidfVectorizer
    coefficients : float64 array of shape (n_classes, n_columns of `as_table`)
    intercepts : float64 array of shape (n_classes,)
    """

    columns: FieldColumns
    vectorizer: TfidfVectorizer
    coefficients: np.ndarray
    intercepts: np.ndarray

    def predict_logits(self, frame: pd.DataFrame) -> np.ndarray:
        """Log-odds, float32 of shape (n_records, n_classes), each form's by itself."""
        table = as_table(frame, self.columns, self.vectorizer)
        return (table @ self.coefficients.T + self.intercepts).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write `weights.safetensors` and `features.json` into `folder`, which is there."""
        weights = {
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
            "idf": self.vectorizer.idf_,
        }
        save_file(weights, folder / "weights.safetensors")
        features = {
            "max_ngram": self.vectorizer.ngram_range[1],
            "vocabulary": self.vectorizer.get_feature_names_out().tolist(),
            "edges": self.columns.edges,
        }
        write_json(folder / "features.json", features)

    @classmethod
    def load(cls, folder: Path, fields: tuple[FormField, ...]) -> "LinearModel":
        """What `save` wrote; `fields` are those of the records that it was trained on."""
        weights = load_file(folder / "weights.safetensors")
        features = read_json(folder / "features.json")
        vectorizer = make_vectorizer(
            TfidfVectorizer, max_ngram=features["max_ngram"], vocabulary=features["vocabulary"]
        )
        vectorizer.idf_ = weights["idf"]
        columns = FieldColumns(fields, features["edges"])
        return cls(columns, vectorizer, weights["coefficients"], weights["intercepts"])


def train_linear(fit: Fit, layout: Layout, folder: Path, *, params: LinearParams) -> int:
    """Fit one task; see `jobs.TrainFit`."""
    (task,) = fit.tasks
    prepared = read_prepared(layout)
    train = prepared.of_split("train")
    labels = train.labels(task)
    known = labels != NO_LABEL

    columns = FieldColumns.of(train.frame, prepared.schema.fields)
    vectorizer = fit_words(
        TfidfVectorizer,
        train.frame["text"],
        params.min_document_frequency,
        system="linear",
        max_ngram=params.max_ngram,
    )
    fitted = LogisticRegression(C=params.inverse_regularization, max_iter=MAX_ITERATIONS)
    fitted.fit(as_table(train.frame, columns, vectorizer)[known], labels[known])

    n_classes = len(prepared.schema.classes(task))
    coefficients, intercepts = _of_every_class(fitted, n_classes)
    model = LinearModel(columns, vectorizer, coefficients, intercepts)
    scored = prepared.frame[prepared.frame["split"] != "train"]
    np.save(folder / f"logits_{task}.npy", model.predict_logits(scored))
    write_json(folder / "history.json", [])
    (folder / "model").mkdir()
    model.save(folder / "model")
    return coefficients.size + intercepts.size


def as_table(
    frame: pd.DataFrame, columns: FieldColumns, vectorizer: TfidfVectorizer
) -> sparse.csr_array:
    """TF-IDF of words and runs of words, how early each word first comes, and one-hot fields.

    Returns
    -------
    array of shape (n_records, n_terms + n_words + n_field_columns)
    """
    names = vectorizer.get_feature_names_out()
    singles = [name for name in names if " " not in name]
    parts = [
        vectorizer.transform(frame["text"]),
        place_words(frame["text"], {word: i for i, word in enumerate(singles)}),
        columns.as_one_hot(frame),
    ]
    return sparse.hstack(parts).tocsr()


def _of_every_class(model: LogisticRegression, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and intercepts with a row for each class, of two as of many."""
    coefficients, intercepts = model.coef_, model.intercept_
    if n_classes == 2:  # scikit-learn keeps the second class's row alone
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        intercepts = np.append(0.0, intercepts)
    return np.ascontiguousarray(coefficients), intercepts
