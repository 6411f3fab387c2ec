"""What the system tells of its processes, as Linux does in /proc; elsewhere nothing is known."""

from pathlib import Path


def read_parent(process: int) -> int | None:
    """Number of the process's parent; None where the system does not tell."""
    found = _read_stat(process)
    return int(found[1]) if found else None


def is_zombie(process: int) -> bool:
    """Whether it has ended, and its parent has not asked how: some containers' first never does."""
    found = _read_stat(process)
    return found is not None and found[0] == b"Z"


def read_environment(process: int) -> set[bytes]:
    """What a process was started with, as NAME=value; empty where the system does not tell."""
    try:
        return set(Path(f"/proc/{process}/environ").read_bytes().split(b"\0"))
    except OSError:  # another user's, one that has ended, or not Linux
        return set()


def _read_stat(process: int) -> list[bytes] | None:
    """Its state and all that follows, as `man 5 proc_pid_stat` lists it."""
    try:
        # The name stands before in brackets, may itself hold some, and is of any bytes.
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
