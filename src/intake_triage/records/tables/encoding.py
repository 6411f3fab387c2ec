"""The encoding of a text file: by its mark, as UTF-8, or guessed where the evidence is strong."""

import codecs
import re
from dataclasses import dataclass, replace

from charset_normalizer import from_bytes

from intake_triage.errors import InputError
from intake_triage.records.tables.languages import share_in_language

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = (
    *("German", "French", "Dutch", "Italian", "Spanish", "Portuguese", "Catalan", "Danish"),
    *("Swedish", "Finnish", "Icelandic"),
)
CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Croatian", "German")
CYRILLIC = ("Russian", "Ukrainian", "Bulgarian", "Serbian")
LANGUAGES = {  # of the encodings that tables are still saved in, the usual one first
    "cp1252": WESTERN,
    "latin_1": WESTERN,
    "iso8859_15": WESTERN,
    "cp850": WESTERN,
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp1251": CYRILLIC,
    "koi8_r": ("Russian",),
    "cp866": ("Russian",),
    "iso8859_5": CYRILLIC,
    "cp1253": ("Greek",),
    "iso8859_7": ("Greek",),
    "cp1254": ("Turkish", "German"),
    "iso8859_9": ("Turkish", "German"),
    "cp1257": ("Latvian", "Lithuanian", "Estonian", "Polish"),
    "cp1255": ("Hebrew",),
    "cp1256": ("Arabic",),
    "gb18030": ("Chinese",),
    "big5": ("traditional Chinese",),
    "cp932": ("Japanese",),
    "euc_jp": ("Japanese",),
    "cp949": ("Korean",),
}
SAMPLE = 100_000  # bytes of different lines that are not ASCII
FITS = 0.95  # least share of words that read as the language
BETTER_SHARE, BETTER_WORDS = 0.05, 3  # by which a reading is clearly better than another
BETTER_COHERENCE = 0.2  # of charset-normalizer's, which looks how often each letter comes


def decode(data: bytes, encoding: str | None) -> tuple[bytes, str]:
    """A text in UTF-8 without a byte order mark, and the encoding that it had.

    Parameters
    ----------
    encoding : str or None
        None: by its byte order mark; else UTF-8 where that fits; else a guess.

    Raises
    ------
    InputError
        If the name is unknown, the bytes are no text under it, or a guess is not safe.
    """
    name = encoding or _marked(data)
    if name is None:
        try:
            data.decode("utf-8")
            return data, "utf-8"
        except UnicodeDecodeError:
            name = _guess(data)
    try:
        text = data.decode(name)
        return text.removeprefix("\ufeff").encode("utf-8"), codecs.lookup(name).name
    except LookupError:
        raise InputError(
            "data.file.encoding names no encoding that Python knows; it may be utf-8, cp1252, "
            "gb18030 and the like"
        ) from None
    except UnicodeError:
        raise InputError(
            f"not text in {name}; name the encoding that it was saved in in data.file.encoding"
        ) from None


def _marked(data: bytes) -> str | None:
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    # ASCII in UTF-16 without a mark, which is valid UTF-8 too: every other byte is null.
    start = data[:16]
    even, odd = start[::2], start[1::2]
    if len(start) > 3 and any(start):
        if all(even) and not any(odd):
            return "utf-16-le"
        if all(odd) and not any(even):
            return "utf-16-be"
    return None


@dataclass(frozen=True)
class Reading:
    """What a text is under one encoding: its hash, and how well it reads as a language."""

    encoding: str
    text: int
    share: float
    n_words: int


def _guess(data: bytes) -> str:
    """The encoding under which a text reads as a language, where all others are clearly worse."""
    sample = _sample(data)
    readings: dict[int, Reading] = {}  # encodings that give the same text are one reading
    for encoding in LANGUAGES:
        if reading := _read(data, sample, encoding):
            same = readings.get(reading.text, reading)
            share = max(same.share, reading.share)
            readings[reading.text] = replace(same, share=share)
    ranked = sorted(readings.values(), key=lambda reading: -reading.share)
    if ranked and ranked[0].share >= FITS and ranked[0].n_words:
        best = ranked[0]
        if all(_clearly_better(best, other, sample) for other in ranked[1:]):
            return best.encoding
    plausible = [reading.encoding for reading in ranked if reading.share > 0.5][:3]
    names = ", ".join(plausible or ["cp1252", "cp1250", "gb18030"])
    raise InputError(
        "not UTF-8, and which encoding it is cannot be told for sure; set data.file.encoding "
        f"({names} or another), or save the table as UTF-8"
    )


def _read(data: bytes, sample: bytes, encoding: str) -> Reading | None:
    try:
        share, n_words = share_in_language(sample.decode(encoding), LANGUAGES[encoding])
        return Reading(encoding, hash(data.decode(encoding)), share, n_words)
    except UnicodeDecodeError:
        return None


def _clearly_better(best: Reading, other: Reading, sample: bytes) -> bool:
    margin = max(BETTER_SHARE, BETTER_WORDS / max(1, best.n_words))
    if other.share <= best.share - margin:
        return True
    coherence = {
        match.encoding: match.coherence
        for match in from_bytes(
            sample, cp_isolation=[best.encoding, other.encoding], preemptive_behaviour=False
        )
    }
    return coherence.get(best.encoding, 0) >= coherence.get(other.encoding, 0) + BETTER_COHERENCE


def _sample(data: bytes) -> bytes:
    lines, size = {}, 0
    for match in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data):
        if match[0] not in lines:
            lines[match[0]] = None
            size += len(match[0])
            if size > SAMPLE:
                break
    return b"\n".join(lines)
