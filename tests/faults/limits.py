"""Small disks and little memory, where the system lets a test have them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.tiny_pipeline import wait_until

CGROUPS = (  # of version 1 and 2: where they lie, and what bounds memory
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)


@contextmanager
def small_disk(folder: Path, *, size: str, read_only: bool = False) -> Iterator[None]:
    """Let `folder` be a disk of its own, as `mount` writes sizes; skip where that needs rights."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size}" + (",ro" if read_only else "")
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def little_memory(size: int) -> Iterator[Path]:
    """The file to write a process's number to, so that its memory is bounded; else skip."""
    group, limit = _make_group()
    try:
        (group / limit).write_text(str(size))
        yield group / "cgroup.procs"
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()


def _make_group() -> tuple[Path, str]:
    for root, limit in CGROUPS:
        group = root / f"faults-{os.getpid()}"
        with suppress(OSError):
            group.mkdir()
            if (group / limit).exists():
                return group, limit
            group.rmdir()
    pytest.skip("no cgroup of memory can be made here")
