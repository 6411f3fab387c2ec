"""Files that are either whole or absent: written under a temporary name, then renamed.

A temporary name ends in the process that writes it and `.part`: what a killed one left is removed
by whoever writes there next.
"""

import errno
import glob
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.processes import is_zombie

REMOVE = "remove it, and `dvc repro` writes it anew"
FULL = 64 * 2**10  # bytes that are free on a disk where the next write fails


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, for a file or a folder; on success it becomes `path`.

    Raises
    ------
    OSError
        With ENOSPC and the name of `path`, whatever a library makes of a disk that is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    temporary = _temporary(path, os.getpid())
    _remove(temporary)  # in a container, processes have the numbers of those before
    try:
        yield temporary
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif (
            path.is_dir() or temporary.is_dir()
        ):  # a link to a folder, or a file where one is to be
            path.unlink(missing_ok=True)
        os.replace(temporary, path)
    except Exception as error:
        said = os.strerror(errno.ENOSPC)
        if said in str(error) or shutil.disk_usage(path.parent).free < FULL:
            raise OSError(errno.ENOSPC, said, str(path)) from None
        raise
    finally:
        _remove(temporary)


def discard(path: Path, process: int) -> None:
    """Remove what a process that has ended left half-written of `path`."""
    _remove(_temporary(path, process))


def remove_leftovers(folder: Path, name: str = "") -> None:
    """Remove what processes that are no more left half-written of `name`, or of any."""
    pattern = f".{glob.escape(name)}.*.part" if name else ".*.part"
    for leftover in folder.glob(pattern):
        *_, process, _ = leftover.name.split(".")
        if process.isdecimal() and not _runs(int(process)):
            _remove(leftover)


def _temporary(path: Path, process: int) -> Path:
    return path.with_name(f".{path.name}.{process}.part")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return not is_zombie(process)


def _remove(path: Path) -> None:
    """A file or a folder, if it is there; another process may remove it too."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def make_empty(folder: Path) -> None:
    """Make `folder` an empty one, whatever it was."""
    with replacing(folder) as temporary:
        temporary.mkdir()


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, keys in the order given; NaN is refused, since JSON has none."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file; an `InputError` where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # UnicodeDecodeError is one
        raise InputError(f"{path}: not whole; {REMOVE}") from None


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a Parquet file without an index."""
    with replacing(path) as temporary:
        frame.to_parquet(temporary, index=False)


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file; an `InputError` where it is none."""
    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # such as one that is not there
            raise
        raise InputError(f"{path}: not whole; {REMOVE}") from None
