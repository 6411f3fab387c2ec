"""A bundle from a finished run: what a set-up needs to score forms elsewhere, and nothing else.

A bundle is laid out as a run is, with the files of one set-up alone, so that the same functions
read either. What it has beside lies at its top.
"""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.special import softmax

from intake_triage.calibration.decisions import (
    decide_least_cost,
    fit_nurse_threshold,
    missed_urgent_probability,
    urgency_cost_matrix,
)
from intake_triage.files import read_json, replacing, write_json
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.models.saved import fit_folder
from intake_triage.params import DecisionParams, Params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.records.forms.mapping import mapping_of
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.words import find_words
from intake_triage.release.bundle.card import write_card
from intake_triage.release.bundle.examples import invent_forms, try_forms, write_examples
from intake_triage.release.bundle.forecast import load_forecaster
from intake_triage.release.bundle.form_schema import describe_form
from intake_triage.release.bundle.load import Settings
from intake_triage.release.bundle.manifest import describe_machine, seal
from intake_triage.release.bundle.wheel import write_requirements, write_wheel
from intake_triage.systems import FORECASTERS

TRANSFORMERS = {"st", "mtl"}  # the systems that read tokens


def build_bundle(
    folder: Path,
    set_up: SetUp,
    prepared: PreparedRecords,
    params: Params,
    about: dict[str, Any],
    *,
    layout: Layout = Layout(),
) -> None:
    """Write the bundle of a set-up of the run at `layout`; whole, or not at all.

    Parameters
    ----------
    about : dict
        What `Manifest` has of the bundle itself: name, version, use, decision, reason.
    """
    systems = {
        member for name in set_up.forecasters.values() for member in FORECASTERS[name].members
    }
    vocabulary = list_vocabulary(prepared, params.tokenizer.min_document_frequency)
    reading = read_json(layout.metrics("prepare")).get("reading", {})
    mapping = mapping_of(params.data, prepared.schema, reading)
    settings = Settings(
        decision=params.decision,
        nurse_threshold=find_nurse_threshold(set_up, prepared, params.decision, layout),
        unknown_words=params.release.unknown_words,
    )
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        _copy_fits(set_up, systems, layout, Layout(temporary))
        for name, values in (("mapping", mapping), ("settings", settings)):
            write_json(temporary / f"{name}.json", values.model_dump(mode="json"))
        write_json(temporary / "vocabulary.json", vocabulary)
        write_json(temporary / "form.schema.json", describe_form(prepared.schema))
        forecast, _ = load_forecaster(Layout(temporary), set_up.forecasters, prepared.schema)
        forms = invent_forms(prepared.schema, vocabulary)
        said = try_forms(forms, prepared.schema, forecast)
        write_examples(temporary / "examples.jsonl", forms, said)
        card = write_card(
            set_up,
            about,
            prepared.schema,
            source=params.data.source,
            records=read_json(layout.metrics("prepare"))["records"],
            set_ups=read_json(layout.plots("set_ups")),
            settings=settings,
        )
        (temporary / "model-card.md").write_text(card, encoding="utf-8")
        write_wheel(temporary)
        write_requirements(temporary, systems)
        seal(
            temporary,
            about
            | {"forecasters": set_up.forecasters, "source": params.data.source}
            | describe_machine(systems)
            | {"stages": read_lock(layout)},
        )


def find_nurse_threshold(
    set_up: SetUp, prepared: PreparedRecords, decision: DecisionParams, layout: Layout
) -> float | None:
    """The chance of a missed urgent form above which `nurse_share` of calibrate's forms lie.

    By out-of-fold forecasts; no label is read. None without tiers.
    """
    if set_up.urgency is None:
        return None
    record_id = prepared.of_split("calibrate").frame["record_id"].to_numpy(str)
    path = layout.forecasts(set_up.urgency, "urgency")
    (logits,) = read_aligned(path, record_id, "calibrate").logits
    probabilities = softmax(np.float64(logits), axis=1)
    cost = urgency_cost_matrix(probabilities.shape[1], decision)
    decided = decide_least_cost(probabilities, cost)
    missed = missed_urgent_probability(probabilities, decided, decision.urgent_tiers)
    return fit_nurse_threshold(missed, nurse_share=decision.nurse_share)


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


def _copy_fits(set_up: SetUp, systems: set[str], run: Layout, bundle: Layout) -> None:
    """Models, calibrators and rules, the schema and, for Transformers, the tokenizer."""
    copies = {run.prepared / "schema.json": bundle.prepared / "schema.json"}
    if systems & TRANSFORMERS:
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
