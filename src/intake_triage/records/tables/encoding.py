"""The encoding of a text file: by its mark, as UTF-8, or guessed where the evidence is strong.

charset-normalizer alone does not decide: of 44 tables that the tests make in usual encodings, its
guess gave 13 another text, Spanish and Turkish ones among them, and it left none without a guess.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from intake_triage.errors import InputError
from intake_triage.records.tables.languages import Evidence, weigh

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
    "cp1252": (*WESTERN, "English"),
    "latin_1": WESTERN,
    "iso8859_15": WESTERN,
    "cp850": WESTERN,
    "mac_roman": ("English",),  # of others it would make words of signs in cp1252: canít
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp852": CENTRAL,
    "cp1251": CYRILLIC,
    "mac_cyrillic": CYRILLIC,
    "koi8_r": ("Russian",),
    "cp866": ("Russian",),
    "iso8859_5": CYRILLIC,
    "cp1253": ("Greek",),
    "iso8859_7": ("Greek",),
    "cp1254": ("Turkish", "German"),
    "iso8859_9": ("Turkish", "German"),
    "cp1257": ("Latvian", "Lithuanian", "Estonian", "Polish"),
    "cp1255": ("Hebrew",),
    "cp862": ("Hebrew",),
    "cp1256": ("Arabic",),
    # These have signs of print and Cyrillic and Greek letters too.
    "gb18030": ("Chinese", "English", "Russian", "Greek"),
    "big5": ("traditional Chinese", "English", "Russian", "Greek"),
    "cp932": ("Japanese", "English", "Russian", "Greek"),
    "euc_jp": ("Japanese", "English", "Russian", "Greek"),
    "cp949": ("Korean", "English", "Russian", "Greek"),
}
SAMPLE = 100_000  # bytes of different lines that are not ASCII
BLOCK = 1 << 20  # bytes that are read at once of a text too long to hold
LINE_END = re.compile(rb"\r\n|\r|\n")
WORSE_SHARE, WORSE_WORDS = 0.05, 2  # by which a reading is clearly worse than the best
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
        If the bytes are no text under it, or a guess is not safe.
    """
    name = encoding or _marked(data)
    if name is None:
        try:
            data.decode("utf-8")
            return data, "utf-8"
        except UnicodeDecodeError as error:
            name = _guess(data, first_bad_line=data.count(b"\n", 0, error.start) + 1)
    try:
        text = data.decode(name)
        return text.removeprefix("\ufeff").encode("utf-8"), codecs.lookup(name).name
    except UnicodeError:
        raise InputError(
            f"not text in {name}; name the encoding that it was saved in in data.file.encoding"
        ) from None


def find_encoding(file: BinaryIO) -> str:
    """The encoding of a text that is too long to hold, from its start and its lines beyond ASCII.

    As `decode` finds it, but of so many of those lines as a sample takes, and UTF-8 where most of
    them are: one broken line does not change what the others say.

    Raises
    ------
    InputError
        If a guess is not safe.
    """
    name = _marked(file.read(BLOCK))
    if name is not None:
        return name
    file.seek(0)
    lines, first_bad_line = _lines_beyond_ascii(file)
    good = sum(_is_text(line, "utf-8") for line in lines)
    if 2 * good > len(lines) or not lines:
        return "utf-8"
    return _guess(b"\n".join(lines), first_bad_line)


def _marked(data: bytes) -> str | None:
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    if data.isascii() and re.search(rb"\x1b\$[@B]", data):
        return "iso2022_jp"  # whose bytes are ASCII, and marks of another alphabet among them
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
    """How well a text reads as a language under one encoding."""

    encoding: str
    evidence: Evidence


def _guess(data: bytes, first_bad_line: int) -> str:
    """The encoding under which a text reads as a language, where all others are clearly worse."""
    sample = _sample(data)
    readings = [
        Reading(encoding, weigh(sample.decode(encoding), languages))
        for encoding, languages in LANGUAGES.items()
        if _is_text(sample, encoding) and _is_text(data, encoding)
    ]
    readings.sort(key=lambda r: (r.evidence.fits, r.evidence.share), reverse=True)
    if readings and readings[0].evidence.fits:
        contenders = [reading for reading in readings if not _clearly_worse(reading, readings[0])]
        # Encodings that give the same text are one; the usual one is named.
        one_a_text = {hash(data.decode(r.encoding)): r for r in reversed(contenders)}
        contenders = _most_coherent(list(one_a_text.values()), sample)
        if len(contenders) == 1:
            return contenders[0].encoding
    different = {hash(sample.decode(r.encoding)): r for r in reversed(readings)}
    plausible = [r.encoding for r in readings if r in different.values() and r.evidence.share > 0.5]
    names = ", ".join(plausible[:3] or ["cp1252", "cp1250", "gb18030"])
    raise InputError(
        f"not UTF-8, first in line {first_bad_line}, and which encoding it is cannot be told for "
        f"sure; set data.file.encoding ({names} or another), or save the table as UTF-8"
    )


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _clearly_worse(reading: Reading, best: Reading) -> bool:
    total = reading.evidence.for_it + reading.evidence.against
    more_against = reading.evidence.against - (1 - best.evidence.share) * total
    if best.evidence.of_signs:  # of which there are many, however few words another reading has
        return reading.evidence.for_it == 0 or more_against > 0.5
    return more_against >= max(WORSE_WORDS, WORSE_SHARE * total)


def _most_coherent(readings: list[Reading], sample: bytes) -> list[Reading]:
    """Those whose letters come about as often as in Russian, as far as any other's do.

    Encodings of Cyrillic permute its letters, so that words alone cannot tell them apart; all
    other readings are left as they are.
    """
    names = [reading.encoding for reading in readings]
    if len(names) == 1 or any(LANGUAGES[name][0] != "Russian" for name in names):
        return readings
    matches = from_bytes(sample, cp_isolation=names, threshold=1.0, preemptive_behaviour=False)
    coherence = {match.encoding: match.coherence for match in matches}
    most = max(coherence.values(), default=0.0)
    return [r for r in readings if coherence.get(r.encoding, most) > most - BETTER_COHERENCE]


def _sample(data: bytes) -> bytes:
    lines, size = {}, 0
    for line in (match[0] for match in re.finditer(rb"[^\r\n]+", data)):
        if not line.isascii() and line not in lines:
            lines[line] = None
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)


def _lines_beyond_ascii(file: BinaryIO) -> tuple[list[bytes], int]:
    """A sample of different lines, and the number of the first of them that is not UTF-8, or 0."""
    sample: dict[bytes, None] = {}
    size, first_bad_line = 0, 0
    for number, line in enumerate(_lines(file), 1):
        if line.isascii() or line in sample:
            continue
        sample[line] = None
        size += len(line)
        if not first_bad_line and not _is_text(line, "utf-8"):
            first_bad_line = number
        if size > SAMPLE:
            break
    return list(sample), first_bad_line


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, cut where one is longer than a block."""
    rest = b""
    while block := file.read(BLOCK):
        *whole, rest = LINE_END.split(rest + block)
        yield from whole
        if len(rest) > BLOCK:
            yield rest
            rest = b""
    yield rest
