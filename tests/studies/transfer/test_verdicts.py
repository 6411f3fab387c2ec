"""The study judges its verdicts as they deserve, and its simulation knows a fair test."""

import numpy as np
import pytest
import torch
from scipy import stats

from studies.transfer import validity
from studies.transfer.arms import choose_weights
from studies.transfer.pretrain import NOT_MASKED, mask_tokens
from studies.transfer.truth import agrees, judge

MEASURED = {
    "task": "urgency",
    "measure": "macro_f1",
    "units": 500,
    "seeds": 11,
    "mtl": 0.004,
    "st": 0.003,
    "records": 0.005,
    "classes": [
        {"class": name, "mtl": 0.01, "st": 0.01, "records": 0.012} for name in ("a", "b", "c")
    ],
}


@pytest.mark.parametrize(
    ("verdict", "truth", "expected"),
    [
        ("positive", 0.003, True),
        ("positive", -0.003, False),
        ("positive, smaller than the margin", 0.003, True),
        ("negative", -0.5, True),
        ("negative", 0.001, False),
        ("equivalent", 0.009, True),
        ("equivalent", -0.011, False),
        ("inconclusive", 0.5, None),
    ],
)
def test_a_verdict_agrees_where_what_it_claims_is_so(verdict, truth, expected):
    assert agrees(verdict, truth, margin=0.01) is expected


@pytest.mark.parametrize(
    ("verdict", "low", "high", "expected"),
    [
        ("positive", 0.001, 0.03, "confirmed"),
        ("positive, smaller than the margin", -0.001, 0.03, "undecided"),
        ("positive", -0.03, -0.001, "contradicted"),
        ("negative", -0.03, -0.001, "confirmed"),
        ("negative", 0.001, 0.03, "contradicted"),
        ("equivalent", -0.009, 0.009, "confirmed"),
        ("equivalent", -0.009, 0.011, "undecided"),
        ("equivalent", 0.011, 0.02, "contradicted"),
        ("inconclusive", 0.5, 0.6, "no claim"),
    ],
)
def test_a_verdict_is_confirmed_by_the_whole_interval_of_the_truth(verdict, low, high, expected):
    assert judge(verdict, low, high, margin=0.01) == expected


def test_each_method_takes_its_best_trial_of_the_common_weights():
    trials = [
        {"balancing": "fixed", "loss_weight": 0.3, "sum": 2.0},
        {"balancing": "fixed", "loss_weight": 0.5, "sum": 1.9},
        {"balancing": "fixed", "loss_weight": 0.9, "sum": 1.0},
        {"balancing": "pcgrad", "loss_weight": 0.5, "sum": 1.7},
        {"balancing": "pcgrad", "loss_weight": 0.3, "sum": 1.6},
    ]
    assert choose_weights(trials, [0.3, 0.5]) == {"fixed": 0.5, "pcgrad": 0.3}


def test_a_simulated_difference_varies_as_measured_and_says_so(rng):
    drawn = [validity.draw([MEASURED], 0.01, n_seeds=3, rng=rng)[0] for _ in range(3000)]
    values = np.array([estimate.value for estimate in drawn])
    variance = 0.005**2 + (0.004**2 + 0.003**2) / 3
    assert values.mean() == pytest.approx(0.01, abs=4 * np.sqrt(variance / 3000))
    assert values.var(ddof=1) == pytest.approx(variance, rel=0.1)
    told = np.mean([estimate.standard_error**2 for estimate in drawn])
    assert told == pytest.approx(variance, rel=0.05)


def test_the_simulated_test_keeps_its_level_and_finds_what_is_large(monkeypatch):
    monkeypatch.setattr(validity, "SIMULATIONS", 600)
    shown = validity.simulate(MEASURED, n_seeds=3, margin=0.02)
    limit = 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)
    assert shown["claimed"] <= limit
    assert shown["family"] <= limit
    assert shown["covered"] >= 0.93
    assert shown["covered_by_class"] >= 0.92
    # Somewhat less than by the normal distribution, since the spread is not known.
    by_normal = stats.norm.sf(1.96 - 0.02 / np.sqrt(0.005**2 + (0.004**2 + 0.003**2) / 3))
    assert 0.7 * by_normal < shown["power"] <= by_normal + 0.03


class Tokenizer:
    """What `mask_tokens` needs of one."""

    all_special_ids = (0, 1, 2)
    unk_token_id = 1

    def __len__(self) -> int:
        return 100


def test_masked_tokens_are_hidden_changed_or_left_and_never_special(rng):
    ids = torch.from_numpy(rng.integers(3, 100, (400, 30)))
    ids[:, 0], ids[:, 25:] = 2, 0
    masked, targets = mask_tokens(ids, Tokenizer(), share=0.15, rng=rng)
    chosen = targets != NOT_MASKED
    assert not chosen[:, 0].any()
    assert not chosen[:, 25:].any()
    assert torch.equal(targets[chosen], ids[chosen])
    assert torch.equal(masked[~chosen], ids[~chosen])
    assert chosen[:, 1:25].float().mean().item() == pytest.approx(0.15, abs=0.01)
    unknown = (masked[chosen] == 1).float().mean().item()
    assert unknown == pytest.approx(0.8, abs=0.04)
    assert (masked[chosen] == ids[chosen]).float().mean().item() == pytest.approx(0.1, abs=0.04)


def test_a_batch_has_at_least_one_masked_token(rng):
    ids = torch.full((1, 3), 50)
    for _ in range(20):
        _, targets = mask_tokens(ids, Tokenizer(), share=0.01, rng=rng)
        assert (targets != NOT_MASKED).any()
