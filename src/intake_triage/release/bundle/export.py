"""A bundle packed for a machine without a registry: with every wheel that it needs."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from intake_triage.errors import InputError
from intake_triage.files import replacing, write_json
from intake_triage.release.bundle.manifest import MANIFEST, SEAL, Manifest, read_manifest

CONTAINERFILE = Path(__file__).with_name("Containerfile")


def export_bundle(bundle: Path, target: Path, *, pip_options: tuple[str, ...] = ()) -> None:
    """Write `target`, a tar archive with `bundle/`, `wheels/`, `Containerfile`, `revision.json`.

    Wheels are those for this kind of machine.

    Parameters
    ----------
    pip_options : further ones of `pip download`, such as where to look for wheels

    Raises
    ------
    InputError
        If the bundle is not as it was made, or a wheel cannot be had.
    """
    manifest = read_manifest(bundle)
    with TemporaryDirectory() as place, replacing(target) as archive:
        folder = Path(place)
        (folder / "wheels").mkdir()
        _copy_bundle(bundle, manifest, folder / "bundle")
        shutil.copyfile(CONTAINERFILE, folder / "Containerfile")
        write_json(folder / "revision.json", describe_revision())
        for wheel in bundle.glob("*.whl"):
            shutil.copyfile(wheel, folder / "wheels" / wheel.name)
        _download_wheels(bundle / "requirements-pilot.txt", folder / "wheels", pip_options)
        with tarfile.open(archive, "w") as packed:
            name = f"intake-triage-{manifest.name}-{manifest.version}"
            packed.add(folder, arcname=name, filter=_for_everybody)


def describe_revision() -> dict[str, str | bool]:
    """The git revision of the checkout, and whether its files are those of the revision."""
    revision = _git("rev-parse", "HEAD").strip()
    return {"revision": revision, "changed": bool(_git("status", "--porcelain").strip())}


def _copy_bundle(bundle: Path, manifest: Manifest, target: Path) -> None:
    """The files that the manifest names, and the two that seal them; nothing that came since."""
    for name in (*manifest.files, MANIFEST, SEAL):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle / name, copy)


def _for_everybody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Root's, and for all to read, whoever packed it: in an image another user runs the program."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise InputError("git: no revision can be told; export from a checkout") from None
    return done.stdout


def _download_wheels(requirements: Path, folder: Path, pip_options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary", ":all:", "-r", str(requirements), "-d", str(folder), *pip_options]
    if subprocess.run(command, check=False).returncode:
        raise InputError(f"{requirements}: a wheel cannot be had, for the reason above")
