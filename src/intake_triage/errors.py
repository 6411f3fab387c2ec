"""The one error that a user can mend: a line for each fault, without a traceback."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn


class InputError(ValueError):
    """Input that is wrong; each line names the file, the row or key, and the mend."""


def refuse(source: Path | str, faults: Sequence[str]) -> NoReturn:
    """Raise an `InputError` with a line for each of the faults of a file; there is at least one."""
    raise InputError("\n".join(f"{source}: {fault}" for fault in faults)) from None


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage; an `InputError` or a missing file becomes lines on stderr, exit status 1."""
    try:
        main()
    except InputError as error:
        sys.exit("\n".join(f"error: {line}" for line in str(error).splitlines()))
    except FileNotFoundError as error:
        sys.exit(f"error: {error.filename or error}: no such file; `dvc repro` writes it")
