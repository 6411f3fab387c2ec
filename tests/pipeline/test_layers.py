"""Data flows one way, in the order of the folders; nothing imports backwards."""

import pytest

from intake_triage.imports import GROUND, SOURCE, local_imports

PACKAGE = SOURCE / "intake_triage"
ORDER = ("records", "models", "calibration", "evaluation", "recommendation", "release", "report")
PROGRAM = PACKAGE / "__main__.py"  # what a bundle carries; it calls the commands of release
ALL_FILES = sorted(PACKAGE.rglob("*.py"))


def folder_of(path):
    """The folder of the package that a file lies in; "" for a file of the package itself."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def test_every_file_lies_in_a_folder_of_the_order_or_is_ground():
    assert {folder_of(path) for path in ALL_FILES} == {"", "statistics", *ORDER}
    loose = {path for path in ALL_FILES if not folder_of(path)} - {PACKAGE / "__init__.py"}
    # file_params: a part of params that decides labels
    assert loose == {*GROUND, PACKAGE / "file_params.py", PROGRAM}


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_imports_from_a_later_folder(path):
    folder = folder_of(path)
    if folder in ORDER:
        allowed = {"", "statistics", *ORDER[: ORDER.index(folder) + 1]}
    elif folder == "statistics":
        allowed = {"", "statistics"}
    else:
        allowed = {"", "release"} if path == PROGRAM else {""}
    assert {folder_of(imported) for imported in local_imports(path)} <= allowed
