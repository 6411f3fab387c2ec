"""All that a folder's files hold, whatever they are packed in."""

import gzip
import io
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet


def holds(content: bytes, secret: str) -> bool:
    """Whether bytes hold a secret as text: in UTF-8 or UTF-16, in any case, or packed."""
    folded = content.lower()
    if secret.encode() in folded or secret.encode("utf-16-le") in folded:
        return True
    return any(holds(inner, secret) for inner in unpack(content))


def unpack(content: bytes) -> Iterator[bytes]:
    """What a zip, a gzip or a Parquet file holds, one inside another too; of others nothing."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield "\n".join(archive.namelist()).encode()
            yield from (archive.read(name) for name in archive.namelist())
    elif content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif content[:4] == b"PAR1":
        table = parquet.read_table(pa.BufferReader(content))
        yield str(table.schema.metadata).encode()
        yield "\n".join(table.column_names).encode()
        for column in table.columns:
            yield "\n".join(map(str, column.unique().to_pylist())).encode()


def files_that_hold(folder: Path, secret: str) -> set[Path]:
    """The files below a folder, by name or content, git's own store left to `objects_that_hold`."""
    return {
        path
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
        if secret in str(path.relative_to(folder)).lower() or holds(path.read_bytes(), secret)
    }


def objects_that_hold(checkout: Path, secret: str) -> list[str]:
    """The objects of git, reachable or not, and the other files of its store."""
    listed = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"],
        cwd=checkout,
        capture_output=True,
        check=True,
    ).stdout
    found, stream = [], io.BytesIO(listed)
    while header := stream.readline():
        name, kind, size = header.decode().split()
        if holds(stream.read(int(size)), secret):
            found.append(f"{kind} {name}")
        stream.read(1)
    for path in (checkout / ".git").rglob("*"):
        if path.is_file() and "objects" not in path.parts and holds(path.read_bytes(), secret):
            found.append(str(path))
    return found


def is_found_in_all(tmp_path: Path, secret: str) -> bool:
    """Whether each way to hide a secret from this search fails; for a test of the search."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(f"a {secret.upper()} b".encode()))
    parquet.write_table(pa.table({"x": [f"{secret}{i}" for i in range(5)]}), tmp_path / "a")
    contents = (packed.getvalue(), (tmp_path / "a").read_bytes(), secret.encode("utf-16"))
    return all(holds(content, secret) for content in contents) and not holds(
        zlib.compress(b"nothing"), secret
    )
