"""A WordPiece tokenizer trained on the train split alone, and the texts as token numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, processors, trainers
from transformers import PreTrainedTokenizerFast

from intake_triage.errors import InputError
from intake_triage.records.words import NORMALIZER, PIECES, find_pieces

UNKNOWN = "[UNK]"
SPECIAL_TOKENS = ("[PAD]", UNKNOWN, "[CLS]")
TEXTS_AT_ONCE = 1_000  # so that what the tokenizer says of each piece is never there of all texts


@dataclass(frozen=True)
class TextLengths:
    """How long texts are, and what the Transformers do not read of them.

    Attributes
    ----------
    max_tokens : int
        Where a text is cut, special tokens included.
    pieces, cut : int64 arrays of shape (n_texts,)
        Word pieces of the whole text, and how many of them are cut off its end.
    """

    max_tokens: int
    pieces: np.ndarray
    cut: np.ndarray

    @property
    def pieces_cut_share(self) -> float:
        """The share of all word pieces that is cut off."""
        return float(self.cut.sum() / max(self.pieces.sum(), 1))


def train_tokenizer(
    texts: Iterable[str], *, vocabulary: int, min_document_frequency: int
) -> PreTrainedTokenizerFast:
    """Learn word pieces from words that occur in at least so many texts.

    Rarer words are left out of the training, so that a name which slipped through is no token;
    they are spelled with the pieces of other words. All characters of the words that are left are
    pieces, even if that makes more than `vocabulary`.

    Raises
    ------
    InputError
        If no word is in so many texts.

    References
    ----------
    Schuster and Nakajima (2012), Japanese and Korean voice search (WordPiece).
    """
    frequent = _count_frequent(texts, min_document_frequency)
    if not frequent:
        raise InputError(
            "params.yaml: tokenizer.min_document_frequency: "
            f"no word is in {min_document_frequency} train texts; lower it, or add forms"
        )
    # The trainer numbers the characters inside words in the order of a hash table, another one in
    # every process. Those that it is given as special tokens it numbers as they come.
    inner = sorted({f"##{character}" for word in frequent for character in word[1:]})
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=[*SPECIAL_TOKENS, *inner], show_progress=False
    )
    plain = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    plain.train_from_iterator(frequent.elements(), trainer)
    # Built anew from the vocabulary, for which those characters are pieces like any other.
    tokenizer = Tokenizer(
        models.WordPiece(plain.get_vocab(), unk_token=UNKNOWN, max_input_chars_per_word=50)
    )
    tokenizer.normalizer = NORMALIZER
    tokenizer.pre_tokenizer = PIECES
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token=UNKNOWN, cls_token="[CLS]"
    )


def load_tokenizer(folder: str) -> PreTrainedTokenizerFast:
    """The tokenizer that belongs to a pretrained encoder in a local folder."""
    if not Path(folder).is_dir():
        raise InputError(f"params.yaml: encoder.pretrained: no folder {folder}")
    from transformers import AutoTokenizer  # and torch with it

    return AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)


def measure_texts(
    texts: list[str], tokenizer: PreTrainedTokenizerFast, *, train: np.ndarray, bound: int
) -> TextLengths:
    """Find where texts are to be cut: at the longest of train, whose places alone are learned.

    Parameters
    ----------
    texts : list of str
    tokenizer : PreTrainedTokenizerFast
    train : bool array of shape (n_texts,)
    bound : int
        The most tokens of a text, whatever train needs; a pretrained encoder may take fewer.
    """
    pieces = _encode(texts, tokenizer, add_special_tokens=False)
    n_pieces = np.fromiter(map(len, pieces), dtype=np.int64, count=len(texts))
    n_tokens = n_pieces + tokenizer.num_special_tokens_to_add()
    most = min(bound, tokenizer.model_max_length - 1)  # the fields take a place
    max_tokens = min(int(n_tokens[train].max()), most)
    return TextLengths(max_tokens, n_pieces, np.maximum(n_tokens - max_tokens, 0))


def encode_texts(
    texts: list[str], tokenizer: PreTrainedTokenizerFast
) -> tuple[np.ndarray, np.ndarray]:
    """Token numbers of all texts in one flat array; each is cut at `tokenizer.model_max_length`.

    Returns
    -------
    tokens : int32 array of shape (n_tokens,)
    offsets : int64 array of shape (n_texts + 1,)
        Text i is ``tokens[offsets[i] : offsets[i + 1]]``.
    """
    encoded = [
        np.asarray(ids, dtype=np.int32) for ids in _encode(texts, tokenizer, truncation=True)
    ]
    return np.concatenate(encoded), np.cumsum([0, *map(len, encoded)], dtype=np.int64)


def _count_frequent(texts: Iterable[str], min_document_frequency: int) -> Counter[str]:
    """How often each word occurs that is in at least so many texts."""
    occurrences: Counter[str] = Counter()
    document_frequency: Counter[str] = Counter()
    for text in texts:
        words = find_pieces(text)
        occurrences.update(words)
        document_frequency.update(set(words))
    return Counter(
        {
            word: count
            for word, count in occurrences.items()
            if document_frequency[word] >= min_document_frequency
        }
    )


def _encode(texts: list[str], tokenizer: PreTrainedTokenizerFast, **cut: object) -> Iterator[list]:
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        yield from tokenizer(
            texts[start : start + TEXTS_AT_ONCE],
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,  # else it warns of long texts, which are cut afterwards
            **cut,
        )["input_ids"]
