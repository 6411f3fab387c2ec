"""A bundle from a finished run: what a set-up needs to score forms elsewhere, and nothing else.

A bundle is laid out as a run is, with the files of one set-up alone, so that the same functions
read either. What it has beside lies at its top.
"""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from intake_triage.files import read_json, replacing, write_json
from intake_triage.layout import Layout
from intake_triage.models.saved import fit_folder
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.records.forms.mapping import mapping_of
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.words import find_words
from intake_triage.release.bundle.card import CARD, read_figures, write_card
from intake_triage.release.bundle.examples import invent_forms, try_forms, write_examples
from intake_triage.release.bundle.forecast import load_forecaster
from intake_triage.release.bundle.form_schema import describe_form
from intake_triage.release.bundle.held_out import (
    find_nurse_threshold,
    read_out_of_fold,
    score_out_of_fold,
)
from intake_triage.release.bundle.load import Bundle, Settings
from intake_triage.release.bundle.manifest import Manifest, describe_machine, seal
from intake_triage.release.bundle.wheel import write_requirements, write_wheel
from intake_triage.release.watch.reference import describe_reference
from intake_triage.systems import FORECASTERS

TRANSFORMERS = {"st", "mtl"}  # the systems that read tokens


def build_bundle(
    folder: Path,
    set_up: SetUp,
    prepared: PreparedRecords,
    params: Params,
    about: dict[str, Any],
    *,
    other: SetUp | None,
    layout: Layout = Layout(),
) -> None:
    """Write the bundle of a set-up of the run at `layout`; whole, or not at all.

    Parameters
    ----------
    about : dict
        What `Manifest` has of the bundle itself: name, version, use, decision, reason.
    other : SetUp or None
        The set-up that its model card shows beside it: the runner-up of the choice, the choice of
        the runner-up.
    """
    calibrate = prepared.of_split("calibrate")
    said = read_out_of_fold(set_up, calibrate, layout)
    about = about | describe_run(set_up, params.data.source, layout)
    settings = Settings(
        decision=params.decision,
        nurse_threshold=find_nurse_threshold(said, params.decision),
        unknown_words=params.release.unknown_words,
    )
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        copy_fits(set_up, layout, Layout(temporary))
        forecast, rules = load_forecaster(Layout(temporary), set_up.forecasters, prepared.schema)
        reading = read_json(layout.metrics("prepare")).get("reading", {})
        bundle = Bundle(
            folder=temporary,
            manifest=Manifest(**about, files={}),
            schema=prepared.schema,
            mapping=mapping_of(params.data, prepared.schema, reading),
            settings=settings,
            vocabulary=frozenset(
                list_vocabulary(prepared, params.tokenizer.min_document_frequency)
            ),
            rules=rules,
            forecast=forecast,
        )
        write_parts(bundle)
        rows = score_out_of_fold(bundle, calibrate, said)
        reference = describe_reference(calibrate.frame, rows, prepared.schema, params.decision)
        write_json(temporary / "reference.json", reference)
        card = write_card(bundle, other, params, read_figures(layout))
        (temporary / CARD).write_text(card, encoding="utf-8")
        write_wheel(temporary)
        write_requirements(temporary, set_up.systems)
        seal(temporary, about)


def describe_run(set_up: SetUp, source: str, layout: Layout) -> dict[str, Any]:
    """What `Manifest` has of the run that a bundle is from."""
    return {
        "forecasters": set_up.forecasters,
        "source": source,
        "stages": read_lock(layout),
        **describe_machine(set_up.systems),
    }


def write_parts(bundle: Bundle) -> None:
    """Write what `load_bundle` reads beside the fits, and the schema of a form."""
    folder, vocabulary = bundle.folder, sorted(bundle.vocabulary)
    for name, values in (("mapping", bundle.mapping), ("settings", bundle.settings)):
        write_json(folder / f"{name}.json", values.model_dump(mode="json"))
    write_json(folder / "vocabulary.json", vocabulary)
    write_json(folder / "form.schema.json", describe_form(bundle.schema))
    forms = invent_forms(bundle.schema, vocabulary)
    write_examples(
        folder / "examples.jsonl", forms, try_forms(forms, bundle.schema, bundle.forecast)
    )


def list_vocabulary(prepared: PreparedRecords, min_document_frequency: int) -> list[str]:
    """The words in at least so many texts of train, sorted: a rare one may be a name."""
    found: Counter[str] = Counter()
    for text in prepared.of_split("train").frame["text"]:
        found.update(set(find_words(text)))
    return sorted(word for word, count in found.items() if count >= min_document_frequency)


def read_lock(layout: Layout) -> dict[str, dict[str, str]]:
    """By stage and path, the MD5 of the data, models and predictions that a run's lock has."""
    if not layout.lock.exists():
        return {}
    stages = yaml.safe_load(layout.lock.read_text(encoding="utf-8"))["stages"]
    kept = {
        name: {
            out["path"]: out["md5"]
            for out in stage.get("outs", [])
            if out["path"].startswith(("data/", "models/", "predictions/"))
        }
        for name, stage in stages.items()
    }
    return {name: outs for name, outs in kept.items() if outs}


def copy_fits(set_up: SetUp, run: Layout, bundle: Layout) -> None:
    """Copy models, calibrators and rules, the schema and, for Transformers, the tokenizer."""
    copies = {run.prepared / "schema.json": bundle.prepared / "schema.json"}
    if set_up.systems & TRANSFORMERS:
        copies[run.prepared / "tokenizer"] = bundle.prepared / "tokenizer"
    for task, name in set_up.forecasters.items():
        copies[run.forecaster(name, task)] = bundle.forecaster(name, task)
        for system in FORECASTERS[name].members:
            calibrators = run.calibrators(system, task)
            copies[calibrators] = bundle.calibrators(system, task)
            for seed in read_json(calibrators):
                fit = fit_folder(run, system, int(seed), task)
                copies[fit] = bundle.root / fit.relative_to(run.root)
    for source, target in copies.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)
