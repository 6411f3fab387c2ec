"""What every request passes first: token, size, type, time; and what every answer bears."""

import asyncio
import hmac
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_triage.release.serve.audit import AuditLog
from intake_triage.release.serve.failures import report_failure
from intake_triage.release.serve.limits import Limits

RETRY = {"Retry-After": "1"}  # seconds
# Nothing that is answered is a page; what is answered is nobody else's to keep.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def refusal(status: int, reason: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A line of JSON that says why a request is not answered."""
    return JSONResponse({"error": reason}, status, headers)


def failure(error: BaseException) -> JSONResponse:
    """The answer where something went wrong that nobody foresaw."""
    return refusal(500, f"failed; the service's log has it as {report_failure(error)}")


class Gate:
    """An ASGI application in front of the one that scores, which may come later.

    Attributes
    ----------
    app : ASGI application or None
        While it is None the bundle is loading, and every request is answered with 503.
    bundle : str or None
        The label of the bundle, for the audit log.

    Parameters
    ----------
    token : bytes or None
        That a request must bear, but for one after the service's health. None: no token.
    """

    def __init__(self, audit: AuditLog, limits: Limits, token: bytes | None) -> None:
        self.app: ASGIApp | None = None
        self.bundle: str | None = None
        self._audit, self._limits, self._token = audit, limits, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        exchange = _Exchange(self, scope, receive, send)
        try:
            async with asyncio.timeout(self._limits.seconds) as limit:
                app = self._refuse(scope) or self.app
                await app(scope, exchange.receive, exchange.send)
        except Exception as error:
            if not exchange.started:
                late = isinstance(error, TimeoutError) and limit.expired()
                answer = exchange.refuse_late() if late else failure(error)
                await answer(scope, receive, exchange.send)

    def log(self, scope: Scope, status: int, seconds: float) -> None:
        """Add a request to the audit log, if it is about forms or bears no token.

        Raises
        ------
        OSError
            If it cannot be written, and is not of a refusal: what is not logged is not suggested.
        """
        if scope["path"] != "/score" and status != 401:
            return
        try:
            self._audit.write(
                scope["state"].get("answers", ()) if status == 200 else (),
                bundle=self.bundle,
                status=status,
                milliseconds=1000 * seconds,
            )
        except OSError:
            if status == 200:
                raise

    def _refuse(self, scope: Scope) -> JSONResponse | None:
        """What can be refused before the body is read."""
        headers = Headers(scope=scope)
        if scope["path"] != "/health" and not self._may_enter(headers):
            challenge = {"WWW-Authenticate": "Bearer"}
            return refusal(401, "a token is needed: Authorization: Bearer TOKEN", challenge)
        if self.app is None:
            return refusal(503, "the bundle is loading", RETRY)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._limits.body_bytes:
            return refusal(413, f"more than {self._limits.body_bytes} bytes")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind != "application/json":
            return refusal(415, "the body must be JSON: Content-Type: application/json")
        return None

    def _may_enter(self, headers: Headers) -> bool:
        if self._token is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("latin-1"), self._token)
        return right and scheme.lower() == "bearer"


class _Exchange:
    """One request and its answer.

    Attributes
    ----------
    started : bool
        Whether the answer has begun to be sent.
    """

    def __init__(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        self._gate, self._scope, self._receive, self._send = gate, scope, receive, send
        self._begin = time.perf_counter()
        self._is_read = False
        self.started = False
        scope["state"] = {}  # in which the application leaves its answers for the audit log

    async def receive(self) -> Message:
        message = await self._receive()
        self._is_read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            seconds = time.perf_counter() - self._begin
            self._gate.log(self._scope, message["status"], seconds)
            self.started = True
            MutableHeaders(scope=message).update(HEADERS)
        await self._send(message)

    def refuse_late(self) -> JSONResponse:
        if self._is_read:
            return refusal(503, "not scored in time", RETRY)
        return refusal(408, "the request did not come in time")
