"""Structured fields as one token: the sum of an embedding a field, beside those of the text."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import torch
from torch import nn

from intake_triage.records.schema import FormField

MISSING = 0  # category number of a missing value, or of one that train does not hold


def split_by_kind(fields: Iterable[FormField]) -> tuple[list[FormField], list[FormField]]:
    """The numeric fields and the categorical ones, in the order of the schema."""
    fields = list(fields)
    return tuple([f for f in fields if f.kind == kind] for kind in ("numeric", "categorical"))


def encode_fields(
    frame: pd.DataFrame, fields: tuple[FormField, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Field values as numbers.

    Returns
    -------
    numeric : float32 array of shape (n_records, n_numeric), NaN where missing
    categorical : int64 array of shape (n_records, n_categorical), `MISSING` or 1 … n_categories
    """
    numbers, categories = split_by_kind(fields)
    numeric = [frame[field.name].to_numpy(np.float32) for field in numbers]
    categorical = [
        pd.Index(list(field.categories)).get_indexer(frame[field.name]).astype(np.int64) + 1
        for field in categories
    ]
    shape = (len(frame), 0)
    return (
        np.stack(numeric, axis=1) if numeric else np.empty(shape, np.float32),
        np.stack(categorical, axis=1) if categorical else np.empty(shape, np.int64),
    )


def quantile_edges(numeric: np.ndarray, *, n_bins: int) -> np.ndarray:
    """Bin edges at the quantiles of each column.

    Parameters
    ----------
    numeric : float array of shape (n_records, n_numeric), NaN where missing

    Returns
    -------
    float32 array of shape (n_numeric, n_bins + 1), rising along the last axis
        Equal quantiles are spread by a hair's breadth, so that no bin has width 0.
    """
    quantiles = np.linspace(0, 1, n_bins + 1)
    edges = np.zeros((numeric.shape[1], n_bins + 1))
    for column, values in enumerate(numeric.T):
        present = values[~np.isnan(values)]
        if len(present):
            edges[column] = np.quantile(present, quantiles)
    scale = np.maximum(np.ptp(edges, axis=1, keepdims=True), 1.0)
    # Numbers that are large beside their range, as years are, need more for float32 to see it.
    visible = 4 * np.spacing(np.abs(edges).max(axis=1, keepdims=True).astype(np.float32))
    spread = np.maximum(scale * 1e-5, visible)
    return (edges + np.arange(n_bins + 1) * spread).astype(np.float32)


class FieldEmbeddings(nn.Module):
    """The sum of an embedding a field: piecewise-linear for numbers, a table for categories.

    A missing number has a learned embedding. One token for all fields costs the encoder an eleventh
    of what a token each would cost, and predicts no worse (docs/tuning.md).

    References
    ----------
    Gorishniy, Rubachev and Babenko (2022), On embeddings for numerical features in tabular deep
    learning (piecewise-linear encoding).
    """

    def __init__(self, *, n_numeric: int, n_bins: int, n_categories: list[int], width: int):
        super().__init__()
        self.register_buffer("edges", torch.zeros(n_numeric, n_bins + 1))
        self.slope = nn.Parameter(torch.empty(n_numeric, n_bins, width))
        self.intercept = nn.Parameter(torch.empty(n_numeric, width))
        self.missing = nn.Parameter(torch.empty(n_numeric, width))
        # All categorical fields share one table; a field's rows start at its offset, MISSING first.
        rows = [count + 1 for count in n_categories]
        self.table = nn.Embedding(max(sum(rows), 1), width)
        self.register_buffer("offsets", torch.tensor([sum(rows[:i]) for i in range(len(rows))]))

    def forward(self, numeric: torch.Tensor, categorical: torch.Tensor) -> torch.Tensor:
        """Shapes: (B, n_numeric), (B, n_categorical) → (B, width)."""
        absent = numeric.isnan()  # (B, n_numeric)
        value = numeric.nan_to_num(0.0).unsqueeze(-1)  # (B, n_numeric, 1)
        left, right = self.edges[:, :-1], self.edges[:, 1:]
        filled = ((value - left) / (right - left)).clamp(0, 1)  # (B, n_numeric, n_bins)
        filled = filled.masked_fill(absent.unsqueeze(-1), 0.0).flatten(1)
        absent = absent.to(self.slope.dtype)
        numbers = filled @ self.slope.flatten(0, 1)  # (B, width)
        numbers = numbers + (1 - absent) @ self.intercept + absent @ self.missing
        categories = self.table(categorical + self.offsets.long())  # (B, n_categorical, width)
        return numbers + categories.sum(dim=1)
