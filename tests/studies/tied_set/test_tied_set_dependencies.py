"""The study's stage depends on what it imports, as the pipeline's do."""

import yaml

from intake_triage.imports import holds_code, import_closure
from studies.tied_set.simulate import ROOT

STUDY = ROOT / "studies/tied_set"


def test_the_stages_deps_are_what_it_imports():
    (stage,) = yaml.safe_load((STUDY / "dvc.yaml").read_text(encoding="utf-8"))["stages"].values()
    places = [
        ROOT / dep for dep in stage["deps"] if dep.startswith(("src/", "stages/", "studies/"))
    ]
    listed = {path for place in places for path in (place, *place.rglob("*.py"))}
    code = {path for path in listed if path.suffix == ".py" and holds_code(path)}
    assert code == set(import_closure(STUDY / "simulate.py"))
