"""The DAG tells the truth: a stage depends on the code that it imports, no more and no less."""

from pathlib import Path

import pytest
import yaml

from intake_triage.imports import GROUND, SOURCE, holds_code, import_closure
from intake_triage.models.tabular import gbm, linear
from intake_triage.models.transformer import train

ROOT = SOURCE.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def covered_code(stage: str) -> set[str]:
    """The Python files that a stage's deps cover."""
    paths = [ROOT / dep for dep in STAGES[stage]["deps"] if dep.startswith(("src/", "stages/"))]
    assert all(path.exists() for path in paths)
    files = {file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))}
    code = [file for file in files if file.suffix == ".py" and holds_code(file)]
    return {str(file.relative_to(ROOT)) for file in code}


def imported_code(start: Path) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in import_closure(start)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stages_deps_are_what_it_imports(stage):
    script = STAGES[stage]["cmd"].split()[2].replace(".", "/") + ".py"
    packed = {str(path.relative_to(ROOT)) for path in GROUND if stage == "release"}  # in its wheel
    assert covered_code(stage) == imported_code(ROOT / script) | packed


@pytest.mark.parametrize(
    ("stage", "trainer"), [("train_gbm", linear), ("train_gbm", gbm), ("train_mtl", train)]
)
def test_a_finished_fit_is_kept_no_longer_than_its_stage_stays_valid(stage, trainer):
    """Its digest is of the trainer's imports, among which is how labels are encoded."""
    made_of = imported_code(Path(trainer.__file__))
    assert made_of < covered_code(stage)
    assert {f"src/intake_triage/records/{name}.py" for name in ("prepared", "schema")} < made_of
