"""One run of the study: the pipeline's stages with the run's params, and what is kept of it.

Reads   studies/replication/params.yaml, params.yaml, dvc.yaml; the survey's files for a run on it
Writes  studies/replication/results/<name>.json

Called with the name of a run. It works in .runs/replication/<name>/, where a killed run resumes.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from intake_triage.errors import InputError, run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from studies.replication.keep import digest_code, keep_run
from studies.replication.pipeline import (
    Params,
    Stage,
    change_params,
    lay_out,
    list_stages,
    run_stages,
)
from studies.replication.settings import RESULTS, WORK, Run, load_study

SMALL = ("params.yaml", "metrics", "plots")  # what of a finished run is left in its folder


def main() -> None:
    runs, (name,) = load_study().runs, sys.argv[1:]
    if name not in runs:
        known = ", ".join(runs)
        raise InputError(f"run {name!r}: not in params.yaml of the study, which has {known}")
    make_run(name, runs[name], work=WORK, results=RESULTS)


def make_run(name: str, run: Run, *, work: Path, results: Path) -> None:
    """Run the stages that are open, write `results`/<name>.json, and clear the folder."""
    folder, params = work / name, change_params(run.params)
    lay_out(folder, params)
    stages = plan_run(run, params)
    run_stages(stages, folder)
    kept = {"code": digest_code(stages), **keep_run(Layout(folder))}
    write_json(results / f"{name}.json", kept)
    clear(folder)


def plan_run(run: Run, params: Params) -> list[Stage]:
    """The pipeline's stages; records by count are prepared by this study's own script."""
    prepare, *others = list_stages(params, last="compare")
    if run.learn is None:
        return [prepare, *others]
    script = "studies/replication/prepare.py"
    command = [sys.executable, "-m", "studies.replication.prepare", str(run.learn)]
    if run.test is not None:
        command += ["--test", str(run.test)]
    return [replace(prepare, command=tuple(command), deps=(script, *prepare.deps)), *others]


def clear(folder: Path) -> None:
    """Remove what is large of a finished run; links are unlinked."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name not in SMALL:
                shutil.rmtree(path)
        elif path.name not in SMALL:
            path.unlink()


if __name__ == "__main__":
    run_stage(main)
