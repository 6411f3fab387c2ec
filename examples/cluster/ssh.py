"""A Dask cluster of machines that SSH reaches: a scheduler here, a worker on each, until Ctrl-C.

export DASK_CONFIG=~/cluster.yaml     # which certificates.py has made
python -m examples.cluster.ssh localhost other.machine

`localhost` is this machine, without SSH. The others need the same Python, at the same path or at
--python, with requirements.txt and requirements-cluster.txt; they get the certificate from here.
"""

import argparse
import shlex
import signal
import subprocess
import sys
from contextlib import suppress

from distributed.utils import get_ip

from examples.cluster.certificates import find_secret
from intake_triage.errors import run_stage

# There: take the secret from standard input, which is open for as long as this machine wants.
PROGRAM = """
import os, signal, subprocess, sys, tempfile, threading
signal.signal(signal.SIGINT, signal.SIG_IGN)
with tempfile.TemporaryDirectory() as folder:
    config = os.path.join(folder, "dask.yaml")
    with open(config, "wb") as out:
        out.write(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
    settings = os.environ | {"DASK_CONFIG": config, "TMPDIR": folder}
    command = [sys.executable, "-m", "dask", *sys.argv[1:], "--no-dashboard"]
    dask = subprocess.Popen(command, env=settings, stdin=subprocess.DEVNULL)
    def end():
        while os.read(0, 1):
            pass
        dask.terminate()
        try:
            dask.wait(10)
        except subprocess.TimeoutExpired:  # it asks a scheduler that has ended before it
            dask.kill()
    threading.Thread(target=end, daemon=True).start()
    dask.wait()
"""


def main() -> None:
    arguments = read_arguments()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also of a shell's background job
    secret = find_secret().read_bytes()
    address = f"tls://{arguments.address}:{arguments.port}"
    listen = ("--host", arguments.address, "--port", str(arguments.port))
    scheduler = start("localhost", sys.executable, secret, "scheduler", *listen)
    work = ("worker", address, "--nworkers", "1", "--nthreads", arguments.nthreads)
    workers = [start(host, arguments.python, secret, *work) for host in arguments.hosts]
    print(f"export DASK_SCHEDULER_ADDRESS={address}", flush=True)
    with suppress(KeyboardInterrupt):
        scheduler.wait()
    for process in (*workers, scheduler):
        process.stdin.close()
        process.wait()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.cluster.ssh")
    parser.add_argument("hosts", nargs="+", metavar="HOST")
    parser.add_argument("--nthreads", default="0", help="fits at once on each; 0: all its cores")
    parser.add_argument("--python", default=sys.executable, help="of the others (default: as here)")
    parser.add_argument("--address", default=get_ip(), help="of this machine, for the hosts")
    parser.add_argument("--port", type=int, default=8786, help="of the scheduler")
    return parser.parse_args()


def start(host: str, python: str, secret: bytes, *dask: str) -> subprocess.Popen:
    """`dask …` on a host; it ends when its standard input does, so with this process too."""
    command = [sys.executable, "-c", PROGRAM, *dask]
    if host != "localhost":
        command = ["ssh", host, shlex.join([python, *command[1:]])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    process.stdin.write(b"%d\n%s" % (len(secret), secret))
    process.stdin.flush()
    return process


if __name__ == "__main__":
    run_stage(main)
