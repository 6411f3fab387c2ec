"""Words and fields as columns, for models that take a table.

A vocabulary and the field statistics can be written as JSON and read back, so that a saved model
needs nothing that unpickles.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from intake_triage.errors import InputError
from intake_triage.models.tabular.scopes import find_scoped_words
from intake_triage.records.schema import FormField

N_BINS = 16  # of a numeric field
ANYWHERE = "anywhere:"
Vectorizer = TypeVar("Vectorizer", bound=CountVectorizer)


@dataclass(frozen=True)
class FieldColumns:
    """Fields as columns; a numeric field's bins are those of the records that it was made from."""

    fields: tuple[FormField, ...]
    edges: dict[str, list[float]]  # the highest value of each bin but the last

    @classmethod
    def of(cls, frame: pd.DataFrame, fields: tuple[FormField, ...]) -> "FieldColumns":
        """Part each numeric field of `frame` into `N_BINS` bins of as many records each.

        They are fewer where many records have one value.
        """
        shares = np.arange(1, N_BINS) / N_BINS
        edges = {}
        for field in fields:
            if field.kind == "numeric":
                values = frame[field.name].dropna().to_numpy(float)
                found = np.quantile(values, shares, method="inverted_cdf") if len(values) else []
                edges[field.name] = np.unique(found).tolist()
        return cls(fields, edges)

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
        """For each field a column for "missing", then one a category or bin, lowest first."""
        blocks = [sparse.csr_array((len(frame), 0))]
        for field in self.fields:
            if field.kind == "numeric":
                values = frame[field.name].to_numpy(float)
                bins = np.searchsorted(self.edges[field.name], values, side="left")
                codes = np.where(np.isnan(values), -1, bins)
                n_codes = len(self.edges[field.name]) + 1
            else:
                codes = _category_codes(frame, field)
                n_codes = len(field.categories)
            ones, rows = np.ones(len(codes)), np.arange(len(codes))
            blocks.append(sparse.csr_array((ones, (rows, codes + 1)), (len(codes), n_codes + 1)))
        return sparse.hstack(blocks).tocsr()


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
    vectorizer = make_vectorizer(kind, max_ngram=max_ngram, min_df=min_document_frequency)
    try:
        return vectorizer.fit(texts)
    except ValueError:  # scikit-learn's word for a vocabulary that would be empty
        raise InputError(
            f"params.yaml: {system}.min_document_frequency: "
            f"no word is in {min_document_frequency} train texts; lower it, or add forms"
        ) from None


def make_vectorizer(kind: type[Vectorizer], *, max_ngram: int, **keywords: Any) -> Vectorizer:
    """A vectorizer of scoped words and their runs; `keywords` are further ones of `kind`."""
    return kind(
        tokenizer=find_scoped_words,
        token_pattern=None,
        lowercase=False,  # the words are so already
        ngram_range=(1, max_ngram),
        **keywords,
    )


def with_anywhere(words: Iterable[str]) -> list[str]:
    """Scoped words, and `anywhere:pain` for each word of which a scope says something, sorted.

    So a tree can ask for pain that is there, for pain that is denied, and for either at once.
    """
    words = set(words)
    return sorted(words | {ANYWHERE + _bare(word) for word in words if word != _bare(word)})


def place_words(texts: pd.Series, column_of: Mapping[str, int]) -> sparse.csr_array:
    """How early each word of a vocabulary first comes: 1, then 1/√2, 1/√3 …; 0 where absent.

    A tree can ask whether a word is there, or whether it comes early, and a linear model lets the
    early ones count for more: the first reason for a visit says more than the third.

    Parameters
    ----------
    texts : str series of shape (n_texts,)
    column_of : mapping of a word with its scopes, or `with_anywhere`'s, to its column, for all of
        0 … n_words − 1

    Returns
    -------
    float32 array of shape (n_texts, n_words)
    """
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        first: dict[int, float] = {}
        for place, word in enumerate(find_scoped_words(text)):
            for name in (word, ANYWHERE + _bare(word)):
                if name in column_of:
                    first.setdefault(column_of[name], (1 + place) ** -0.5)
        rows += [row] * len(first)
        columns += first.keys()
        values += first.values()
    shape = (len(texts), len(column_of))
    return sparse.csr_array((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)


def _bare(word: str) -> str:
    """A word without what is said of it."""
    return word.rpartition(":")[2]


def _category_codes(frame: pd.DataFrame, field: FormField) -> np.ndarray:
    """Category numbers, int64; −1 where missing or unknown to train."""
    return pd.Index(list(field.categories)).get_indexer(frame[field.name])
