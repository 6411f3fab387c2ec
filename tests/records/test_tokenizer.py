"""The tokenizer knows frequent words of train alone, and loses nothing that it knows."""

import unicodedata

import numpy as np
import pytest

from intake_triage.errors import InputError
from intake_triage.records.tokenizer import (
    SPECIAL_TOKENS,
    encode_texts,
    load_tokenizer,
    measure_texts,
    train_tokenizer,
)


@pytest.fixture
def texts(rng):
    """500 texts of 300 invented words, some of them rare."""
    letters = list("abcdefghij")
    words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(300)]
    rarity = 1 / np.arange(1, 301)
    return [" ".join(rng.choice(words, 8, p=rarity / rarity.sum())) for _ in range(500)]


@pytest.fixture
def tokenizer(texts):
    return train_tokenizer(texts, vocabulary=200, min_document_frequency=3)


def test_the_same_texts_give_the_same_numbers_every_time(texts):
    # Without care the trainer numbers pieces in the order of a hash table, seeded anew each time.
    files = {
        train_tokenizer(texts, vocabulary=200, min_document_frequency=3).backend_tokenizer.to_str()
        for _ in range(5)
    }
    assert len(files) == 1


def test_the_vocabulary_is_no_larger_than_asked_and_numbered_without_gaps(tokenizer):
    vocabulary = tokenizer.get_vocab()
    assert len(vocabulary) == 200
    assert sorted(vocabulary.values()) == list(range(200))
    assert [vocabulary[token] for token in SPECIAL_TOKENS] == [0, 1, 2]


def test_only_the_three_special_tokens_are_special(tokenizer):
    assert set(tokenizer.all_special_tokens) == set(SPECIAL_TOKENS)
    assert set(tokenizer.added_tokens_encoder) == set(SPECIAL_TOKENS)


@pytest.mark.parametrize("n_texts", [2, 3])
def test_a_word_is_learned_from_the_minimum_number_of_texts_on(texts, n_texts):
    spiked = [f"{text} quxquxqux quxquxqux" for text in texts[:n_texts]] + texts[n_texts:]
    tokenizer = train_tokenizer(spiked, vocabulary=4000, min_document_frequency=3)
    assert ("quxquxqux" in tokenizer.get_vocab()) == (n_texts >= 3)
    learned = "".join(set(tokenizer.get_vocab()) - set(SPECIAL_TOKENS))
    assert ("q" in learned) == (n_texts >= 3)  # not even its letters


def test_tokens_and_offsets_decode_back_to_the_texts(texts, tokenizer):
    texts = [*texts, texts[0].upper(), f"  {texts[1]} "]
    tokens, offsets = encode_texts(texts, tokenizer)
    assert tokens.dtype == np.int32
    assert offsets[-1] == len(tokens)
    for i, text in enumerate(texts):
        ids = tokens[offsets[i] : offsets[i + 1]]
        assert ids[0] == tokenizer.cls_token_id
        if tokenizer.unk_token_id not in ids:
            pieces = " ".join(tokenizer.convert_ids_to_tokens(ids[1:]))
            assert pieces.replace(" ##", "") == text.lower().strip()
    assert (tokens == tokenizer.unk_token_id).mean() < 0.05


def test_long_texts_are_cut_at_their_end(texts, tokenizer):
    whole, whole_offsets = encode_texts(texts, tokenizer)
    tokenizer.model_max_length = 9
    cut, offsets = encode_texts(texts, tokenizer)
    lengths = np.diff(whole_offsets)
    assert (lengths > 9).any()
    np.testing.assert_array_equal(np.diff(offsets), np.minimum(lengths, 9))
    for i in range(len(texts)):
        np.testing.assert_array_equal(
            cut[offsets[i] : offsets[i + 1]],
            whole[whole_offsets[i] : whole_offsets[i + 1]][:9],
        )


@pytest.mark.parametrize("bound", [9, 384])
def test_texts_are_cut_at_the_longest_of_train_or_at_the_bound(texts, tokenizer, bound):
    n_train = 400
    texts = [*texts, " ".join(texts[:7]), texts[0][:1]]
    train = np.arange(len(texts)) < n_train
    lengths = measure_texts(texts, tokenizer, train=train, bound=bound)
    pieces = [len(tokenizer.tokenize(text)) for text in texts]  # one by one
    longest = 1 + max(pieces[:n_train])  # with the leading token
    assert 9 < longest < 384
    assert lengths.max_tokens == min(bound, longest)
    tokenizer.model_max_length = lengths.max_tokens
    _, offsets = encode_texts(texts, tokenizer)
    read = np.diff(offsets) - 1
    np.testing.assert_array_equal(lengths.pieces, pieces)
    np.testing.assert_array_equal(lengths.cut, np.array(pieces) - read)
    assert (lengths.cut > 0).any()
    assert (lengths.cut[:n_train] > 0).any() == (bound == 9)


def test_a_pretrained_encoder_that_takes_less_than_the_bound_gets_less(texts, tokenizer):
    tokenizer.model_max_length = 8
    lengths = measure_texts(texts, tokenizer, train=np.ones(len(texts), bool), bound=256)
    assert lengths.max_tokens == 7  # and one for the fields


@pytest.mark.parametrize("texts", [["sore knee", "a rash"], ["", " "]])
def test_texts_that_share_no_word_are_refused_by_the_key(texts):
    with pytest.raises(InputError, match=r"^params.yaml: tokenizer.min_document_frequency: no wor"):
        train_tokenizer(texts, vocabulary=200, min_document_frequency=2)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("我肚子疼了3天!", ["我", "肚", "子", "疼", "了", "3", "天", "!"]),
        ("เจ็บคอ", ["เ", "จ็", "บ", "ค", "อ"]),
        ("Schöne Hände", ["schöne", "hände"]),
        ("đau ngực", ["đau", "ngực"]),
        ("मेरी माँ", ["मेरी", "माँ"]),
    ],
)
def test_frequent_words_of_any_script_are_tokens_whole_with_their_marks(text, pieces):
    decomposed = unicodedata.normalize("NFD", text)
    tokenizer = train_tokenizer([text, decomposed], vocabulary=400, min_document_frequency=2)
    assert tokenizer.tokenize(text) == tokenizer.tokenize(decomposed.upper()) == pieces


def test_of_characters_too_the_rare_ones_are_no_tokens():
    texts = ["肚子疼", "肚子发麻", "肚子疼", "王肚子"]
    tokenizer = train_tokenizer(texts, vocabulary=400, min_document_frequency=2)
    assert set(tokenizer.get_vocab()) == {*SPECIAL_TOKENS, "肚", "子", "疼"}
    assert tokenizer.tokenize("王肚") == ["[UNK]", "肚"]


def test_a_saved_tokenizer_encodes_the_same(texts, tokenizer, tmp_path):
    tokenizer.model_max_length = 9  # below the length of some
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    loaded = load_tokenizer(str(tmp_path / "tokenizer"))
    for one, other in zip(
        encode_texts(texts, tokenizer),
        encode_texts(texts, loaded),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    assert (loaded.pad_token_id, loaded.unk_token_id, loaded.cls_token_id) == (0, 1, 2)


def test_a_pretrained_encoder_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"encoder\.pretrained: no folder models/absent"):
        load_tokenizer("models/absent")
