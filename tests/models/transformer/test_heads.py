"""A head is what its formula says, looks for words of its own, and reads no padding."""

import pytest
import torch

from intake_triage.models.transformer.heads import Head, summarize

WIDTH = 6


@pytest.fixture
def head():
    torch.manual_seed(0)
    return Head(WIDTH, 3)


@pytest.fixture
def states():
    return torch.randn(4, 5, WIDTH, generator=torch.Generator().manual_seed(1))


MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0]])


def test_logits_equal_the_formula_worked_out_a_record_at_a_time(head, states):
    logits = head(states, MASK)
    for row, length in enumerate(MASK.sum(dim=1)):
        own = states[row, :length]
        shares = torch.exp(own @ head.query.weight[0])
        found = (shares / shares.sum()) @ own
        summary = own.mean(dim=0) + own[0]
        hidden = head.hidden.weight @ (summary + found) + head.hidden.bias
        active = hidden * torch.special.ndtr(hidden)  # GELU
        expected = head.out.weight @ active + head.out.bias
        torch.testing.assert_close(logits[row], expected, rtol=0, atol=1e-5)


def test_no_mask_is_a_mask_of_ones(head, states):
    ones = torch.ones(4, 5, dtype=torch.int64)
    expected = head(states, ones)
    torch.testing.assert_close(head(states, None), expected)


def test_what_stands_under_the_padding_has_neither_weight_nor_gradient(head, states):
    states.requires_grad_()
    logits = head(states, MASK)
    logits.sum().backward()
    assert (states.grad[MASK == 0] == 0).all()
    assert (states.grad[MASK == 1].abs().sum(dim=-1) > 0).all()
    other = states.detach().masked_fill((MASK == 0).unsqueeze(-1), 1e6)
    torch.testing.assert_close(head(other, MASK), logits.detach())


def test_a_query_finds_one_word_in_a_long_text(head):
    states = torch.zeros(1, 200, WIDTH)
    states[0, 150, 0] = 30.0
    with torch.no_grad():
        head.query.weight.copy_(torch.eye(WIDTH)[:1])
    scores = head.query(states).squeeze(-1).softmax(dim=1)
    assert scores[0, 150] > 0.99
    assert summarize(states, None)[0, 0] == pytest.approx(30 / 200)  # where the mean drowns it
