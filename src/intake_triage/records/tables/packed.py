"""A table inside gzip or zip, told by its first bytes and not by the file's ending."""

import gzip
import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from intake_triage.errors import InputError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
TABLE_ENDINGS = (
    *(".csv", ".tsv", ".tab", ".txt", ".dat", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".parq"),
)
NOTE = re.compile(r"(?:read.?me|licen[cs]e|notice|changelog)(?![a-z]).*\.txt")
BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError),
    NotImplementedError,  # packed in a way that zipfile does not know
)
WORKBOOK_MEMBERS = {"[Content_Types].xml", "content.xml"}  # Excel and OpenDocument are zips too


def unpack(data: bytes) -> tuple[bytes, dict[str, str]]:
    """The bytes of the table, and what they were packed in, where they were.

    Raises
    ------
    InputError
        If the archive is broken or encrypted, or a zip does not hold exactly one table.
    """
    if data.startswith(GZIP):
        inner, kind = _gunzip(data), "gzip"
    elif data.startswith((ZIP, EMPTY_ZIP)) and not is_workbook(data):
        inner, kind = _unzip(data), "zip"
    else:
        return data, {}
    innermost, packed = unpack(inner)
    return innermost, {"packed": ", ".join([kind, *packed.values()])}


def is_workbook(data: bytes) -> bool:
    """Whether a zip is the file of a spreadsheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not WORKBOOK_MEMBERS.isdisjoint(archive.namelist())
    except BROKEN_ZIP:
        return False


def _gunzip(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise InputError("a broken gzip file; pack the table anew") from None


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [member for member in archive.infolist() if _is_of_the_user(member)]
            tables = [file for file in files if _may_be_table(file)] or files
            inner = archive.read(tables[0]) if len(tables) == 1 else b""
    except BROKEN_ZIP:
        raise InputError("a broken zip file or workbook; save it anew") from None
    except RuntimeError:  # what zipfile raises where a password is asked for
        raise InputError("an encrypted zip file; unpack it first") from None
    if len(tables) != 1:
        holds = f"{len(tables)} files" if tables else "no file"
        raise InputError(f"the zip holds {holds} that may be the table; pack one alone")
    return inner


def _may_be_table(member: zipfile.ZipInfo) -> bool:
    """By its name, which is not that of a note beside the table."""
    name = PurePosixPath(member.filename).name.lower().removesuffix(".gz")
    return name.endswith(TABLE_ENDINGS) and not NOTE.match(name)


def _is_of_the_user(member: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what macOS puts beside the files, nor hidden."""
    path = PurePosixPath(member.filename)
    return not (member.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name.startswith("."))
