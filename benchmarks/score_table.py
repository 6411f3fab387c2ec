"""From a table of forms to a table of suggestions, and what that takes beside the models."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.encoder import build_mtl, read_material
from benchmarks.processes import run_apart
from benchmarks.repeats import ratios, spread, take_turns
from benchmarks.workspace import Workspace
from intake_triage.calibration.calibrators import Identity, calibrator_to_dict
from intake_triage.calibration.decisions import DecisionRules, write_decision_rules
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.saved import fit_folder
from intake_triage.models.tabular.linear import train_linear
from intake_triage.params import load_params
from intake_triage.records.forms import mapping_of
from intake_triage.records.prepared import read_prepared
from intake_triage.release.bundle.build import list_vocabulary
from intake_triage.release.bundle.forecast import load_forecaster
from intake_triage.release.bundle.load import Bundle, Settings
from intake_triage.release.bundle.manifest import Manifest, describe_machine
from intake_triage.release.score.run import ROWS_A_PIECE, score_table
from intake_triage.tasks import TASKS

FIRST_DAY = pd.Timestamp("2024-01-01")
ROWS_AT_ONCE = 50_000  # of a table that is written for a measurement


def measure(workspace: Workspace) -> dict[str, Any]:
    """Forms per second of mtl with all its seeds, and peak memory by the table's length.

    Memory is looked at with logistic regression, which is quick enough for long tables: a piece of
    a table takes the same whatever the models.
    """
    scale = workspace.scale
    apart = partial(run_apart, folder=workspace.prepared())
    for name in ("mtl", "linear"):
        apart(save_forecaster, (name,))
    for n_forms in {scale.table_forms, scale.explained_forms, *scale.table_sizes}:
        apart(write_forms, (n_forms,))
    n_forms = {"model": scale.table_forms, "table": scale.table_forms}
    n_forms["explained"] = scale.explained_forms
    runs = take_turns(
        "score_table",
        scale.repeats,
        {
            "model": partial(apart, ask_models, ("mtl", scale.table_forms)),
            "table": partial(apart, score_forms, ("mtl", scale.table_forms, False)),
            "explained": partial(apart, score_forms, ("mtl", scale.explained_forms, True)),
        },
    )
    rates = {
        what: [n_forms[what] / run.wall_seconds for (run,) in turns] for what, turns in runs.items()
    }
    by_forms = {n: apart(score_forms, ("linear", n, False))[0] for n in scale.table_sizes}
    return {
        "table_against_model": ratios(rates["table"], rates["model"]),
        "forms_per_second": {what: spread(of_runs) for what, of_runs in rates.items()},
        "by_forms": {
            str(n): {
                "forms_per_second": spread([n / run.wall_seconds]),
                "peak_mib": spread([run.peak_mib]),
            }
            for n, run in by_forms.items()
        },
        "seeds": len(load_params(Layout(workspace.prepared()).params).train.seeds),
        "threads": 1,
        "repeats": scale.repeats,
    }


def save_forecaster(name: str) -> Callable[[], None]:
    """Fits of mtl, untrained, or of linear, where a run has them, with calibrators of no effect."""
    params, layout = load_params(), Layout()

    def save() -> None:
        seeds = params.train.seeds if name == "mtl" else [0]
        if name == "mtl":
            material = read_material(n_train=2_000)
            for seed in seeds:
                build_mtl(material).save_pretrained(fit_folder(layout, name, seed, "urgency"))
        for task in TASKS:
            if name == "linear":
                train_linear_into(layout, task)
            identity = {str(seed): calibrator_to_dict(Identity()) for seed in seeds}
            write_json(layout.calibrators(name, task), identity)
            n_classes = len(read_prepared(layout).schema.classes(task))
            rules = DecisionRules(1.0, np.ones(n_classes), np.full(n_classes, 0.9))
            write_decision_rules(layout.forecaster(name, task), rules)

    return save


def train_linear_into(layout: Layout, task: str) -> None:
    """Train logistic regression and leave it where a run has it."""
    folder, target = Path(mkdtemp(dir=".")), fit_folder(layout, "linear", 0, task)
    train_linear(Fit("linear", (task,), 0), layout, folder, params=load_params().linear)
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / "model").rename(target)


def write_forms(n_forms: int) -> Callable[[], None]:
    """A table of forms of all splits but train, as often as it takes, with ids of their own."""

    def write() -> None:
        prepared = read_prepared()
        frame = prepared.frame[prepared.frame["split"] != "train"]
        frame = frame.drop(columns=[*TASKS, "unit", "split"])
        frame["date"] = (FIRST_DAY + pd.to_timedelta(frame["date"], "D")).dt.strftime("%Y-%m-%d")
        for first in range(0, n_forms, ROWS_AT_ONCE):
            number = np.arange(first, min(first + ROWS_AT_ONCE, n_forms))
            some = frame.iloc[number % len(frame)].assign(record_id=[f"F{i:08d}" for i in number])
            mode = "a" if first else "w"
            some.to_csv(table_of(n_forms), index=False, header=not first, mode=mode)

    return write


def table_of(n_forms: int) -> Path:
    """Where the current folder has the table of so many forms."""
    return Path(f"forms_{n_forms}.csv")


def score_forms(name: str, n_forms: int, explained: bool) -> Callable[[], Any]:
    """Score a table, bundle loaded before."""
    out = Path(mkdtemp(dir=".")) / "out.csv"
    return partial(score_table, load_as_bundle(name), table_of(n_forms), out, explained=explained)


def ask_models(name: str, n_forms: int) -> Callable[[], None]:
    """What is left when forms are in memory and nothing is decided: the models' forecasts."""
    bundle, forms = load_as_bundle(name), pd.read_csv(table_of(n_forms))
    kinds = {field.name: field.kind for field in bundle.schema.fields}
    forms = forms.astype({field: "str" for field in kinds if kinds[field] == "categorical"})
    pieces = [forms.iloc[i : i + ROWS_A_PIECE] for i in range(0, n_forms, ROWS_A_PIECE)]

    def ask() -> None:
        for piece in pieces:
            bundle.forecast(piece)

    return ask


def load_as_bundle(name: str) -> Bundle:
    """The forecaster of the current folder for both tasks, as a bundle has it once it is loaded."""
    params, prepared = load_params(), read_prepared()
    forecasters = dict.fromkeys(TASKS, name)
    forecast, rules = load_forecaster(Layout(), forecasters, prepared.schema)
    manifest = Manifest(
        name="benchmark",
        version="0",
        use="silent only",
        decision="do_not_release",
        reason="",
        forecasters=forecasters,
        source=params.data.source,
        stages={},
        files={},
        **describe_machine({name}),
    )
    return Bundle(
        Path(),
        manifest,
        prepared.schema,
        mapping_of(params.data, prepared.schema, {}),
        Settings(
            decision=params.decision,
            nurse_threshold=0.05,
            unknown_words=params.release.unknown_words,
        ),
        frozenset(list_vocabulary(prepared, params.tokenizer.min_document_frequency)),
        rules,
        forecast,
    )
