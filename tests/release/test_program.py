"""The program of a bundle: what a user can mend is told in a line, whatever raised it."""

import errno

import pytest

from intake_triage.__main__ import COMMANDS, main

WORDS = ["plan", "bundle", "--forms-a-week", "50"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(errno.ENOTDIR, "Not a directory", "out/a.csv"),
            "error: out/a.csv: Not a directory; name another file or folder",
        ),
        (
            OSError(errno.ENOENT, "No such file or directory", "forms.csv"),
            "error: forms.csv: No such file or directory; name another file or folder",
        ),
        (
            OSError(errno.EACCES, "Permission denied", "bundle/manifest.json"),
            "error: bundle/manifest.json: Permission denied; give yourself the right to it "
            "(ls -l; chmod u+rwX)",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "out.csv"),
            "error: out.csv: No space left on device; free some space, and run this again",
        ),
        (MemoryError(), "error: memory ran out; free some, and run this again"),
    ],
)
def test_what_the_system_refuses_is_a_line(error, line, monkeypatch, capsys):
    def fail(arguments):
        raise error

    monkeypatch.setattr(COMMANDS["plan"](), "run", fail)
    assert main(WORDS) == 1
    assert capsys.readouterr().err == f"{line}\n"


def test_what_only_we_can_mend_keeps_its_traceback(monkeypatch):
    def fail(arguments):
        raise KeyError("a")

    monkeypatch.setattr(COMMANDS["plan"](), "run", fail)
    with pytest.raises(KeyError):
        main(WORDS)
