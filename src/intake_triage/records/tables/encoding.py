"""Bytes of a text file to UTF-8."""

import codecs

from intake_triage.errors import InputError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, encoding: str | None) -> tuple[bytes, str]:
    """The text in UTF-8 without a byte order mark, and the encoding that it had."""
    name = encoding or next(
        (name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8"
    )
    try:
        return data.decode(name).encode("utf-8"), name
    except UnicodeError:
        raise InputError(f"not text in {name}; name its encoding in data.file.encoding") from None
