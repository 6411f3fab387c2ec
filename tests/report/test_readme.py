"""The README's figures are those of the committed runs."""

import json
import shutil
from pathlib import Path

import pytest

from intake_triage.report import readme

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the README is made from, in a folder of its own."""
    for name in ("metrics", "plots", "results"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_readme_and_picture_are_in_step_with_the_results(copy: Path) -> None:
    readme.main()
    assert (copy / readme.README).read_text() == (ROOT / readme.README).read_text()
    assert (copy / readme.PICTURE).read_text() == (ROOT / readme.PICTURE).read_text()


def test_a_clinics_own_forms_are_called_so(copy: Path) -> None:
    params = copy / "params.yaml"
    text = params.read_text()
    params.write_text(text.replace("source: synthetic", "source: file", 1))
    readme.main()
    text = (copy / readme.README).read_text()
    results = text[text.index(readme.BEGIN) : text.index(readme.END)]
    assert "**Own forms.**" in results
    assert "**Synthetic clinic.**" not in results


def test_another_result_is_another_readme(copy: Path) -> None:
    compare = copy / "metrics/compare.json"
    changed = json.loads(compare.read_text())
    changed["recommendation"]["reason"] = "nothing_passes"
    compare.write_text(json.dumps(changed))
    readme.main()
    assert "Do not release" in (copy / readme.README).read_text()
