"""The audit log: who was suggested what, when; never what a form holds."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intake_triage.errors import InputError


class AuditLog:
    """A line of JSON for each form that was asked about, or for a request that was refused.

    A line is time (UTC), record_id, bundle, tier, to_nurse, status (of HTTP) and milliseconds. All
    but ASCII is escaped, so that no id can end a line or move a terminal's cursor.

    Parameters
    ----------
    path : Path or None
        Appended to, and readable by its owner alone: ids tell of people. None: standard error.

    Raises
    ------
    InputError
        If the file cannot be written to.
    """

    def __init__(self, path: Path | None) -> None:
        if path is None:
            self._file = sys.stderr.fileno()
            return
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(
                f"{path}: {error.strerror}; give --audit-log a file that can be written to"
            ) from None

    def write(
        self,
        answers: Sequence[Mapping[str, Any]],
        *,
        bundle: str | None,
        status: int,
        milliseconds: float,
    ) -> None:
        """Add what was answered; of a refused request, whose answers are none, one line.

        Raises
        ------
        OSError
            If the disk is full: what is not logged is not to be answered.
        """
        common = {"status": status, "milliseconds": round(milliseconds, 1)}
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        lines = [
            {
                "time": time,
                "record_id": answer.get("record_id"),
                "bundle": bundle,
                "tier": answer.get("urgency"),
                "to_nurse": answer.get("to_nurse"),
            }
            | common
            for answer in answers or [{}]
        ]
        written = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines).encode()
        while written:  # a system may take a part
            written = written[os.write(self._file, written) :]
