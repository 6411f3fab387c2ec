"""The command itself, in a process of its own, over a socket."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from served import FORM, SECRET

from intake_triage.imports import SOURCE

WAIT = 60  # seconds that a busy machine may take


class Process:
    """`intake-triage serve` with some arguments, on a port or on any free one."""

    def __init__(self, *arguments: str | Path, port: int = 0) -> None:
        command = [sys.executable, "-m", "intake_triage", "serve", *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": str(SOURCE)}
        self.process = subprocess.Popen(
            [*command, "--port", str(port)], stderr=subprocess.PIPE, text=True, env=environment
        )
        self.told: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        self.told.extend(iter(self.process.stderr.readline, ""))

    def find(self, pattern: str) -> str:
        """Wait for a line of standard error."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            if found := re.search(pattern, "".join(self.told)):
                return found[0]
            time.sleep(0.01)
        raise AssertionError(f"{pattern} not in {self.told}")

    @property
    def address(self) -> str:
        return self.find(r"http://\S+:\d+")

    def end(self) -> int:
        """Wait for its end; what it told is whole then."""
        status = self.process.wait(WAIT)
        self._reader.join()
        return status


@pytest.fixture
def run() -> Iterator[Callable[..., Process]]:
    """Starts a service, which ends with the test at the latest."""
    started = []

    def start(*arguments: str | Path, port: int = 0) -> Process:
        started.append(Process(*arguments, port=port))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.end()


@pytest.fixture(scope="module")
def ready(build) -> Iterator[Process]:
    """A service of linear models that has loaded."""
    service = Process(build("linear", "linear"))
    service.find("ready")
    yield service
    service.process.terminate()
    assert service.end() == 0


def post(address: str, **more) -> httpx2.Response:
    return httpx2.post(f"{address}/score", timeout=WAIT, **more)


def test_it_answers_at_once_scores_and_ends_cleanly(run, build, tmp_path):
    log = tmp_path / "audit.jsonl"
    service = run(build("mtl", "mtl"), "--audit-log", log)
    address = service.address
    early = httpx2.get(f"{address}/health")
    assert (early.status_code, early.json()) == (503, {"error": "the bundle is loading"})
    service.find("choice 7 ready after")
    assert httpx2.get(f"{address}/health").json() == {"status": "ready"}
    assert post(address, json=FORM).json()["record_id"] == FORM["record_id"]
    told = httpx2.get(f"{address}/version").json()
    manifest = json.loads((build("mtl", "mtl") / "manifest.json").read_text())
    assert told["bundle"] == "choice 7"
    for name in ("use", "files", "libraries", "forecasters"):
        assert told[name] == manifest[name]
    assert "server" not in early.headers
    service.process.send_signal(signal.SIGTERM)
    assert service.end() == 0
    assert len(log.read_text().splitlines()) == 1  # none for health or version
    assert SECRET not in "".join(service.told) + log.read_text()
    assert len(service.told) == 2


def test_what_is_being_scored_is_finished_before_the_end(run, build):
    service = run(build("mtl", "mtl"))
    service.find("ready")
    address, replies = service.address, []
    forms = [FORM | {"record_id": str(i)} for i in range(100)]
    asked = threading.Thread(target=lambda: replies.append(post(address, json=forms)))
    asked.start()
    time.sleep(0.1)
    service.process.send_signal(signal.SIGTERM)
    asked.join()
    assert len(replies[0].json()) == 100
    assert service.end() == 0
    with pytest.raises(httpx2.ConnectError):
        post(address, json=FORM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_loading_ends_cleanly(run, build, number):
    service = run(build("linear", "linear"))
    service.find("listening")
    service.process.send_signal(number)
    assert service.end() == 0
    assert "Traceback" not in "".join(service.told)


def test_a_bundle_that_is_not_as_it_was_made_is_refused(run, build, tmp_path):
    bundle = shutil.copytree(build("linear", "linear"), tmp_path / "choice")
    (bundle / "vocabulary.json").write_text("[]")
    service = run(bundle)
    assert service.end() == 1
    assert service.told[1:] == [
        f"error: {bundle}/vocabulary.json: not as it was made; copy the bundle anew\n"
    ]


def test_a_large_body_is_refused_before_it_is_read(ready):
    host, port = ready.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT) as raw:
        head = "POST /score HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        raw.sendall(f"{head}Content-Length: 10000000000\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 413")
        with suppress(OSError):  # once it is cut off
            raw.sendall(b"x" * 1_000_000)
    assert post(ready.address, json=FORM).status_code == 200


def test_what_is_no_http_is_refused(ready):
    host, port = ready.address.removeprefix("http://").split(":")
    for sent in (b"\0\0\0\r\n\r\n", f"{SECRET}\r\n\r\n".encode()):
        with socket.create_connection((host, int(port)), timeout=WAIT) as raw:
            raw.sendall(sent)
            assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert SECRET not in "".join(ready.told)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_this_machine_is_asked_by_its_own_names(ready, name):
    port = ready.address.rpartition(":")[2]
    for host in (name, f"{name}:{port}"):
        assert post(ready.address, json=FORM, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("name", ["elsewhere.example", "127.0.0.1.elsewhere.example", "192.0.2.1"])
def test_a_page_whose_name_leads_to_this_machine_is_not_answered(ready, name):
    port = ready.address.rpartition(":")[2]
    for host in (name, f"{name}:{port}"):
        reply = post(ready.address, json=FORM, headers={"Host": host})
        assert reply.status_code == 400
        assert reply.headers["cache-control"] == "no-store"
        version = httpx2.get(f"{ready.address}/version", headers={"Host": host})
        assert version.status_code == 400


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "clinic.example", ""])
def test_others_are_served_by_a_token_alone(run, build, host):
    service = run(build("linear", "linear"), "--host", host)
    assert service.end() == 1
    (line,) = service.told
    assert line.startswith(f"error: --host {host}: ")
    assert "--token-file" in line


def test_with_a_token_others_are_served(run, build, tmp_path):
    token = "0123456789abcdef0123456789abcdef"
    (tmp_path / "token").write_text(f"{token}\n")
    service = run(
        build("linear", "linear"), "--host", "0.0.0.0", "--token-file", tmp_path / "token"
    )
    service.find("ready")
    port = service.address.rpartition(":")[2]
    address = f"http://127.0.0.1:{port}"
    assert post(address, json=FORM).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert post(address, json=FORM, headers=bearer).status_code == 200
    named = bearer | {"Host": "clinic.example"}  # as a proxy before it passes it on
    assert post(address, json=FORM, headers=named).status_code == 200
    assert token not in "".join(service.told)


@pytest.mark.parametrize("token", ["", "short", "a token of several words that is long", None])
def test_a_token_that_can_be_guessed_or_is_not_there_is_refused(run, build, tmp_path, token):
    path = tmp_path / "token"
    if token is not None:
        path.write_text(token)
    service = run(build("linear", "linear"), "--token-file", path)
    assert service.end() == 1
    (line,) = service.told
    assert line.startswith(f"error: {path}: ")
    assert not token or token not in line


def test_an_address_in_use_is_told(run, build):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = run(build("linear", "linear"), port=port)
        assert service.end() == 1
    (line,) = service.told
    assert line.startswith(f"error: 127.0.0.1:{port}: Address already in use; ")


def test_a_log_that_cannot_be_written_is_told(run, build, tmp_path):
    service = run(build("linear", "linear"), "--audit-log", tmp_path)
    assert service.end() == 1
    (line,) = service.told
    assert line.startswith(f"error: {tmp_path}: ")
