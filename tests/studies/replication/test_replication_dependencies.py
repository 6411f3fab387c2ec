"""The study's stages depend on what they import and on what the stages that they run import."""

import pytest
import yaml

from intake_triage.imports import holds_code, import_closure
from studies.replication.pipeline import change_params, list_stages
from studies.replication.settings import ROOT, SECONDS, STUDY, SURVEY_ALL, load_study

STAGES = yaml.safe_load((STUDY / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
LAST = {"run": "compare", SECONDS: "train_mtl"}  # of the pipeline's stages that a stage runs
CODE = ("benchmarks/", "src/", "stages/", "studies/")


def imported_code(stage):
    scripts = [STUDY / f"{stage}.py"]
    if stage == "run":
        scripts.append(STUDY / "prepare.py")
    if stage in LAST:
        stages = list_stages(change_params({}), last=LAST[stage])
        scripts += [ROOT / f"{each.command[2].replace('.', '/')}.py" for each in stages]
    return {path for script in scripts for path in import_closure(script)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stages_deps_are_what_it_imports_and_runs(stage):
    deps = STAGES[stage].get("do", STAGES[stage])["deps"]
    places = [ROOT / dep for dep in deps if dep.startswith(CODE)]
    listed = {path for place in places for path in (place, *place.rglob("*.py"))}
    code = {path for path in listed if path.suffix == ".py" and holds_code(path)}
    assert code == imported_code(stage)


def test_every_run_has_a_stage_of_its_source():
    runs = load_study().runs
    sources = {name: run.params.get("data.source", "synthetic") for name, run in runs.items()}
    assert {name: item["source"] for name, item in STAGES["run"]["foreach"].items()} == sources


def test_what_no_run_makes_has_a_stage():
    assert {SURVEY_ALL, SECONDS, "report"} < set(STAGES)
