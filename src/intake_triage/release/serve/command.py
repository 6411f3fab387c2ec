"""`intake-triage serve BUNDLE`: score forms over HTTP, on this machine alone by default."""

import ipaddress
import re
import signal
import socket
import time
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import uvicorn

from intake_triage.errors import InputError
from intake_triage.release.serve.audit import AuditLog
from intake_triage.release.serve.failures import LOGGER, settle_logging
from intake_triage.release.serve.gate import Gate
from intake_triage.release.serve.limits import Limits
from intake_triage.release.serve.worker import Worker

SHORTEST_TOKEN = 20  # characters
BACKLOG = 128  # connections that the system holds before they are taken


def add_arguments(parser: ArgumentParser) -> None:
    """What `run` is given."""
    limits = Limits()
    parser.add_argument("bundle", type=Path, help="folder of the bundle")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="0: any free one (%(default)s)")
    parser.add_argument(
        "--token-file", type=Path, help="text file with the token that requests must bear"
    )
    parser.add_argument(
        "--audit-log", type=Path, help="file that a line a form is added to (standard error)"
    )
    for name, kind, meaning in (
        ("forms", int, "most forms of a request"),
        ("body_bytes", int, "most bytes of a request"),
        ("waiting", int, "most requests that wait for the one that is being scored"),
        ("seconds", float, "most seconds for a request"),
    ):
        parser.add_argument(
            f"--most-{name.replace('_', '-')}",
            dest=name,
            type=kind,
            default=getattr(limits, name),
            help=f"{meaning} (%(default)s)",
        )


def run(arguments: Namespace) -> int:
    """Serve until SIGTERM or SIGINT; what is being scored is finished first.

    Raises
    ------
    InputError
        If the bundle is refused, or the address, the token or the log cannot be used.
    """
    limits = Limits(arguments.forms, arguments.body_bytes, arguments.waiting, arguments.seconds)
    token = arguments.token_file and read_token(arguments.token_file)
    if token is None and not is_loopback(arguments.host):
        raise InputError(
            f"--host {arguments.host}: others could score forms; give --token-file with the token "
            "that their requests must bear, or listen on 127.0.0.1"
        )
    settle_logging()
    gate = Gate(AuditLog(arguments.audit_log), limits, token)
    worker = Worker(limits.waiting)
    listener = listen(arguments.host, arguments.port)
    server = uvicorn.Server(
        uvicorn.Config(
            gate,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=int(limits.seconds) + 1,
        )
    )

    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)  # uvicorn raises it again, once it has ended all that it did
    loading = worker.start(partial(load_into, gate, arguments.bundle, worker, limits))
    loading.add_done_callback(lambda done: done.exception() and end())
    address, port = listener.getsockname()[:2]
    LOGGER.info("listening on http://%s:%d", f"[{address}]" if ":" in address else address, port)
    server.run(sockets=[listener])
    worker.close()
    loading.result()  # raises what kept the bundle from being loaded
    return 0


def load_into(gate: Gate, folder: Path, worker: Worker, limits: Limits) -> None:
    """Load a bundle and let requests through the gate to it."""
    start = time.perf_counter()
    # Here and not above, so that the service answers before these are there.
    from intake_triage.release.bundle.load import load_bundle
    from intake_triage.release.serve.app import build_app

    bundle = load_bundle(folder)
    gate.bundle, gate.app = bundle.manifest.label, build_app(bundle, worker, limits)
    LOGGER.info("%s ready after %.1f s", gate.bundle, time.perf_counter() - start)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_token(path: Path) -> bytes:
    """The token in a file, without the blanks around it.

    Raises
    ------
    InputError
        If there is no such file, or what it holds can be guessed or cannot stand in a header.
    """
    try:
        token = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; --token-file needs a file to read") from None
    if len(token) < SHORTEST_TOKEN or not re.fullmatch(rb"[!-~]+", token):
        raise InputError(
            f"{path}: a token is {SHORTEST_TOKEN} or more letters, digits and signs without "
            "blanks; make one with `openssl rand -hex 32`"
        )
    return token


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
