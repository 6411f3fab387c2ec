"""The pipeline on ten times the forms, stage by stage: `make large`.

Writes  growth.json and results.md here; results/large/, of which the data card shows scores

Each size runs from nothing in a clone of the last commit, in .runs/. What a killed run has measured
is kept there, and taken up again.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tqdm import tqdm

from benchmarks.machine import describe_code, describe_machine
from benchmarks.pipeline import observe
from benchmarks.repeats import growth_against_linear
from benchmarks.report import FOLDER, GROWTH, write_report
from benchmarks.workspace import CHECKOUT, write_params
from intake_triage.errors import run_stage
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.report.data_card import keep_large_run

SIZES = (40_000, 400_000)
MEMORY_MIB = 8 * 1024  # of a small machine
STAGES = (
    *("prepare", "train_gbm", "train_st", "train_mtl"),
    *("calibrate", "forecast", "compare", "release", "report"),
)
Observed = dict[str, dict[str, float]]  # by stage


def main() -> None:
    clones = {size: CHECKOUT.root / f".runs/forms_{size}" for size in SIZES}
    observed = {size: run_stages(clone, n_forms=size) for size, clone in clones.items()}
    growth = {
        "machine": describe_machine(),
        "code": describe_code(),
        "by_forms": {str(size): stages for size, stages in observed.items()},
        "growth": {
            name: growth_against_linear(SIZES, [run[name]["seconds"] for run in observed.values()])
            for name in STAGES
        },
        "forms_in_8_gib": count_fitting(*(run["prepare"]["peak_mib"] for run in observed.values())),
    }
    write_json(FOLDER / GROWTH, growth)
    keep_large_run(clones[SIZES[-1]])
    write_report(FOLDER)


def run_stages(clone: Path, *, n_forms: int) -> Observed:
    """Wall seconds of each stage, DVC's own among them, and the most MiB that its processes held.

    One seed, all else as committed.
    """
    kept = clone / "observed.json"
    done = read_json(kept) if kept.exists() else {}
    if done.get("code") != describe_code():
        shutil.rmtree(clone, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", CHECKOUT.root, clone], check=True)
        write_params(clone, {"data": {"n_records": n_forms}, "train": {"seeds": [0]}})
        done = {"code": describe_code(), "stages": {}}
    for name in tqdm(STAGES, desc=f"{n_forms:,} forms", disable=None):
        if name not in done["stages"]:
            # What a killed stage has trained would be missing from its seconds.
            shutil.rmtree(Layout(clone).fits, ignore_errors=True)
            command = [sys.executable, "-m", "dvc", "repro", name]
            seconds, peak = observe(command, folder=clone)
            done["stages"][name] = {"seconds": round(seconds, 1), "peak_mib": round(peak)}
            write_json(kept, done)
    return done["stages"]


def count_fitting(small_mib: float, large_mib: float) -> int:
    """Forms for which `prepare` fills 8 GiB, in 10,000s, if memory goes on growing as it did.

    Parameters
    ----------
    small_mib, large_mib : its peaks for the first and the last of `SIZES`
    """
    a_form = (large_mib - small_mib) / (SIZES[-1] - SIZES[0])
    return round(SIZES[-1] + (MEMORY_MIB - large_mib) / a_form, -4)


if __name__ == "__main__":
    run_stage(main)
