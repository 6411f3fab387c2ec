"""Fields become the sum of the embeddings that the piecewise-linear encoding prescribes."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import torch

from intake_triage.models.transformer.fields import (
    MISSING,
    FieldEmbeddings,
    encode_fields,
    quantile_edges,
)
from intake_triage.records.schema import FormField

WIDTH = 6


@pytest.fixture
def make_embeddings():
    """A function that makes embeddings with random weights and edges."""

    def make(n_numeric: int, n_categories: list[int], *, n_bins: int = 4) -> FieldEmbeddings:
        generator = torch.Generator().manual_seed(3)
        module = FieldEmbeddings(
            n_numeric=n_numeric, n_bins=n_bins, n_categories=n_categories, width=WIDTH
        )
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
            steps = torch.rand(n_numeric, n_bins + 1, generator=generator) + 0.1
            module.edges.copy_(steps.cumsum(dim=1) - 2)
        return module

    return make


def piecewise_linear(value: float, edges: np.ndarray) -> list[float]:
    """The encoding of one number, bin by bin, as in the paper."""
    filled = []
    for left, right in pairwise(edges):
        if value <= left:
            filled.append(0.0)
        elif value >= right:
            filled.append(1.0)
        else:
            filled.append((value - left) / (right - left))
    return filled


def embed_number(module: FieldEmbeddings, field: int, value: float) -> np.ndarray:
    """One number's embedding, by the paper's formula."""
    if np.isnan(value):
        return module.missing[field].detach().numpy()
    filled = torch.tensor(piecewise_linear(value, module.edges[field].numpy())).float()
    return (filled @ module.slope[field] + module.intercept[field]).detach().numpy()


def test_numbers_are_embedded_as_a_brute_force_encoding_says(make_embeddings, rng):
    module = make_embeddings(3, [])
    numeric = rng.normal(size=(50, 3)).astype(np.float32) * 3
    numeric[0] = module.edges[:, 2]  # on an edge
    numeric[1], numeric[2] = -1e6, 1e6  # far outside
    numeric[3] = np.nan
    numeric[4:20][rng.random((16, 3)) < 0.4] = np.nan
    token = module(torch.from_numpy(numeric), torch.empty(50, 0, dtype=torch.int64))
    assert token.shape == (50, WIDTH)
    for i in range(50):
        expected = sum(embed_number(module, field, numeric[i, field]) for field in range(3))
        np.testing.assert_allclose(token[i].detach(), expected, atol=1e-4)


def test_a_missing_number_trains_its_own_embedding_alone(make_embeddings):
    module = make_embeddings(2, [])
    numeric = torch.tensor([[float("nan"), 0.5], [float("nan"), 0.1]])
    module(numeric, torch.empty(2, 0, dtype=torch.int64)).sum().backward()
    for name in ("slope", "intercept", "missing"):
        assert getattr(module, name).grad.isfinite().all()
    assert (module.missing.grad[0] != 0).all()
    assert (module.missing.grad[1] == 0).all()
    assert (module.intercept.grad[0] == 0).all()
    assert (module.slope.grad[0] == 0).all()


def test_categories_of_different_fields_never_share_a_row(make_embeddings):
    counts = [2, 3, 1]
    module = make_embeddings(0, counts)
    firsts = [0, 3, 7]  # the row of each field's MISSING
    for field, count in enumerate(counts):
        for category in range(count + 1):
            categorical = torch.zeros(1, 3, dtype=torch.int64)
            categorical[0, field] = category
            rows = [first + (category if f == field else 0) for f, first in enumerate(firsts)]
            token = module(torch.zeros(1, 0), categorical)[0]
            torch.testing.assert_close(token, module.table.weight[rows].sum(dim=0))
    assert len(module.table.weight) == 9


@pytest.mark.parametrize(("n_numeric", "counts"), [(0, [2, 3]), (2, []), (0, [])])
def test_fields_of_one_kind_or_none_will_do(make_embeddings, n_numeric, counts):
    module = make_embeddings(n_numeric, counts)
    categorical = torch.zeros(5, len(counts), dtype=torch.int64)
    token = module(torch.zeros(5, n_numeric), categorical)
    assert token.shape == (5, WIDTH)
    assert token.isfinite().all()


def test_values_become_numbers_with_gaps_marked():
    fields = (
        FormField("sex", "categorical", categories=("f", "m")),
        FormField("age", "numeric"),
        FormField("site", "categorical"),  # train holds no category
    )
    frame = pd.DataFrame(
        {
            "age": [4.0, np.nan, 6.0],
            "sex": pd.Series(["m", None, "x"], dtype="str"),
            "site": pd.Series(["a", None, "b"], dtype="str"),
        }
    )
    numeric, categorical = encode_fields(frame, fields)
    np.testing.assert_array_equal(numeric, np.array([[4], [np.nan], [6]], dtype=np.float32))
    assert numeric.dtype == np.float32
    assert categorical.dtype == np.int64
    assert categorical.tolist() == [[2, MISSING], [MISSING, MISSING], [MISSING, MISSING]]
    nothing = encode_fields(frame, ())
    assert [part.shape for part in nothing] == [(3, 0), (3, 0)]


def test_edges_stand_at_the_quantiles(rng):
    values = rng.normal(size=(1000, 2)) * [1, 50]
    values[::7, 1] = np.nan
    edges = quantile_edges(values, n_bins=8)
    assert edges.shape == (2, 9)
    assert edges.dtype == np.float32
    for column in range(2):
        expected = np.nanquantile(values[:, column], np.linspace(0, 1, 9))
        np.testing.assert_allclose(edges[column], expected, atol=np.ptp(expected) * 1e-3)


@pytest.mark.parametrize(
    "values",
    [
        [5.0] * 20,
        [0.0] * 19 + [1.0],
        [float("nan")] * 20,
        [2022.0, 2023.0, 2024.0] * 7,
        [1e7, 1e7 + 1] * 10,
        [-40_000.0] * 20,
        [1e-9, 2e-9] * 10,
    ],
)
def test_no_bin_has_width_0_and_every_value_has_an_embedding(values):
    column = np.array(values, dtype=np.float32)[:, None]
    edges = quantile_edges(column, n_bins=16)
    assert (np.diff(edges, axis=1) > 0).all()
    module = FieldEmbeddings(n_numeric=1, n_bins=16, n_categories=[], width=WIDTH)
    torch.nn.init.ones_(module.slope)
    torch.nn.init.ones_(module.intercept)
    torch.nn.init.ones_(module.missing)
    module.edges.copy_(torch.from_numpy(edges))
    token = module(torch.from_numpy(column), torch.empty(len(column), 0, dtype=torch.int64))
    assert token.isfinite().all()
