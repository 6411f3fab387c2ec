"""What is told of an error that nobody foresaw: its type and place, and a number to find it by.

An error's message may hold a form's text, so it is never written.
"""

import logging
import secrets
import traceback
from types import TracebackType

LOGGER = logging.getLogger("intake_triage.serve")


def report_failure(error: BaseException) -> str:
    """Log an error; returns the number under which the log has it."""
    reference = secrets.token_hex(4)
    LOGGER.error("failure %s: %s", reference, describe(type(error), error.__traceback__))
    return reference


def describe(kind: type[BaseException] | None, place: TracebackType | None) -> str:
    """`KeyError at rows.py:31 in score_rows`, where it was raised."""
    name = "error" if kind is None else kind.__qualname__
    frames = traceback.extract_tb(place)
    if not frames:
        return name
    last = frames[-1]
    return f"{name} at {last.filename.rpartition('/')[2]}:{last.lineno} in {last.name}"


class DiscreetFormatter(logging.Formatter):
    """Log lines without the message, the source or the values of an error."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # where another formatter would have left all of it
        return super().format(record)

    def formatException(self, ei: tuple) -> str:
        return describe(ei[0], ei[2])


def settle_logging() -> None:
    """Let every library of this process write to standard error, and none write an error out."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(levelname)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOGGER.setLevel(logging.INFO)
    logging.getLogger("asyncio").disabled = True  # its messages themselves hold an error's
