"""What a user can mend is told in a line a fault; what only we can mend keeps its traceback."""

import errno
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from intake_triage.errors import InputError, refuse, run_stage


def refuse_a_key():
    raise InputError("params.yaml: mtl.loss_weight: got 2")


def refuse_two_rows():
    refuse(Path("forms.csv"), ["row 1: no", "row 2: no"])


def lack(error: Exception) -> Callable[[], None]:
    """A stage that ends so."""

    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ("main", "line"),
    [
        (
            lack(OSError(errno.EACCES, "", "models/a")),
            "error: models/a: Permission denied; give yourself the right to it "
            "(ls -l; chmod u+rwX)",
        ),
        (
            lack(OSError(errno.EMFILE, "")),
            "error: Too many open files; allow more (ulimit -n 256), and run this again",
        ),
        (lack(MemoryError()), "error: memory ran out; free some, and run this again"),
        (
            lack(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")),
            "error: memory ran out; free some, and run this again",
        ),
        (refuse_a_key, "error: params.yaml: mtl.loss_weight: got 2"),
        (refuse_two_rows, "error: forms.csv: row 1: no\nerror: forms.csv: row 2: no"),
        (Path("gone.json").read_text, "error: gone.json: no such file; `dvc repro` writes it"),
        (
            lambda: pd.read_parquet("gone.parquet"),
            "error: gone.parquet: no such file; `dvc repro` writes it",
        ),
    ],
)
def test_what_a_user_can_mend_is_a_line_a_fault(main, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        run_stage(main)
    assert stopped.value.code == line


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_stage(lambda: 1 / 0)
