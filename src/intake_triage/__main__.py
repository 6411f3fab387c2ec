"""The program that a bundle carries: score forms, serve them over HTTP, watch a pilot, plan one."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from types import ModuleType

from intake_triage.errors import MENDS, STOPPED, tell


def _score() -> ModuleType:
    """Score a table of forms"""
    from intake_triage.release.score import command

    return command


def _serve() -> ModuleType:
    """Score forms over HTTP"""
    from intake_triage.release.serve import command

    return command


def _watch() -> ModuleType:
    """Set suggestions beside what clinicians decided"""
    from intake_triage.release.watch import command

    return command


def _plan() -> ModuleType:
    """Tell how long a pilot takes until each alarm means something"""
    from intake_triage.release.plan import command

    return command


# Each is loaded only when it is called: what one needs another may do without.
COMMANDS = {"score": _score, "serve": _serve, "watch": _watch, "plan": _plan}


def main(words: list[str] | None = None) -> int:
    """Run one command and give its exit status: 1 where the input is at fault."""
    words = sys.argv[1:] if words is None else words
    try:
        chosen = _read_arguments(words)
        return COMMANDS[chosen.command]().run(chosen)
    except KeyboardInterrupt:
        print(f"error: {STOPPED}", file=sys.stderr)
        return 128 + signal.SIGINT
    except Exception as error:
        told = _tell(error)
        if told is None:
            raise
        print("\n".join(f"error: {line}" for line in told.splitlines()), file=sys.stderr)
        return 1


def _read_arguments(words: list[str]) -> Namespace:
    parser = ArgumentParser(prog="intake-triage", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, load in COMMANDS.items():
        about = load.__doc__
        command = commands.add_parser(name, help=about, description=about)
        if name in words[:1]:
            load().add_arguments(command)
    return parser.parse_args(words)


def _tell(error: Exception) -> str | None:
    """As `tell`; but where a bundle is used no `dvc repro` writes what is not there."""
    if isinstance(error, OSError) and error.filename and error.errno not in MENDS:
        return f"{error.filename}: {error.strerror}; name another file or folder"
    if isinstance(error, ModuleNotFoundError):  # `requirements.txt` is enough to score
        mend = "install what the bundle's requirements-pilot.txt lists"
        return f"{error.name} is not installed; {mend}"
    return tell(error)


if __name__ == "__main__":
    sys.exit(main())
