"""A form with a word that must show up nowhere, and how a service is asked and refuses."""

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from intake_triage.release.serve.gate import Gate

SECRET = "xylophone"
FORM = {
    "record_id": "f-1",
    "text": f"chest pain suddenly {SECRET}",
    "age": 70,
    "pain": 8.5,
    "sex": "female",
    "payment": None,
}


class Service:
    """A bundle behind its gate, and the audit log that it writes."""

    def __init__(self, gate: Gate, log: Path) -> None:
        self.gate, self._log = gate, log
        self.client = TestClient(gate)  # raises whatever the gate lets through

    def score(self, body: Any, **more: Any) -> Any:
        return self.client.post("/score", json=body, **more)

    def audit(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


def reason_of(reply: Any, status: int) -> str:
    """Why a request was refused, which is told in one line of JSON and without its text."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert "\n" not in reply.text
    assert SECRET not in reply.text
    (reason,) = reply.json().values()
    return reason
