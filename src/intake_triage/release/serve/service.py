"""The running service: a socket that answers at once, and a bundle that loads behind it."""

import gc
import signal
import socket
import time
from functools import partial
from pathlib import Path

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from intake_triage.errors import InputError
from intake_triage.release.serve.audit import AuditLog
from intake_triage.release.serve.failures import LOGGER, settle_logging
from intake_triage.release.serve.gate import Gate
from intake_triage.release.serve.limits import Limits
from intake_triage.release.serve.worker import Worker

BACKLOG = 128  # connections that the system holds before they are taken
# Without a token, a page elsewhere could lead a browser of this machine here (DNS rebinding).
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def serve(
    bundle: Path, host: str, port: int, limits: Limits, token: bytes | None, audit: Path | None
) -> None:
    """Serve a bundle until SIGTERM or SIGINT; what is being scored is finished first.

    No limit holds until the headers of a request are whole: whoever sends them slowly keeps a
    connection open. A service for other machines needs a proxy before it that ends such.

    Parameters
    ----------
    bundle : its folder
    port : 0 takes any free one, which the log tells
    token : that requests must bear; None: none
    audit : the file of the audit log; None: standard error

    Raises
    ------
    InputError
        If the bundle is refused, or the address or the log cannot be used.
    """
    settle_logging()
    gate = Gate(AuditLog(audit), limits, token)
    worker = Worker(limits.waiting)
    listener = listen(host, port)
    server = uvicorn.Server(
        uvicorn.Config(
            gate,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=limits.seconds + 1,
        )
    )

    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)  # uvicorn raises it again, once it has ended all that it did
    hosts = None if token else [*LOCAL, f"[{host}]" if ":" in host else host]
    loading = worker.start(partial(load_into, gate, bundle, worker, limits, hosts))
    loading.add_done_callback(lambda done: done.exception() and end())
    address, port = listener.getsockname()[:2]
    LOGGER.info("listening on http://%s:%d", f"[{address}]" if ":" in address else address, port)
    server.run(sockets=[listener])
    worker.close()
    loading.result()  # raises what kept the bundle from being loaded


def load_into(
    gate: Gate, folder: Path, worker: Worker, limits: Limits, hosts: list[str] | None
) -> None:
    """Load a bundle and let requests through the gate to it: those that name one of the hosts.

    Parameters
    ----------
    hosts : that a request's header Host may have; None: any, since it bears a token
    """
    start = time.perf_counter()
    # Here and not above, so that the service answers before these are there.
    from intake_triage.release.bundle.load import load_bundle
    from intake_triage.release.serve.app import build_app

    bundle = load_bundle(folder)
    app = build_app(bundle, worker, limits)
    if hosts is not None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    gate.bundle, gate.app = bundle.manifest.label, app
    gc.collect()
    gc.freeze()  # or each later collection would go through all that was loaded, for 0.1 seconds
    LOGGER.info("%s ready after %.1f s", gate.bundle, time.perf_counter() - start)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections.

    Raises
    ------
    InputError
        If the address is not this machine's, or something else listens there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        # With its protocol named, so that asyncio sends a short answer without waiting for more.
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        return listener
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{host}:{port}: {reason}; choose others by --host and --port") from None
