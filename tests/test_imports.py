"""A file's closure: what it imports in any way, read and not run, less the ground."""

import pytest

from intake_triage import imports
from intake_triage.imports import GROUND, import_closure

FILES = {
    "stages/train.py": "import json\nfrom house.models import tree\n",
    "src/house/__init__.py": '"""Only a docstring."""\n',
    "src/house/models/__init__.py": "from house.models import seeds\n",
    "src/house/models/seeds.py": "",
    "src/house/models/tree.py": "def grow():\n    import house.leaf\n    import house.paths\n",
    "src/house/leaf.py": "from house.models.tree import grow\n",
    "src/house/paths.py": "from house import unused\n",
    "src/house/unused.py": "",
}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose ground is paths.py."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(imports, "ROOTS", (tmp_path / "src", tmp_path))
    monkeypatch.setattr(imports, "GROUND", (tmp_path / "src/house/paths.py",))
    return tmp_path


def test_packages_circles_and_imports_within_functions_are_followed_up_to_the_ground(checkout):
    names = [
        str(path.relative_to(checkout)) for path in import_closure(checkout / "stages/train.py")
    ]
    assert names == [
        "src/house/leaf.py",
        "src/house/models/__init__.py",
        "src/house/models/seeds.py",
        "src/house/models/tree.py",
        "stages/train.py",
    ]


def test_a_relative_import_is_refused(checkout):
    (checkout / "src/house/leaf.py").write_text("\nfrom . import paths\n")
    with pytest.raises(ValueError, match=r"leaf\.py:2: a relative import"):
        import_closure(checkout / "src/house/leaf.py")


def test_the_ground_is_these_and_imports_nothing_else():
    assert [path.stem for path in GROUND] == [
        "errors",
        "files",
        "imports",
        "layout",
        "params",
        "processes",
        "section",
        "systems",
        "tasks",
    ]
    for path in GROUND:
        # How cells name classes is decided in file_params, which `prepare` depends on.
        mapping = {path.parent / "file_params.py"}
        assert imports.local_imports(path) <= set(GROUND) | mapping
