"""The words of a text in any script, for the tokenizer's training, `linear` and `gbm` alike.

Letter case is dropped; accents and vowel signs, which tell words apart, are kept. In a script that
sets no blanks between words each character, with the marks that belong to it, stands for itself.
"""

from tokenizers import Regex, normalizers, pre_tokenizers

# Tibetan is none of these: it parts its syllables by a sign of its own. Digits stay together.
_UNSPACED = r"[[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]&&[\p{L}\p{Nl}]]"
_CHARACTER = rf"{_UNSPACED}[\p{{M}}ーｰﾞﾟ]*"  # those four belong to kana as marks do
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]&&[^{_UNSPACED}]]"

# Out goes what is not seen, such as a soft hyphen, and the dot that lower-casing gives a Turkish İ.
NORMALIZER = normalizers.Sequence(
    [
        normalizers.Lowercase(),
        normalizers.NFC(),
        normalizers.Replace(Regex(r"\p{Cf}|(?<=i)\u0307"), ""),
    ]
)


def _keep(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Split(Regex(pattern), "removed", invert=True)


# All of a text but blanks: characters, runs of letters and digits, single signs.
PIECES = _keep(rf"{_CHARACTER}|{_LETTER}+|[^\s\p{{C}}]\p{{M}}*")
# Without signs and single letters, which say little. A Korean syllable is two letters or more; and
# an underscore belongs to a name.
_WORDS = _keep(rf"{_CHARACTER}|[{_LETTER}_]{{2,}}|\p{{Hangul}}")


def find_pieces(text: str) -> list[str]:
    """The words of a text with its single letters and signs, of which a tokenizer is trained."""
    return _split(text, PIECES)


def find_words(text: str) -> list[str]:
    """The words of a text, in order; of ASCII those that scikit-learn's vectorizers find."""
    return _split(text, _WORDS)


def _split(text: str, splitter: pre_tokenizers.PreTokenizer) -> list[str]:
    return [part for part, _ in splitter.pre_tokenize_str(NORMALIZER.normalize_str(text))]
