"""What is installed is of a licence that somebody has allowed, and the page says so."""

import re

import pytest

from intake_triage.release.bundle.manifest import LIBRARIES
from intake_triage.release.bundle.wheel import write_requirements
from tools import licences


@pytest.fixture(scope="module")
def declared() -> dict[str, str]:
    return {name: licences.declare(name) for name in licences.list_locked()}


def test_every_locked_package_is_of_an_allowed_licence(declared):
    assert len(declared) > 150
    assert licences.find_faults(declared) == []


def test_the_page_is_in_step(declared):
    assert licences.PAGE.read_text(encoding="utf-8") == licences.render(declared)


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "GPL-3.0-or-later",
        "AGPL-3.0-only",
        "CC-BY-NC-4.0",
        "LicenseRef-NVIDIA-Proprietary",
        "MIT AND GPL-3.0-only",
        "MIT AND (GPL-3.0-only OR LGPL-3.0-only)",
    ],
)
def test_a_licence_that_nobody_allowed_is_a_fault(licence):
    (fault,) = licences.find_faults({"some-package": licence})
    assert fault.startswith("some-package: ")


@pytest.mark.parametrize(
    "licence", ["MIT", "GPL-3.0-only OR MIT", "MIT AND (BSD-2-Clause OR Zlib)"]
)
def test_one_allowed_alternative_is_enough(licence):
    assert licences.find_faults({"some-package": licence}) == []


def test_an_answer_is_of_a_package_that_needs_one(declared):
    for name in licences.ANSWERED:
        assert not licences.is_allowed(declared[name])


def test_no_bundle_needs_a_package_of_a_licence_that_is_not_allowed(tmp_path):
    write_requirements(tmp_path, LIBRARIES)
    # Constraints name what would be taken, and ask for nothing.
    text = "".join(path.read_text() for path in tmp_path.glob("requirements*.txt"))
    needed = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
    assert {"numpy", "torch", "lightgbm"} < needed
    assert not needed & set(licences.ANSWERED)
