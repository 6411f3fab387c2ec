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
        (
            ModuleNotFoundError("No module named 'jinja2'", name="jinja2"),
            "error: jinja2 is not installed; install what the bundle's requirements-pilot.txt "
            "lists",
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


def test_what_a_command_lacks_before_it_reads_its_words_is_a_line(monkeypatch, capsys):
    def load():
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setitem(COMMANDS, "plan", load)
    assert main(WORDS) == 1
    assert capsys.readouterr().err.startswith("error: sklearn is not installed; ")


def test_ctrl_c_ends_it_in_a_line(monkeypatch, capsys):
    def stop(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["plan"](), "run", stop)
    assert main(WORDS) == 130
    assert capsys.readouterr().err == "error: stopped; run it again, it goes on from here\n"


def test_what_only_we_can_mend_keeps_its_traceback(monkeypatch):
    def fail(arguments):
        raise KeyError("a")

    monkeypatch.setattr(COMMANDS["plan"](), "run", fail)
    with pytest.raises(KeyError):
        main(WORDS)
