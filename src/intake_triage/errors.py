"""What a user can mend is told in a line a fault, without a traceback, however a stage ends."""

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from intake_triage.processes import read_environment, read_parent

GRACE = 10  # seconds in which a stage that is told to stop must have ended
STOPPED = "stopped; run it again, it goes on from here"
MENDS = {
    errno.ENOSPC: "free some space, and run this again",
    errno.EDQUOT: "free some space, and run this again",
    errno.EROFS: "write to a place that is not read-only",
    errno.EACCES: "give yourself the right to it (ls -l; chmod u+rwX)",
    errno.EPERM: "give yourself the right to it (ls -l; chmod u+rwX)",
    errno.EMFILE: "allow more (ulimit -n 256), and run this again",
    errno.ENFILE: "end what has so many open, and run this again",
    errno.EIO: "look after the disk, and run this again",
}
# What torch, LightGBM and the system say where Python raises no MemoryError.
NO_MEMORY = ("out of memory", "allocate memory", "bad_alloc", "bad allocation")


def _started_by() -> tuple[int | None, ...]:
    """Numbers of the processes from this one's parent up to the DVC that runs it.

    Between the two may be DVC's shell: bash gives its process to the stage, dash (`sh` of Debian)
    waits for it, and lives on where DVC is killed. Without /proc, as on macOS, such a shell is not
    seen through.
    """
    parent = os.getppid()
    stage = f"DVC_STAGE={os.environ.get('DVC_STAGE')}"
    if os.fsencode(stage) in read_environment(parent):
        return parent, read_parent(parent)
    return (parent,)


STARTED_BY = _started_by()  # as early as can be: a stage that imports for seconds may be left


class InputError(ValueError):
    """Input that is wrong; each line names the file, the row or key, and the mend."""


def refuse(source: Path | str, faults: Sequence[str]) -> NoReturn:
    """Raise an `InputError` with a line for each of the faults of a file; there is at least one."""
    raise InputError("\n".join(f"{source}: {fault}" for fault in faults)) from None


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage; what a user can mend becomes lines on stderr, exit status 1.

    Ctrl-C or SIGTERM ends it in a line, and so does the end of the DVC that started it.
    """
    with _stopping():
        try:
            main()
        except KeyboardInterrupt:
            print(f"error: {STOPPED}", file=sys.stderr)
            sys.exit(128 + signal.SIGINT)
        except Exception as error:
            told = tell(error)
            if told is None:
                raise
            sys.exit("\n".join(f"error: {line}" for line in told.splitlines()))


def tell(error: Exception) -> str | None:
    """What a user can do about an error, a line a fault; None where nothing can be done."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"{error.filename or error}: no such file; `dvc repro` writes it"
    if isinstance(error, OSError) and error.errno in MENDS:
        what = f"{error.filename}: " if error.filename else ""
        return f"{what}{os.strerror(error.errno)}; {MENDS[error.errno]}"
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in NO_MEMORY):
        return "memory ran out; free some, and run this again"
    return None


@contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C and SIGTERM raise KeyboardInterrupt, so that temporary files and fits go first."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.alarm(GRACE)  # ends what is busy in a library by then, where nothing is raised
        raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    heard = [n for n in numbers if signal.getsignal(n) != signal.SIG_IGN]  # as by nohup, or `&`
    before = {number: signal.signal(number, stop) for number in heard}
    if "DVC_STAGE" in os.environ:  # a stage that somebody started by hand may outlive its shell
        threading.Thread(target=_stop_with_dvc, daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_with_dvc() -> None:
    """DVC that is killed does not end its stage, which would then run beside the next one."""
    while _started_by() == STARTED_BY:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
