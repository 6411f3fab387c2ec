"""Requirements, constraints and locks name the same versions, and nothing is without a hash."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-optional.txt", "requirements-cluster.txt")
LOCKS = ("requirements.lock", "requirements-optional.lock")
HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}")


def read_pins(name: str) -> dict[str, str]:
    """The version of each package that a file of requirements or constraints pins."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    pins = {}
    for line in lines:
        if line and not line.startswith("-"):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            pins[canonicalize_name(requirement.name)] = specifier.version
    return pins


def read_lock(name: str) -> dict[str, str]:
    """The version of each package in a lock; asserts that each has a hash, and nothing else."""
    text = (ROOT / name).read_text().replace("\\\n", "")
    pins = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            pin, *hashes = re.split(r"\s+(?=--hash)", line.strip())
            assert hashes, pin
            assert all(HASH.fullmatch(f" {found}") for found in hashes), pin
            package, version = pin.split("==")
            assert package not in pins, package
            pins[package] = version
    return pins


@pytest.mark.parametrize(
    ("requirements", "locks"),
    [
        (REQUIREMENTS[:1], LOCKS[:1]),
        (REQUIREMENTS, LOCKS),
        (("requirements-audit.txt",), ("requirements-audit.lock",)),
    ],
)
def test_every_requirement_is_locked_at_its_version(requirements, locks):
    required = {item for name in requirements for item in read_pins(name).items()}
    locked = {item for name in locks for item in read_lock(name).items()}
    assert len(required) > 2
    assert required <= locked


def test_the_constraints_are_what_the_locks_hold():
    """Either way; PyTorch is pinned by requirements.txt alone."""
    locked = {item for name in LOCKS for item in read_lock(name).items()}
    constrained = {*read_pins("constraints.txt").items()}
    assert locked - constrained == {("torch", read_pins("requirements.txt")["torch"])}
    assert constrained <= locked


def test_no_package_is_in_two_locks_that_are_installed_together():
    together = (*LOCKS, "requirements-cuda.lock")
    names = [name for lock in together for name in read_lock(lock)]
    assert len(names) == len(set(names))


def test_only_cuda_is_locked_apart():
    for name in read_lock("requirements-cuda.lock"):
        assert name == "triton" or name.startswith(("cuda-", "nvidia-"))
