"""The parts of a bundle by which a pilot is judged; its models are not loaded."""

from dataclasses import dataclass
from pathlib import Path

from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import DecisionParams
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.prepared import read_schema
from intake_triage.records.schema import RecordSchema
from intake_triage.release.bundle.load import Settings
from intake_triage.release.bundle.manifest import Manifest, read_manifest
from intake_triage.release.watch.reference import Reference


@dataclass(frozen=True)
class PilotParts:
    """What `watch` and `plan` read of a bundle."""

    manifest: Manifest
    schema: RecordSchema
    mapping: FormMapping
    decision: DecisionParams
    reference: Reference


def read_parts(folder: Path) -> PilotParts:
    """Read them, all files of the bundle checked.

    Raises
    ------
    InputError
        In one line, if the bundle is not as it was made, or has no reference.
    """
    manifest = read_manifest(folder)
    path = folder / "reference.json"
    if not path.is_file():
        raise InputError(f"{path}: no such file; build the bundle anew")
    settings = Settings.model_validate_json((folder / "settings.json").read_bytes())
    return PilotParts(
        manifest=manifest,
        schema=read_schema(Layout(folder)),
        mapping=FormMapping.model_validate_json((folder / "mapping.json").read_bytes()),
        decision=settings.decision,
        reference=read_json(path),
    )
