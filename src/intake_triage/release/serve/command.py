"""`intake-triage serve BUNDLE`: score forms over HTTP, on this machine alone by default."""

import ipaddress
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from intake_triage.errors import InputError
from intake_triage.release.serve.limits import Limits

SHORTEST_TOKEN = 20  # characters


def add_arguments(parser: ArgumentParser) -> None:
    """What `run` is given."""
    limits = Limits()
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (%(default)s); one that other machines reach needs "
        "--token-file, and a proxy in front of it for TLS and against slow clients",
    )
    parser.add_argument("--port", type=int, default=8000, help="0: any free one (%(default)s)")
    parser.add_argument(
        "--token-file", type=Path, help="text file with the token that requests must bear"
    )
    parser.add_argument(
        "--audit-log", type=Path, help="file that a line a form is added to (standard error)"
    )
    for name, meaning in (
        ("forms", "most forms of a request"),
        ("body_bytes", "most bytes of a request"),
        ("waiting", "most requests that wait for the one that is being scored"),
        ("seconds", "most seconds from the headers of a request to its answer"),
    ):
        parser.add_argument(
            f"--most-{name.replace('_', '-')}",
            dest=name,
            type=_count,
            default=getattr(limits, name),
            metavar="N",
            help=f"{meaning} (%(default)s)",
        )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("not a whole number above 0")
    return int(text)


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
    from intake_triage.release.serve.service import serve

    serve(arguments.bundle, arguments.host, arguments.port, limits, token, arguments.audit_log)
    return 0


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
