"""A small clinic on which every system is trained, calibrated and averaged once; its bundles."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from intake_triage.evaluation.table import BOTH, Result, Results, write_results
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.records.prepared import PreparedRecords, read_prepared
from intake_triage.release.bundle.build import build_bundle
from intake_triage.release.bundle.card_figures import GROUP_FIGURES, SAFETY, USEFULNESS
from intake_triage.systems import list_forecasters
from intake_triage.tasks import TASKS, Task
from stages import calibrate, forecast, train_gbm, train_mtl, train_st
from tests.conftest import SPECIALTY, URGENCY

ABOUT = {
    "name": "choice",
    "version": "7",
    "use": "silent only until signed",
    "decision": "release",
    "reason": "lowest_cost",
}
SMALL = {
    "gbm": {"max_rounds": 12, "leaves": 7, "min_document_frequency": 2},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1], "learning_rate": 0.01},
    "tokenizer": {"min_document_frequency": 3},
}
Build = Callable[..., Path]
MakeOnce = Callable[[str, Callable[[Path], object]], Path]


def invent_results(classes: dict[Task, tuple[str, ...]]) -> Results:
    """What stage compare would say of every forecaster and set-up, as far as a card shows it."""
    rng = np.random.default_rng(0)

    def invent(task: str, system: str, measure: str, rule: str, **about: str) -> Result:
        value = float(rng.uniform(0.05, 0.4))
        value *= {"urgency_right": 1000, "misrouted": 1000, "both_right": 1000}.get(measure, 1)
        span = {"value": value, "low": 0.8 * value, "high": 1.2 * value, "n": 500, "units": 500}
        return Result(task=task, system=system, measure=measure, rule=rule, **about, **span)

    ceilings = list_ceilings(classes, urgent_tiers=2)
    cuts = [(each.measure, each.class_name) for each in ceilings if each.class_name]
    rows = []
    for task in classes:
        for name in list_forecasters(TASKS):
            for figure in (*SAFETY, *USEFULNESS):
                if figure.task == task:
                    rows.append(invent(task, name, figure.measure, figure.rule))
            if task == "urgency":
                rows += [invent(task, name, measure, "", class_name=cut) for measure, cut in cuts]
            shown = GROUP_FIGURES[task]
            for sex in ("female", "male"):
                group = {"column": "sex", "subgroup": sex}
                rows.append(invent(task, name, shown.measure, shown.rule, **group))
    labels = [set_up.label for set_up in list_set_ups(TASKS)]
    return Results([*rows, *(invent(BOTH, label, "both_right", "cost") for label in labels)])


@pytest.fixture(scope="session")
def small_params(raw_params: dict) -> Params:
    """The committed ones, for small and fast models."""
    return Params.model_validate(
        raw_params | {name: raw_params[name] | values for name, values in SMALL.items()}
    )


@pytest.fixture(scope="session")
def small_run(clinic_folder: Path, small_params: Params, make_once: MakeOnce) -> Layout:
    """A run on the small clinic up to its forecasts."""
    return Layout(make_once("small_run", partial(run_small, clinic_folder, small_params)))


def run_small(clinic_folder: Path, small_params: Params, root: Path) -> None:
    shutil.copytree(clinic_folder, root)
    layout = Layout(root)
    layout.params.write_text(yaml.safe_dump(small_params.model_dump(mode="json")))
    split = read_prepared(layout).frame["split"]
    write_json(layout.metrics("prepare"), {"records": split.value_counts().to_dict()})
    write_json(layout.metrics("compare"), {"recommendation": {"ceilings": {}}})
    write_results(layout.results, invent_results({"urgency": URGENCY, "specialty": SPECIALTY}))
    write_json(
        layout.plots("conformal"),
        [
            {"task": task, "system": name, "class": "a", "coverage": 0.912, "promised": 0.9}
            for task in TASKS
            for name in list_forecasters(TASKS)
        ],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for stage in (train_gbm, train_st, train_mtl):
            stage.main()
        for system in ("linear", "gbm", "st", "mtl"):
            patch.setattr("sys.argv", ["calibrate", system])
            calibrate.main()
        forecast.main()


@pytest.fixture(scope="session")
def prepared(small_run: Layout) -> PreparedRecords:
    return read_prepared(small_run)


@pytest.fixture(scope="session")
def build(
    small_run: Layout,
    prepared: PreparedRecords,
    small_params: Params,
    make_once: MakeOnce,
) -> Build:
    """Gives the folder of a set-up's bundle, built once: to be left as it is."""

    def of_set_up(urgency: str | None, specialty: str | None) -> Path:
        def make(folder: Path) -> None:
            about = prepared, small_params, ABOUT
            build_bundle(folder, SetUp(urgency, specialty), *about, other=None, layout=small_run)

        return make_once(f"bundle of {urgency} and {specialty}", make)

    return of_set_up
