"""The study's stages depend on what they import, as the pipeline's do."""

import pytest
import yaml

from intake_triage.imports import holds_code, import_closure
from studies.transfer.settings import ROOT, STUDY, load_study

STAGES = yaml.safe_load((STUDY / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stages_deps_are_what_it_imports(stage):
    deps = STAGES[stage].get("do", STAGES[stage])["deps"]
    places = [ROOT / dep for dep in deps if dep.startswith(("src/", "stages/", "studies/"))]
    listed = {path for place in places for path in (place, *place.rglob("*.py"))}
    code = {path for path in listed if path.suffix == ".py" and holds_code(path)}
    assert code == set(import_closure(STUDY / f"{stage}.py"))


def test_every_block_has_a_stage():
    assert set(STAGES["block"]["foreach"]) == set(load_study().blocks)
