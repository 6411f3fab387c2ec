"""Measure every topic, or some, and write results.json and results.md: `make bench`.

python -m benchmarks [--quick] [--only TOPIC ...] [--skip TOPIC ...]
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import (
    boosting,
    cluster,
    matmul_share,
    multi_task,
    pipeline,
    scaling,
    score_table,
    scoring,
    serve,
    training,
)
from benchmarks.machine import busy_cores, describe_code, describe_machine
from benchmarks.report import FOLDER, RESULTS, write_report
from benchmarks.workspace import FULL, QUICK, Workspace
from intake_triage.errors import InputError, run_stage
from intake_triage.files import read_json, write_json

TOPICS: dict[str, Callable[[Workspace], dict[str, Any]]] = {
    "training": training.measure,
    "matmul_share": matmul_share.measure,
    "multi_task": multi_task.measure,
    "boosting": boosting.measure,
    "scaling": scaling.measure,
    "scoring": scoring.measure,
    "score_table": score_table.measure,
    "serve": serve.measure,
    "cluster": cluster.measure,
    "pipeline": pipeline.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, into benchmarks/quick/")
    for name, meaning in (("--only", "measure these alone"), ("--skip", "leave these out")):
        parser.add_argument(name, nargs="+", choices=TOPICS, default=[], help=meaning)
    arguments = parser.parse_args()
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # the cores are what is measured
    topics = [name for name in arguments.only or TOPICS if name not in arguments.skip]
    # Tiny sizes show that everything runs; their figures mean nothing and git ignores them.
    folder = FOLDER / "quick" if arguments.quick else FOLDER
    machine = describe_machine()
    kept = _read_kept(folder / RESULTS, machine, replaced=topics)
    with TemporaryDirectory() as root:
        workspace = Workspace(Path(root), QUICK if arguments.quick else FULL)
        for name in topics:
            about = {"busy_cores_before": busy_cores(), "code": describe_code()}
            kept[name] = TOPICS[name](workspace) | about
            in_order = {topic: kept[topic] for topic in TOPICS if topic in kept}
            write_json(folder / RESULTS, {"machine": machine, "topics": in_order})
            write_report(folder)


def _read_kept(
    path: Path, machine: dict[str, Any], *, replaced: list[str]
) -> dict[str, dict[str, Any]]:
    """What an earlier run measured of the topics that this one leaves out."""
    if not path.exists():
        return {}
    earlier = read_json(path)
    kept = {name: topic for name, topic in earlier["topics"].items() if name not in replaced}
    if kept and earlier["machine"] != machine:
        raise InputError(
            f"{path}: {', '.join(kept)} measured on another machine or with other versions; "
            "measure all topics, or remove the file"
        )
    return kept


if __name__ == "__main__":
    run_stage(main)
