"""Words and fields as columns, for models that take a table.

A vocabulary and the field statistics can be written as JSON and read back, so that a saved model
needs nothing that unpickles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from intake_triage.errors import InputError
from intake_triage.models.tabular.scopes import find_scoped_words
from intake_triage.records.schema import FormField

Vectorizer = TypeVar("Vectorizer", bound=CountVectorizer)


@dataclass(frozen=True)
class FieldColumns:
    """Fields as columns; means and scales are those of the records it was made from."""

    fields: tuple[FormField, ...]
    mean: dict[str, float]
    scale: dict[str, float]

    @classmethod
    def of(cls, frame: pd.DataFrame, fields: tuple[FormField, ...]) -> "FieldColumns":
        """Take mean and standard deviation of the numeric fields from `frame`."""
        numeric = [field.name for field in fields if field.kind == "numeric"]
        mean = {name: float(frame[name].mean()) for name in numeric if frame[name].notna().any()}
        spread = {name: float(frame[name].std()) for name in mean}  # NaN of a single value
        scale = {name: value if value > 0 else 1.0 for name, value in spread.items()}
        return cls(fields, mean, scale)

    def as_codes(self, frame: pd.DataFrame) -> np.ndarray:
        """One column a field, float32 of shape (n_records, n_fields), NaN where missing."""
        columns = []
        for field in self.fields:
            if field.kind == "numeric":
                columns.append(frame[field.name].to_numpy(np.float32))
            else:
                codes = _category_codes(frame, field).astype(np.float32)
                columns.append(np.where(codes < 0, np.nan, codes))
        return np.column_stack(columns) if columns else np.empty((len(frame), 0), np.float32)

    def as_one_hot(self, frame: pd.DataFrame) -> sparse.csr_array:
        """A column a category and one for "missing"; numbers standardised, 0 where missing."""
        blocks = []
        for field in self.fields:
            if field.kind == "numeric":
                if field.name not in self.mean:
                    continue  # never filled in
                values = frame[field.name].to_numpy(float)
                missing = np.isnan(values)
                standard = (values - self.mean[field.name]) / self.scale[field.name]
                columns = np.column_stack([np.where(missing, 0.0, standard), missing])
                blocks.append(sparse.csr_array(columns))
            else:
                codes = _category_codes(frame, field) + 1  # 0 is "missing"
                ones = np.ones(len(codes))
                shape = (len(codes), len(field.categories) + 1)
                blocks.append(sparse.csr_array((ones, (np.arange(len(codes)), codes)), shape))
        return sparse.hstack([sparse.csr_array((len(frame), 0)), *blocks]).tocsr()


def fit_words(
    kind: type[Vectorizer],
    texts: pd.Series,
    min_document_frequency: int,
    *,
    system: str,
    max_ngram: int = 1,
) -> Vectorizer:
    """A vectorizer of scikit-learn's that knows the words of `texts`, the train texts of `system`.

    Raises
    ------
    InputError
        If no word is in `min_document_frequency` texts.
    """
    vectorizer = kind(
        tokenizer=find_scoped_words,
        token_pattern=None,
        lowercase=False,  # the words are so already
        ngram_range=(1, max_ngram),
        min_df=min_document_frequency,
    )
    try:
        return vectorizer.fit(texts)
    except ValueError:  # scikit-learn's word for a vocabulary that would be empty
        raise InputError(
            f"params.yaml: {system}.min_document_frequency: "
            f"no word is in {min_document_frequency} train texts; lower it, or add forms"
        ) from None


def place_words(texts: pd.Series, column_of: Mapping[str, int]) -> sparse.csr_array:
    """How early each word of a vocabulary first comes: 1, then 1/2, 1/3 …; 0 where absent.

    A tree can ask whether a word is there, or whether it comes early: the first reason for a visit
    says more than the third.

    Parameters
    ----------
    texts : str series of shape (n_texts,)
    column_of : mapping of word to column, for all of 0 … n_words − 1

    Returns
    -------
    float32 array of shape (n_texts, n_words)
    """
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        first: dict[int, float] = {}
        for place, word in enumerate(find_scoped_words(text)):
            if word in column_of:
                first.setdefault(column_of[word], 1 / (1 + place))
        rows += [row] * len(first)
        columns += first.keys()
        values += first.values()
    shape = (len(texts), len(column_of))
    return sparse.csr_array((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)


def _category_codes(frame: pd.DataFrame, field: FormField) -> np.ndarray:
    """Category numbers, int64; −1 where missing or unknown to train."""
    return pd.Index(list(field.categories)).get_indexer(frame[field.name])
