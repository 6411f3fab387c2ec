"""A packed bundle has all that a machine without a registry needs, or it is not written."""

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from intake_triage.errors import InputError
from intake_triage.release.bundle.export import export_bundle
from intake_triage.release.bundle.manifest import read_manifest
from stages import export

ROOT = Path(__file__).resolve().parents[3]


def list_pinned(bundle: Path) -> dict[str, str]:
    """Name and version of every library that a bundle's program needs, as in a wheel's name."""
    lines = [
        line
        for name in ("requirements.txt", "requirements-pilot.txt")
        for line in (bundle / name).read_text().splitlines()
        if not line.startswith("-")
    ]
    pinned = {Requirement(line).name: Requirement(line).specifier for line in lines}
    return {name.replace("-", "_"): str(at).removeprefix("==") for name, at in pinned.items()}


@pytest.fixture
def bundle(build) -> Path:
    return build("gbm", "linear")


@pytest.fixture
def registry(bundle: Path, tmp_path: Path) -> Path:
    """A folder with an empty wheel of each of them."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, version in list_pinned(bundle).items():
        about = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            wheel.writestr(f"{about}/METADATA", metadata)
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
    return folder


@pytest.fixture
def offline(registry: Path) -> tuple[str, ...]:
    """Options of pip: wheels are had from there alone."""
    return "--no-index", "--find-links", str(registry)


def test_the_archive_has_the_bundle_its_program_and_a_wheel_of_each_library(
    bundle, registry, offline, tmp_path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    target = tmp_path / "choice.tar"
    monkeypatch.setattr(sys, "argv", ["export", str(bundle), str(target), *offline])
    export.main()
    with tarfile.open(target) as packed:
        packed.extractall(tmp_path / "there", filter="data")
    (there,) = (tmp_path / "there").iterdir()
    assert there.name == "intake-triage-choice-7"
    files = {p.relative_to(bundle): p for p in bundle.rglob("*") if p.is_file()}
    unpacked = there / "bundle"
    assert {p.relative_to(unpacked) for p in unpacked.rglob("*") if p.is_file()} == set(files)
    for name, path in files.items():
        assert (unpacked / name).read_bytes() == path.read_bytes()
    (program,) = bundle.glob("*.whl")
    wheels = {path.name for path in (there / "wheels").iterdir()}
    assert wheels == {program.name, *(path.name for path in registry.iterdir())}
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True)
    assert json.loads((there / "revision.json").read_text())["revision"] == revision.stdout.strip()
    # What the container is built from is there.
    copied = [
        line.split()[1]
        for line in (there / "Containerfile").read_text().splitlines()
        if line.startswith("COPY")
    ]
    assert copied
    assert all((there / name).is_dir() for name in copied)


def test_whoever_unpacks_it_can_read_all_of_it(bundle, offline, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    private = Path(shutil.copytree(bundle, tmp_path / "private"))
    for path in private.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    export_bundle(private, tmp_path / "choice.tar", pip_options=offline)
    with tarfile.open(tmp_path / "choice.tar") as packed:
        entries = packed.getmembers()
    assert {entry.mode for entry in entries if entry.isdir()} == {0o755}
    assert {entry.mode for entry in entries if not entry.isdir()} == {0o644}
    assert all(entry.isdir() or entry.isfile() for entry in entries)
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {
        (0, 0, "", "")
    }


def test_what_comes_into_the_bundle_meanwhile_is_not_packed(bundle, offline, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    copied = Path(shutil.copytree(bundle, tmp_path / "copied"))

    def read_then_add(folder: Path):
        manifest = read_manifest(folder)
        (folder / "notes.txt").write_text("of a patient")
        (folder / "link").symlink_to("/etc")
        return manifest

    monkeypatch.setattr("intake_triage.release.bundle.export.read_manifest", read_then_add)
    export_bundle(copied, tmp_path / "choice.tar", pip_options=offline)
    with tarfile.open(tmp_path / "choice.tar") as packed:
        names = packed.getnames()
    assert not [name for name in names if name.endswith(("notes.txt", "link"))]
    assert [name for name in names if name.endswith("bundle/manifest.sha256")]


def test_without_one_of_the_wheels_nothing_is_written(
    bundle, registry, offline, tmp_path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    next(registry.glob("numpy-*")).unlink()
    target = tmp_path / "choice.tar"
    with pytest.raises(InputError, match=r"requirements-pilot\.txt: a wheel cannot be had"):
        export_bundle(bundle, target, pip_options=offline)
    assert {path.name for path in tmp_path.iterdir()} == {"registry"}


def test_outside_of_a_checkout_no_revision_can_be_told(bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="export from a checkout"):
        export_bundle(bundle, tmp_path / "choice.tar")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [[], ["release/choice"]])
def test_both_places_have_to_be_named(words, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["export", *words])
    with pytest.raises(InputError, match="say which bundle and which archive"):
        export.main()
