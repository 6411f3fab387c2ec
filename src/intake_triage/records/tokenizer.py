"""A WordPiece tokenizer trained on the train split alone, and the texts as token numbers."""

from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from intake_triage.errors import InputError

UNKNOWN = "[UNK]"
SPECIAL_TOKENS = ("[PAD]", UNKNOWN, "[CLS]")


def train_tokenizer(
    texts: list[str], *, vocabulary: int, min_document_frequency: int
) -> PreTrainedTokenizerFast:
    """Learn word pieces from words that occur in at least so many texts.

    Rarer words are left out of the training, so that a name which slipped through is no token;
    they are spelled with the pieces of other words.

    References
    ----------
    Schuster and Nakajima (2012), Japanese and Korean voice search (WordPiece).
    """
    plain = _make_tokenizer(models.WordPiece(unk_token=UNKNOWN))
    words_of_texts = [_words(plain, text) for text in texts]
    document_frequency: Counter[str] = Counter()
    for words in words_of_texts:
        document_frequency.update(set(words))
    frequent = {word for word, n in document_frequency.items() if n >= min_document_frequency}
    # The trainer numbers the characters inside words in the order of a hash table, another one in
    # every process. Those that it is given as special tokens it numbers as they come.
    inner = sorted({f"##{character}" for word in frequent for character in word[1:]})
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=[*SPECIAL_TOKENS, *inner], show_progress=False
    )
    plain.train_from_iterator(
        (" ".join(word for word in words if word in frequent) for words in words_of_texts), trainer
    )
    # Built anew from the vocabulary, for which those characters are pieces like any other.
    model = models.WordPiece(plain.get_vocab(), unk_token=UNKNOWN, max_input_chars_per_word=50)
    tokenizer = _make_tokenizer(model)
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
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)


def encode_texts(
    texts: list[str], tokenizer: PreTrainedTokenizerFast, *, max_tokens: int
) -> tuple[np.ndarray, np.ndarray]:
    """Token numbers of all texts in one flat array.

    Returns
    -------
    tokens : int32 array of shape (n_tokens,)
    offsets : int64 array of shape (n_texts + 1,)
        Text i is ``tokens[offsets[i] : offsets[i + 1]]``, at most `max_tokens` long.
    """
    encoded = tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return np.concatenate([np.asarray(ids, dtype=np.int32) for ids in encoded]), offsets


def _make_tokenizer(model: models.Model) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _words(tokenizer: Tokenizer, text: str) -> list[str]:
    normalized = tokenizer.normalizer.normalize_str(text)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalized)]
