"""Make the secret of a Dask cluster: a key with its certificate, as a configuration of Dask.

python -m examples.cluster.certificates ~/cluster.yaml
export DASK_CONFIG=~/cluster.yaml

Scheduler, workers and whoever sends them fits then speak TLS, and only with who has the same file.
"""

import argparse
import os
from pathlib import Path

import yaml
from distributed import Security

from intake_triage.errors import InputError, run_stage

ROLES = ("scheduler", "worker", "client")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.cluster.certificates")
    parser.add_argument("file", type=Path, help="to write, for nobody else to read")
    file = parser.parse_args().file
    made = Security.temporary()  # RSA of 2048 bits, valid for a year
    pair = {"cert": made.tls_worker_cert, "key": made.tls_worker_key}
    tls = {"ca-file": made.tls_ca_file} | dict.fromkeys(ROLES, pair)
    comm = {"default-scheme": "tls", "require-encryption": True, "tls": tls}
    try:
        # For nobody else from its first byte on, and never in place of one that is in use.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        yaml.safe_dump({"distributed": {"comm": comm}}, out)
    print(f"export DASK_CONFIG={file.absolute()}")


def find_secret() -> Path:
    """The file that `DASK_CONFIG` names.

    Raises
    ------
    InputError
        If it names none.
    """
    path = Path(os.environ.get("DASK_CONFIG", "")).expanduser().absolute()
    if not path.is_file():
        mend = "python -m examples.cluster.certificates <file> makes one"
        raise InputError(f"DASK_CONFIG names no file with the cluster's certificate; {mend}")
    return path


if __name__ == "__main__":
    run_stage(main)
