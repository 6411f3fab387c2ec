"""The one error that a user can mend: shown as a single line, without a traceback."""

import sys
from collections.abc import Callable


class InputError(ValueError):
    """Input that is wrong; the message names the file, the row or key, and the mend."""


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage; an `InputError` or a missing file becomes one line on stderr, exit status 1."""
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
    except FileNotFoundError as error:
        sys.exit(f"error: {error.filename or error}: no such file; `dvc repro` writes it")
