"""What every request passes and every answer bears: token, time, headers, log, silence."""

import asyncio
import io
import json
import logging
import re
import time
from dataclasses import replace

import httpx2
import pytest
from served import FORM, SECRET, reason_of

from intake_triage.release.serve import app as app_module
from intake_triage.release.serve.failures import LOGGER, DiscreetFormatter
from intake_triage.release.serve.gate import HEADERS
from intake_triage.release.serve.limits import Limits

TOKEN = b"0123456789abcdef0123456789abcdef"
COLUMNS = ["time", "record_id", "bundle", "tier", "to_nurse", "status", "milliseconds"]


@pytest.fixture
def fails(monkeypatch, caplog):
    """Lets scoring raise an error that quotes the form's text."""

    def answer_forms(forms, bundle):
        raise KeyError(forms[0]["text"])

    monkeypatch.setattr(app_module, "answer_forms", answer_forms)
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("path", ["/score", "/version", "/openapi.json", "/nowhere"])
def test_a_token_is_needed_but_for_the_services_health(serve, path):
    client = serve(token=TOKEN).client
    assert client.get("/health").status_code == 200
    for given in ("", f"Bearer {'0' * 32}", f"Basic {TOKEN.decode()}", "Bearer", "Bearer \xe9"):
        headers = {"authorization": given.encode("latin-1")} if given else {}
        reply = client.post(path, headers=headers, content=b"x" * 10_000_000)
        reason_of(reply, 401)
        assert reply.headers["www-authenticate"] == "Bearer"
    for scheme in ("Bearer", "bearer"):
        headers = {"authorization": f"{scheme} {TOKEN.decode()}"}
        assert client.get(path, headers=headers).status_code != 401


def test_without_a_bundle_all_is_to_come_again(service):
    service.gate.app = None
    for reply in (service.client.get("/health"), service.score(FORM)):
        assert reason_of(reply, 503) == "the bundle is loading"
        assert reply.headers["retry-after"] == "1"


def test_every_answer_is_not_to_be_kept_or_taken_for_a_page(service):
    replies = [
        service.score(FORM),
        service.score({}),
        service.client.get("/health"),
        service.client.get("/nowhere"),
    ]
    for reply in replies:
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
        assert HEADERS["Cache-Control"] == "no-store"
        assert not [name for name in reply.headers if name.startswith("access-control")]


def test_no_page_of_another_site_may_ask(service):
    headers = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    reply = service.client.options("/score", headers=headers)
    reason_of(reply, 405)
    assert "access-control-allow-origin" not in reply.headers


def test_the_audit_log_has_a_line_for_each_form_and_no_entry_of_it(service):
    service.score([FORM, {**FORM, "record_id": "f-2", "age": 121}])
    service.score({**FORM, "age": SECRET})
    service.client.get("/score")
    service.client.get("/health")
    lines = service.audit()
    assert [list(line) for line in lines] == [COLUMNS] * 4
    assert [line["record_id"] for line in lines] == ["f-1", "f-2", None, None]
    assert [line["status"] for line in lines] == [200, 200, 422, 405]
    assert {line["bundle"] for line in lines} == {"choice 7"}
    assert lines[0]["tier"] == service.score(FORM).json()["urgency"]
    assert [line["to_nurse"] for line in lines[1:]] == [True, None, None]
    assert all(line["milliseconds"] >= 0 for line in lines)
    assert SECRET not in json.dumps(lines)
    assert "121" not in json.dumps([line | {"milliseconds": 0, "time": ""} for line in lines])


@pytest.mark.parametrize("id_", ['x"}\n{"record_id": "forged"}', "\x1b[2J\r\u2028\u202e", "é"])
def test_an_id_cannot_forge_a_line(service, tmp_path, id_):
    assert service.score({**FORM, "record_id": id_}).json()["record_id"] == id_
    (line,) = service.audit()
    assert line["record_id"] == id_
    (raw,) = (tmp_path / "audit.jsonl").read_bytes().splitlines()
    assert all(32 <= byte < 127 for byte in raw)


def test_ids_are_for_the_owner_of_the_log_alone(service, tmp_path):
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_error_nobody_foresaw_is_told_by_a_number_and_logged_without_the_text(service, fails):
    reason = reason_of(service.score(FORM), 500)
    (record,) = [record for record in fails.records if record.name == LOGGER.name]
    reference = reason.split()[-1]
    assert record.getMessage().startswith(f"failure {reference}: KeyError at test_gate.py:")
    assert SECRET not in fails.text
    (line,) = service.audit()
    assert (line["status"], line["record_id"]) == (500, None)


def test_a_traceback_that_a_library_logs_is_its_type_and_place():
    """Also where another handler has formatted the record before."""
    stream = io.StringIO()
    handlers = [logging.StreamHandler(io.StringIO()), logging.StreamHandler(stream)]
    handlers[1].setFormatter(DiscreetFormatter("%(levelname)s: %(message)s"))
    library = logging.Logger("library")
    for handler in handlers:
        library.addHandler(handler)
    try:
        raise ValueError(SECRET)
    except ValueError:
        library.exception("failed")
    told = stream.getvalue()
    assert re.fullmatch(r"ERROR: failed\nValueError at test_gate.py:\d+ in test_a_trace\w+\n", told)


def test_what_cannot_be_logged_is_not_suggested(service, monkeypatch, caplog):
    def write(*arguments, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(service.gate._audit, "write", write)
    reason = reason_of(service.score(FORM), 500)
    assert "OSError at test_gate.py" in caplog.text
    assert reason.split()[-1] in caplog.text
    reason_of(service.score({}), 422)


def test_what_is_not_scored_in_time_is_to_come_again(serve, monkeypatch):
    monkeypatch.setattr(app_module, "answer_forms", lambda *_: time.sleep(1.5))
    service = serve(Limits(seconds=1))
    reply = service.score(FORM)
    assert "not scored in time" in reason_of(reply, 503)
    assert reply.headers["retry-after"] == "1"
    assert service.audit()[-1]["status"] == 503


def test_a_body_that_does_not_come_is_not_waited_for(serve):
    gate, sent = serve(Limits(seconds=1)).gate, []

    async def receive():
        if not sent_first:
            sent_first.append(True)
            return {"type": "http.request", "body": b"{", "more_body": True}
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    sent_first: list[bool] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/score",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
    }
    asyncio.run(gate(scope, receive, send))
    assert sent[0]["status"] == 408
    assert b"did not come in time" in sent[1]["body"]


def test_no_more_requests_wait_than_the_limit(serve, monkeypatch):
    """One is scored and one waits; the others are told to come again, and no one is lost."""
    real = app_module.answer_forms

    def slowly(forms, bundle):
        time.sleep(0.3)
        return real(forms, bundle)

    monkeypatch.setattr(app_module, "answer_forms", slowly)
    service = serve(replace(Limits(), waiting=1))
    with asyncio.Runner() as runner:
        statuses, retries = runner.run(_ask_at_once(service.gate, 5))
    assert sorted(statuses) == [200, 200, 503, 503, 503]
    assert retries == {"1"}
    assert service.score(FORM).status_code == 200
    assert sorted(line["status"] for line in service.audit()) == [200, 200, 200, 503, 503, 503]


async def _ask_at_once(gate, n: int) -> tuple[list[int], set[str]]:
    transport = httpx2.ASGITransport(gate)
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
        asked = [client.post("/score", json=FORM) for _ in range(n)]
        replies = await asyncio.gather(*asked)
    busy = [reply for reply in replies if reply.status_code == 503]
    return [reply.status_code for reply in replies], {
        reply.headers["retry-after"] for reply in busy
    }
