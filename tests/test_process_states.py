"""What is read of processes is what they are."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from intake_triage.processes import is_zombie, read_environment, read_parent

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
NOBODY = 2**22 + 1  # above the greatest number that Linux gives
NAMED_ODDLY = "open('/proc/self/comm', 'wb').write(b') Z 1 \\xff'); print(flush=True); input()"


def test_one_that_nobody_waited_for_is_a_zombie_and_one_that_runs_is_none():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 60
    while not is_zombie(ended.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ended.wait()
    assert not is_zombie(ended.pid)
    assert not is_zombie(os.getpid())


def test_a_name_of_any_bytes_hides_neither_state_nor_parent():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = os.environ | {"DVC_STAGE": "train"}
    with subprocess.Popen([sys.executable, "-c", NAMED_ODDLY], env=environment, **pipes) as odd:
        odd.stdout.readline()
        assert not is_zombie(odd.pid)
        assert read_parent(odd.pid) == os.getpid()
        assert b"DVC_STAGE=train" in read_environment(odd.pid)
        odd.stdin.write(b"\n")


def test_of_none_that_runs_nothing_is_told():
    assert read_parent(NOBODY) is None
    assert read_environment(NOBODY) == set()
    assert not is_zombie(NOBODY)
