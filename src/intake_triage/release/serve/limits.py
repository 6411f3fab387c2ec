"""What one service takes on; the defaults suit a clinic's machine with two cores."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Beyond these a request is refused, and the service goes on.

    Attributes
    ----------
    forms : of one request
    body_bytes : of one request; refused as soon as it is known, and never held whole
    waiting : requests that wait to be scored; the next ones are told to come again
    seconds : from when a request's headers are whole to its answer
    """

    forms: int = 100
    body_bytes: int = 4 * 2**20
    waiting: int = 64
    seconds: int = 30
