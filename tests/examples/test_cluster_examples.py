"""The commands of docs/cluster.md: certificates, workers by SSH, workers by SLURM, real fits."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")

ROOT = Path(__file__).resolve().parents[2]
LOGISTIC_REGRESSION = """
import sys
from functools import partial
from pathlib import Path
from intake_triage.errors import run_stage
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import run_fits
from intake_triage.models.tabular.linear import train_linear
from intake_triage.params import load_params

if __name__ == "__main__":
    train = partial(train_linear, params=load_params(Path(sys.argv[2])).linear)
    job = Job(Fit("linear", ("urgency",), 0), train, Layout())
    run_stage(lambda: run_fits([job], Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def secret(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("secret") / "cluster.yaml"
    assert make_secret(path).stdout == f"export DASK_CONFIG={path}\n"
    return path


def make_secret(path: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "examples.cluster.certificates", path]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def train(folder: Path, clinic: Path, **setting: str) -> subprocess.CompletedProcess:
    """Logistic regression on the small clinic, into `folder`."""
    settings = {"PYTHONPATH": str(ROOT / "src"), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s"}
    return subprocess.run(
        [sys.executable, "-c", LOGISTIC_REGRESSION, folder, ROOT / "params.yaml"],
        cwd=clinic,
        env=os.environ | settings | setting,
        capture_output=True,
        text=True,
        timeout=100,
    )


def read_fitted(folder: Path) -> dict[str, bytes]:
    """All of the one fit, less what it cost."""
    (fit,) = folder.iterdir()
    return {
        str(path.relative_to(fit)): path.read_bytes()
        for path in sorted(fit.rglob("*"))
        if path.is_file() and path.name != "cost.json"
    }


@pytest.fixture
def temporary():
    """Where the commands' temporary files lie; a socket's path may not be long."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def running(tmp_path: Path, secret: Path, *arguments: str, temporary: Path, **stand_ins: str):
    """One of the commands, with programs that it finds on the path; its process and address."""
    for name, script in stand_ins.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    settings = {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(temporary),
        "DASK_CONFIG": str(secret),
    }
    command = [sys.executable, "-m", *arguments]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=log
        )
    try:
        said = process.stdout.readline().decode()
        yield process, re.fullmatch(r"export DASK_SCHEDULER_ADDRESS=(tls://.+)\n", said)[1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def find_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.05)


def test_a_secret_is_its_owners_alone_and_is_not_overwritten(secret):
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    before = secret.read_bytes()
    again = make_secret(secret)
    assert (again.returncode, again.stderr) == (1, f"error: {secret}: File exists\n")
    assert secret.read_bytes() == before


def test_machines_by_ssh_train_what_this_one_does(secret, tmp_path, temporary, clinic):
    """Here `ssh` notes what it is asked for, and does it on this machine."""
    local = ("--address", "127.0.0.1", "--port", find_port(), "--nthreads", "1")
    ssh = f'echo "$@" >> {tmp_path}/asked; exec sh -c "$2"'
    command = ("examples.cluster.ssh", *local, "--python", sys.executable, "other.machine")
    with running(tmp_path, secret, *command, temporary=temporary, ssh=ssh) as (process, address):
        on_cluster = {"DASK_CONFIG": str(secret), "DASK_SCHEDULER_ADDRESS": address}
        there = train(tmp_path / "there", clinic, **on_cluster)
        assert there.returncode == 0, there.stderr
        strangers = tmp_path / "strangers.yaml"
        make_secret(strangers)
        quick = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
        refused = train(tmp_path / "no", clinic, **on_cluster | quick | {"DASK_CONFIG": strangers})
        assert "error: no scheduler answers: " in refused.stderr
        # The stand-in is of this process's children, as ssh is: what it does there ends with it.
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert list(temporary.iterdir()) == []
    train(tmp_path / "here", clinic)
    assert read_fitted(tmp_path / "there") == read_fitted(tmp_path / "here")
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("other.machine ")
    key = yaml.safe_load(secret.read_text())["distributed"]["comm"]["tls"]["worker"]["key"]
    assert key.splitlines()[1] not in asked  # a command line is for all to see


def test_nothing_outlives_a_killed_command(secret, tmp_path, temporary):
    local = ("--address", "127.0.0.1", "--port", find_port(), "--nthreads", "1")
    command = ("examples.cluster.ssh", *local, "localhost")
    with running(tmp_path, secret, *command, temporary=temporary) as (process, _):
        wait_until(lambda: list(temporary.glob("*/dask-scratch-space/*")))
        assert len(list(temporary.iterdir())) == 2
        process.kill()
        wait_until(lambda: not list(temporary.iterdir()))


def test_slurm_jobs_train_and_are_cancelled(secret, tmp_path, temporary, clinic):
    """Here `sbatch` runs a job at once, on this machine."""
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    sbatch = f"cp $1 {jobs}/job; setsid sh {jobs}/job > {jobs}/log 2>&1 & echo Submitted $!"
    stand_ins = {"sbatch": sbatch, "scancel": f"echo $1 >> {jobs}/cancelled; kill -- -$1"}
    command = ("examples.cluster.slurm", "--nthreads", "1", "--interface", "lo")
    with running(tmp_path, secret, *command, temporary=temporary, **stand_ins) as (
        process,
        address,
    ):
        on_cluster = {"DASK_CONFIG": str(secret), "DASK_SCHEDULER_ADDRESS": address}
        there = train(tmp_path / "there", clinic, **on_cluster)
        assert there.returncode == 0, there.stderr
        process.send_signal(signal.SIGTERM)  # as Ctrl-C
        assert process.wait(timeout=30) == 0
    assert (jobs / "cancelled").read_text().strip().isdigit()
    assert list((tmp_path / "there").glob("*/model"))


def test_a_dry_run_prints_the_script_and_submits_nothing(secret, tmp_path):
    command = [sys.executable, "-m", "examples.cluster.slurm", "--dry-run", "--nthreads", "4"]
    command += ["--memory", "6GiB", "--walltime", "02:00:00", "--partition", "short"]
    shown = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"DASK_CONFIG": str(secret), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("#!")
    asked = {line.removeprefix("#SBATCH ") for line in lines if line.startswith("#SBATCH")}
    assert {"-n 1", "--cpus-per-task=4", "--mem=6G", "-t 02:00:00", "-p short"} <= asked
    assert f"export DASK_CONFIG={secret}" in lines
    (work,) = [line for line in lines if "dask_worker" in line]
    assert " tls://" in work
    assert "--nthreads 4 " in work
    assert "PRIVATE KEY" not in shown.stdout


@pytest.mark.parametrize("name", ["ssh", "slurm"])
def test_without_a_secret_nothing_starts(name):
    command = [sys.executable, "-m", f"examples.cluster.{name}"]
    command += ["localhost"] if name == "ssh" else ["--dry-run"]
    settings = {key: value for key, value in os.environ.items() if key != "DASK_CONFIG"}
    ran = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: DASK_CONFIG names no file with the cluster's certificate;")
