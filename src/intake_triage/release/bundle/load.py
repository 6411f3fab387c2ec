"""A bundle as it is used: checked, its models loaded, its invented examples tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intake_triage.calibration.decisions import DecisionRules
from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import DecisionParams
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.prepared import read_schema
from intake_triage.records.schema import RecordSchema
from intake_triage.release.bundle.examples import read_examples, try_forms
from intake_triage.release.bundle.forecast import ForecastForms, load_forecaster
from intake_triage.release.bundle.manifest import Manifest, read_manifest
from intake_triage.section import Section
from intake_triage.tasks import Task

TOLERANCE = 1e-6  # of an example's probabilities; another processor rounds the last digits


class Settings(Section):
    """How chances become decisions: `settings.json`.

    Attributes
    ----------
    decision : costs, ceilings and urgent tiers that the set-up was chosen with
    nurse_threshold : of the chance of a missed urgent form, above which a form goes to a nurse;
        null without tiers
    unknown_words : of the share of a text's words, above which it goes to a nurse
    """

    decision: DecisionParams
    nurse_threshold: float | None
    unknown_words: float


@dataclass(frozen=True)
class Bundle:
    """A bundle, ready to score.

    Attributes
    ----------
    folder : Path
    manifest : Manifest
    schema : RecordSchema
    mapping : FormMapping
    settings : Settings
    vocabulary : frozenset of str
        The words of train texts, as `find_words` gives them, but for those of too few texts.
    rules : DecisionRules by task
    forecast : callable
        As `ForecastForms`; at least one form.
    """

    folder: Path
    manifest: Manifest
    schema: RecordSchema
    mapping: FormMapping
    settings: Settings
    vocabulary: frozenset[str]
    rules: Mapping[Task, DecisionRules]
    forecast: ForecastForms


def load_bundle(folder: Path) -> Bundle:
    """Check a bundle, load it, and see that its examples come out as they did where it was made.

    Raises
    ------
    InputError
        In one line, if it is not as it was made (`read_manifest`), or an example comes out
        otherwise here.
    """
    manifest = read_manifest(folder)
    layout = Layout(folder)
    schema = read_schema(layout)
    forecast, rules = load_forecaster(layout, manifest.forecasters, schema)
    bundle = Bundle(
        folder,
        manifest,
        schema,
        FormMapping.model_validate_json((folder / "mapping.json").read_bytes()),
        Settings.model_validate_json((folder / "settings.json").read_bytes()),
        frozenset(read_json(folder / "vocabulary.json")),
        rules,
        forecast,
    )
    _try_examples(bundle)
    return bundle


def _try_examples(bundle: Bundle) -> None:
    path = bundle.folder / "examples.jsonl"
    examples = read_examples(path)
    forms = [example["form"] for example in examples]
    for task, said in try_forms(forms, bundle.schema, bundle.forecast).items():
        expected = np.array([example[task] for example in examples])
        distance = np.abs(said - expected).max()
        if not distance <= TOLERANCE:  # nor where it is not a number
            raise InputError(
                f"{path}: {task} comes out {distance:.1g} away from what it was where the bundle "
                "was made; use that kind of processor, or build the bundle on this one"
            )
