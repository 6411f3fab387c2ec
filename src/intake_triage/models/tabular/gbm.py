"""System `gbm`: LightGBM on words and fields, a model a task, stopped early on valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from intake_triage.errors import InputError
from intake_triage.files import REMOVE, read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.tabular.features import (
    FieldColumns,
    fit_words,
    place_words,
    with_anywhere,
)
from intake_triage.params import GbmParams
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.records.schema import FormField

LAST_LINE = b"\npandas_categorical:null\n"
HISTORY_STEP = 5  # every so many boosting rounds are kept for the training curve


@dataclass(frozen=True)
class GbmModel:
    """A fitted model of one task, and what it makes of a form.

    Attributes
    ----------
    booster : lgb.Booster
    columns : FieldColumns
    column_of : mapping
        As `number_words` gives it.
    """

    booster: lgb.Booster
    columns: FieldColumns
    column_of: Mapping[str, int]

    def predict_logits(self, frame: pd.DataFrame) -> np.ndarray:
        """Raw scores, float32 of shape (n_records, n_classes), each form's by itself."""
        table = as_table(frame, self.columns, self.column_of)
        return self.booster.predict(table, raw_score=True, num_threads=1).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write `model.txt` and `features.json` into `folder`, which is there."""
        best = self.booster.best_iteration
        self.booster.save_model(folder / "model.txt", num_iteration=best)
        write_json(folder / "features.json", {"vocabulary": list(self.column_of)})

    @classmethod
    def load(cls, folder: Path, fields: tuple[FormField, ...]) -> "GbmModel":
        """What `save` wrote; `fields` are those of the records that it was trained on."""
        vocabulary = read_json(folder / "features.json")["vocabulary"]
        text = (folder / "model.txt").read_bytes()
        if not text.endswith(LAST_LINE):  # LightGBM would read on, beyond the end of its memory
            raise InputError(f"{folder / 'model.txt'}: not whole; {REMOVE}")
        return cls(
            lgb.Booster(model_str=text.decode()),
            FieldColumns(fields, {}),
            {word: i for i, word in enumerate(vocabulary)},
        )


def train_gbm(fit: Fit, layout: Layout, folder: Path, *, params: GbmParams) -> int:
    """Fit one task from one seed; see `jobs.TrainFit`. Its parameters are the trees' leaves."""
    (task,) = fit.tasks
    prepared = read_prepared(layout)
    train = prepared.of_split("train")
    columns = FieldColumns(prepared.schema.fields, {})  # trees cut numbers themselves
    column_of = number_words(train.frame["text"], params)

    datasets = []
    for records in (train, prepared.of_split("valid")):
        labels = records.labels(task)
        known = labels != NO_LABEL
        datasets.append(
            lgb.Dataset(
                as_table(records.frame, columns, column_of)[known],
                labels[known],
                reference=datasets[0] if datasets else None,
            )
        )
    n_classes = len(prepared.schema.classes(task))
    curve: dict[str, dict[str, list[float]]] = {}
    booster = lgb.train(
        _lightgbm_params(params, seed=fit.seed, n_classes=n_classes),
        datasets[0],
        num_boost_round=params.max_rounds,
        valid_sets=datasets,
        valid_names=["train", "valid"],
        callbacks=[
            lgb.early_stopping(params.patience, first_metric_only=True, verbose=False),
            lgb.record_evaluation(curve),
        ],
    )
    model = GbmModel(booster, columns, column_of)
    scored = prepared.frame[prepared.frame["split"] != "train"]
    np.save(folder / f"logits_{task}.npy", model.predict_logits(scored))
    write_json(folder / "history.json", _history(curve, fit))
    (folder / "model").mkdir()
    model.save(folder / "model")
    trees = booster.dump_model(num_iteration=booster.best_iteration)["tree_info"]
    return sum(tree["num_leaves"] for tree in trees)


def number_words(texts: pd.Series, params: GbmParams) -> dict[str, int]:
    """A column for each word of train texts, by what is said of it; see `with_anywhere`."""
    counter = fit_words(CountVectorizer, texts, params.min_document_frequency, system="gbm")
    return {word: i for i, word in enumerate(with_anywhere(counter.vocabulary_))}


def as_table(
    frame: pd.DataFrame, columns: FieldColumns, column_of: Mapping[str, int]
) -> sparse.csr_matrix:
    """Fields, then words: float32 of shape (n_records, n_fields + n_words).

    Categories stay plain numbers: splitting on sets of them, as LightGBM can, fits chance in fields
    without meaning for the label, such as the month, and raises the log-loss on valid.
    """
    parts = [columns.as_codes(frame), place_words(frame["text"], column_of)]
    return sparse.csr_matrix(sparse.hstack(parts))  # LightGBM takes no newer kind


def _lightgbm_params(params: GbmParams, *, seed: int, n_classes: int) -> dict:
    return {
        "objective": "multiclass",
        "num_class": n_classes,
        "metric": "multi_logloss",
        "learning_rate": params.learning_rate,
        "num_leaves": params.leaves,
        "min_data_in_leaf": params.min_records_in_leaf,
        "feature_fraction": params.feature_share,
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def _history(curve: dict[str, dict[str, list[float]]], fit: Fit) -> list[dict]:
    """The training curve in the form that every system's has; an epoch is a boosting round."""
    (task,) = fit.tasks
    train, valid = (curve[name]["multi_logloss"] for name in ("train", "valid"))
    return [
        {
            "seed": fit.seed,
            "task": task,
            "epoch": i + 1,
            "train_log_loss": round(train[i], 5),
            "valid_log_loss": round(valid[i], 5),
        }
        for i in range(0, len(valid), HISTORY_STEP)
    ]
