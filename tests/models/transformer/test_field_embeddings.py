"""Fields become the tokens that the piecewise-linear encoding prescribes."""

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


def test_numbers_are_embedded_as_a_brute_force_encoding_says(make_embeddings, rng):
    module = make_embeddings(3, [])
    numeric = rng.normal(size=(50, 3)).astype(np.float32) * 3
    numeric[0] = module.edges[:, 2]  # on an edge
    numeric[1], numeric[2] = -1e6, 1e6  # far outside
    tokens = module(torch.from_numpy(numeric), torch.empty(50, 0, dtype=torch.int64))
    assert tokens.shape == (50, 3, WIDTH)
    for i in range(50):
        for field in range(3):
            filled = piecewise_linear(numeric[i, field], module.edges[field].numpy())
            expected = np.array(filled) @ module.slope[field].detach().numpy()
            expected += module.intercept[field].detach().numpy()
            np.testing.assert_allclose(tokens[i, field].detach(), expected, atol=1e-4)


def test_a_missing_number_has_a_token_of_its_own(make_embeddings):
    module = make_embeddings(2, [])
    numeric = torch.tensor([[float("nan"), 0.5], [0.5, float("nan")]])
    tokens = module(numeric, torch.empty(2, 0, dtype=torch.int64))
    torch.testing.assert_close(tokens[0, 0], module.missing[0])
    torch.testing.assert_close(tokens[1, 1], module.missing[1])
    tokens.sum().backward()
    for parameter in module.parameters():
        assert parameter.grad is None or parameter.grad.isfinite().all()
    assert (module.missing.grad != 0).all()


def test_categories_of_different_fields_never_share_a_row(make_embeddings):
    counts = [2, 3, 1]
    module = make_embeddings(1, counts)
    seen = []
    for field, count in enumerate(counts):
        for category in range(count + 1):  # MISSING first
            categorical = torch.zeros(1, 3, dtype=torch.int64)
            categorical[0, field] = category
            token = module(torch.zeros(1, 1), categorical)[0, 1 + field]
            rows = (module.table.weight == token).all(dim=1).nonzero().flatten().tolist()
            assert len(rows) == 1
            seen += rows
    assert seen == list(range(len(module.table.weight)))


@pytest.mark.parametrize(("n_numeric", "counts"), [(0, [2, 3]), (2, []), (0, [])])
def test_fields_of_one_kind_or_none_will_do(make_embeddings, n_numeric, counts):
    module = make_embeddings(n_numeric, counts)
    categorical = torch.zeros(5, len(counts), dtype=torch.int64)
    tokens = module(torch.zeros(5, n_numeric), categorical)
    assert tokens.shape == (5, n_numeric + len(counts), WIDTH)
    assert tokens.isfinite().all()


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
def test_no_bin_has_width_0_and_every_value_has_a_token(values):
    column = np.array(values, dtype=np.float32)[:, None]
    edges = quantile_edges(column, n_bins=16)
    assert (np.diff(edges, axis=1) > 0).all()
    module = FieldEmbeddings(n_numeric=1, n_bins=16, n_categories=[], width=WIDTH)
    torch.nn.init.ones_(module.slope)
    torch.nn.init.ones_(module.intercept)
    torch.nn.init.ones_(module.missing)
    module.edges.copy_(torch.from_numpy(edges))
    tokens = module(torch.from_numpy(column), torch.empty(len(column), 0, dtype=torch.int64))
    assert tokens.isfinite().all()
