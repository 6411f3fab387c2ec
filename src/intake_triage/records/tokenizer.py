"""A WordPiece tokenizer trained on the train split alone, and the texts as token numbers."""

from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from intake_triage.errors import InputError

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]")


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
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=50))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    document_frequency: Counter[str] = Counter()
    words_of_texts = [_words(tokenizer, text) for text in texts]
    for words in words_of_texts:
        document_frequency.update(set(words))
    frequent = (
        " ".join(word for word in words if document_frequency[word] >= min_document_frequency)
        for words in words_of_texts
    )
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=list(SPECIAL_TOKENS), show_progress=False
    )
    tokenizer.train_from_iterator(frequent, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
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


def _words(tokenizer: Tokenizer, text: str) -> list[str]:
    normalized = tokenizer.normalizer.normalize_str(text)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalized)]
