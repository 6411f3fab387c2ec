"""System `linear`: words and one-hot fields into logistic regression, a model a task.

The floor that the others must clear. It has no randomness, so one seed stands for all.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit
from intake_triage.models.tabular.features import FieldColumns, fit_words, place_words
from intake_triage.params import LinearParams
from intake_triage.records.prepared import NO_LABEL, read_prepared

MAX_ITERATIONS = 2000  # far above what lbfgs needs; one that ends here has not converged


def train_linear(fit: Fit, layout: Layout, folder: Path, *, params: LinearParams) -> int:
    """Fit one task; see `fits.TrainFit`."""
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
    scored = prepared.frame[prepared.frame["split"] != "train"]
    tables = [as_table(frame, columns, vectorizer) for frame in (train.frame, scored)]
    model = LogisticRegression(C=params.inverse_regularization, max_iter=MAX_ITERATIONS)
    model.fit(tables[0][known], labels[known])

    n_classes = len(prepared.schema.classes(task))
    coefficients, intercepts = _of_every_class(model, n_classes)
    logits = tables[1] @ coefficients.T + intercepts  # (n_scored, n_classes)
    np.save(folder / f"logits_{task}.npy", logits.astype(np.float32))
    write_json(folder / "history.json", [])
    model_folder = folder / "model"
    model_folder.mkdir()
    save_file(
        {"coefficients": coefficients, "intercepts": intercepts, "idf": vectorizer.idf_},
        model_folder / "weights.safetensors",
    )
    features = {
        "max_ngram": params.max_ngram,
        "vocabulary": vectorizer.get_feature_names_out().tolist(),
        "edges": columns.edges,
    }
    write_json(model_folder / "features.json", features)
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
