"""Batches hold every record once, as it is, padded where it must be and nowhere else."""

import numpy as np
import pytest
import torch

from intake_triage.layout import Layout
from intake_triage.models.transformer.batches import (
    SCORING_BATCH,
    SCORING_STEP,
    EncodedRecords,
    drop_words,
    encode_records,
    make_batch,
    scoring_batches,
    shuffled_batches,
)
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.records.tokenizer import load_tokenizer

PAD = 0


def tokens_of(records: EncodedRecords, row: int) -> list[int]:
    start = records.starts[row]
    return records.tokens[start : start + records.lengths[row]].tolist()


def test_a_batch_holds_its_records_padded_to_the_longest_of_them(records):
    rows = np.array([7, 3, 90, 3])
    batch = make_batch(records, rows, pad_id=PAD)
    longest = records.lengths[rows].max()
    assert batch.input_ids.shape == (4, longest)
    for i, row in enumerate(rows):
        tokens = tokens_of(records, row)
        n_padding = longest - len(tokens)
        assert batch.input_ids[i].tolist() == tokens + [PAD] * n_padding
        assert batch.attention_mask[i].tolist() == [1] * len(tokens) + [0] * n_padding
        torch.testing.assert_close(batch.numeric[i], records.numeric[row], equal_nan=True)
        assert batch.categorical[i].tolist() == records.categorical[row].tolist()
        for task, labels in records.labels.items():
            assert batch.labels[task][i] == labels[row]


def test_there_is_no_mask_where_nothing_is_padded(records):
    length = records.lengths[0]
    same = np.flatnonzero(records.lengths == length)
    assert len(same) > 1
    assert make_batch(records, same, pad_id=PAD).attention_mask is None
    other = np.flatnonzero(records.lengths != length)[:1]
    assert make_batch(records, np.append(same, other), pad_id=PAD).attention_mask is not None


@pytest.mark.parametrize("n_records", [1, 7, 8, 64, 120])
def test_a_pass_holds_every_record_once(make_records, rng, n_records):
    records = make_records(n_records)
    batches = list(shuffled_batches(records, batch_size=8, pad_id=PAD, rng=rng))
    assert len(batches) == -(-n_records // 8)  # as many steps as the schedule is made for
    assert sorted(np.concatenate([batch.rows for batch in batches])) == list(range(n_records))
    for batch in batches:
        for i, row in enumerate(batch.rows):
            n_tokens = records.lengths[row]
            assert batch.input_ids[i, :n_tokens].tolist() == tokens_of(records, row)


def test_records_of_like_length_meet(make_records, rng):
    records = make_records(1000)

    def padding(batches) -> float:
        return np.mean([(batch.input_ids == PAD).float().mean().item() for batch in batches])

    shuffled = padding(shuffled_batches(records, batch_size=16, pad_id=PAD, rng=rng))
    mixed = padding(
        make_batch(records, rows, pad_id=PAD) for rows in rng.permutation(992).reshape(-1, 16)
    )
    assert shuffled < 0.3 * mixed


def test_dropped_words_are_gone_but_never_the_leading_token(records, rng):
    n_left = n_whole = 0
    before = [tokens_of(records, row) for row in range(len(records))]
    for _ in range(50):
        dropped = drop_words(records, share=0.3, rng=rng)
        for row in range(len(records)):
            whole, left = tokens_of(records, row), tokens_of(dropped, row)
            assert left[0] == whole[0]
            following = iter(whole)
            assert all(token in following for token in left)  # what stays is in its order
            n_left += len(left) - 1
            n_whole += len(whole) - 1
    assert n_left / n_whole == pytest.approx(0.7, abs=0.02)
    assert [tokens_of(records, row) for row in range(len(records))] == before  # the caller's


def test_what_is_dropped_differs_from_pass_to_pass(records, rng):
    first, second = (drop_words(records, share=0.3, rng=rng) for _ in range(2))
    assert first.lengths.tolist() != second.lengths.tolist()


@pytest.mark.parametrize("rows", [slice(None), [50, 7, 7, 119]])
def test_a_share_of_0_drops_nothing(records, rng, rows):
    chosen = records.rows(np.arange(120)[rows])
    same = drop_words(chosen, share=0.0, rng=rng)
    assert [tokens_of(same, i) for i in range(len(same))] == [
        tokens_of(chosen, i) for i in range(len(chosen))
    ]


def test_passes_differ_but_the_same_generator_gives_the_same_pass(records):
    def rows(seed: int, n_passes: int) -> list[list[int]]:
        rng = np.random.default_rng(seed)
        return [
            np.concatenate(
                [b.rows for b in shuffled_batches(records, batch_size=16, pad_id=PAD, rng=rng)]
            ).tolist()
            for _ in range(n_passes)
        ]

    first, second = rows(0, 2)
    assert first != second
    assert rows(0, 1) == [first]
    assert rows(1, 1) != [first]


def test_scoring_batches_hold_every_record_in_few_shapes(records):
    batches = list(scoring_batches(records, pad_id=PAD))
    rows = np.concatenate([batch.rows for batch in batches])
    assert set(rows) == set(range(len(records)))
    for batch in batches:
        n, width = batch.input_ids.shape
        assert n == len(batch.rows) == SCORING_BATCH
        assert (width + 1) % SCORING_STEP == 0  # with the token of the fields
        assert batch.attention_mask is not None
        lengths = records.lengths[batch.rows]
        assert width - SCORING_STEP < lengths.min() <= lengths.max() <= width
        np.testing.assert_array_equal(batch.attention_mask.sum(dim=1), lengths)


def test_rows_picks_the_same_records_from_every_array(records, rng):
    rows = rng.permutation(120)[:10]
    part = records.rows(rows)
    assert len(part) == 10
    for i, row in enumerate(rows):
        assert tokens_of(part, i) == tokens_of(records, row)
        torch.testing.assert_close(part.numeric[i], records.numeric[row], equal_nan=True)
        assert part.labels["urgency"][i] == records.labels["urgency"][row]


def test_a_record_has_a_label_where_any_task_has_one(records):
    urgency, specialty = (labels.numpy() for labels in records.labels.values())
    expected = (urgency != NO_LABEL) | (specialty != NO_LABEL)
    assert not expected.all()
    np.testing.assert_array_equal(records.has_a_label(), expected)


def test_prepared_records_are_encoded_in_their_order(clinic):
    prepared = read_prepared()
    records = encode_records(prepared, Layout(), tasks=("specialty",))
    tokenizer = load_tokenizer("data/prepared/tokenizer")
    assert len(records) == len(prepared.frame)
    assert isinstance(records.tokens, np.memmap)
    for row in (0, 17, 599):
        expected = tokenizer(prepared.frame["text"].iloc[row], truncation=True, max_length=16)
        assert tokens_of(records, row) == expected["input_ids"]
    np.testing.assert_array_equal(records.labels["specialty"], prepared.labels("specialty"))
    assert list(records.labels) == ["specialty"]
    np.testing.assert_array_equal(
        records.numeric[:, 0].numpy(), prepared.frame["age"].to_numpy(np.float32)
    )
