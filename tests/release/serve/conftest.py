"""A small bundle behind its gate, in this process: forms in, answers and an audit log out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import Service

from intake_triage.release.bundle.load import Bundle, load_bundle
from intake_triage.release.serve.app import build_app
from intake_triage.release.serve.audit import AuditLog
from intake_triage.release.serve.gate import Gate
from intake_triage.release.serve.limits import Limits
from intake_triage.release.serve.worker import Worker

DEFAULT = Limits()


@pytest.fixture(scope="session")
def bundle(build) -> Bundle:
    """A loaded bundle of linear models."""
    return load_bundle(build("linear", "linear"))


@pytest.fixture
def serve(bundle: Bundle, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Gives a service of a bundle under some limits and, where asked for, behind a token."""
    workers = []

    def start(limits: Limits = DEFAULT, token: bytes | None = None, of: Bundle = bundle) -> Service:
        log = tmp_path / "audit.jsonl"
        gate, worker = Gate(AuditLog(log), limits, token), Worker(limits.waiting)
        workers.append(worker)
        gate.app, gate.bundle = build_app(of, worker, limits), of.manifest.label
        return Service(gate, log)

    yield start
    for worker in workers:
        worker.close()


@pytest.fixture
def service(serve) -> Service:
    return serve()
