"""A Dask cluster of SLURM jobs: a scheduler here, a worker in each job, until Ctrl-C.

export DASK_CONFIG=~/cluster.yaml     # which certificates.py has made, where all nodes can read it
python -m examples.cluster.slurm --jobs 8 --nthreads 8 --walltime 04:00:00 --dry-run

--dry-run prints the batch script and submits nothing.
"""

import argparse
import signal
from contextlib import suppress

from dask_jobqueue import SLURMCluster

from examples.cluster.certificates import find_secret
from intake_triage.errors import run_stage


def main() -> None:
    arguments = read_arguments()
    job = {
        "cores": arguments.nthreads,
        "processes": 1,
        "memory": arguments.memory,
        "walltime": arguments.walltime,
        "queue": arguments.partition,
        "account": arguments.account,
        "interface": arguments.interface,
        "protocol": "tls://",
        "job_script_prologue": [f"export DASK_CONFIG={find_secret()}"],
        "worker_extra_args": ["--no-dashboard"],
    }
    if arguments.dry_run:
        address = "tls://<this machine>:<port>"
        print(SLURMCluster.job_cls(address, name="worker", **job).job_script(), end="")
        return
    for number in (signal.SIGINT, signal.SIGTERM):  # jobs take longer to end than a stage may
        signal.signal(number, signal.default_int_handler)
    scheduler = {"dashboard": False}
    with suppress(KeyboardInterrupt), SLURMCluster(scheduler_options=scheduler, **job) as cluster:
        cluster.scale(jobs=arguments.jobs)
        print(f"export DASK_SCHEDULER_ADDRESS={cluster.scheduler_address}", flush=True)
        signal.pause()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.cluster.slurm")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--nthreads", type=int, default=8, help="cores of a job, and fits at once")
    parser.add_argument("--memory", default="16GiB", help="of a job, for all fits at once")
    parser.add_argument("--walltime", default="04:00:00", help="of a job; far above that of a fit")
    parser.add_argument("--partition")
    parser.add_argument("--account")
    parser.add_argument("--interface", help="network of scheduler and workers, such as ib0")
    parser.add_argument("--dry-run", action="store_true", help="print the script, submit nothing")
    return parser.parse_args()


if __name__ == "__main__":
    run_stage(main)
