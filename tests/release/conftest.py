"""A small clinic on which every system is trained, calibrated and averaged once; its bundles."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.records.prepared import PreparedRecords, read_prepared
from intake_triage.release.bundle.build import build_bundle
from intake_triage.tasks import TASKS
from stages import calibrate, forecast, train_gbm, train_mtl, train_st

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


def invent_row(set_up: SetUp) -> dict:
    """What stage compare would say of a set-up, as far as a bundle's card shows it."""
    figures = {"under_triage": 0.0766, "over_triage": None, "urgent_load": 1.884}
    return {"split": "test", **set_up.forecasters, **figures}


@pytest.fixture(scope="session")
def small_params(raw_params: dict) -> Params:
    """The committed ones, for small and fast models."""
    return Params.model_validate(
        raw_params | {name: raw_params[name] | values for name, values in SMALL.items()}
    )


@pytest.fixture(scope="session")
def small_run(
    clinic_folder: Path, small_params: Params, tmp_path_factory: pytest.TempPathFactory
) -> Layout:
    """A run on the small clinic up to its forecasts."""
    root = tmp_path_factory.mktemp("run") / "run"
    shutil.copytree(clinic_folder, root)
    layout = Layout(root)
    layout.params.write_text(yaml.safe_dump(small_params.model_dump(mode="json")))
    split = read_prepared(layout).frame["split"]
    write_json(layout.metrics("prepare"), {"records": split.value_counts().to_dict()})
    write_json(layout.plots("set_ups"), [invent_row(set_up) for set_up in list_set_ups(TASKS)])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for stage in (train_gbm, train_st, train_mtl):
            stage.main()
        for system in ("linear", "gbm", "st", "mtl"):
            patch.setattr("sys.argv", ["calibrate", system])
            calibrate.main()
        forecast.main()
    return layout


@pytest.fixture(scope="session")
def prepared(small_run: Layout) -> PreparedRecords:
    return read_prepared(small_run)


@pytest.fixture(scope="session")
def build(
    small_run: Layout,
    prepared: PreparedRecords,
    small_params: Params,
    tmp_path_factory: pytest.TempPathFactory,
) -> Build:
    """Gives the folder of a set-up's bundle, built once: to be left as it is."""

    @cache
    def of_set_up(urgency: str | None, specialty: str | None) -> Path:
        folder = tmp_path_factory.mktemp("release") / "choice"
        set_up = SetUp(urgency, specialty)
        build_bundle(folder, set_up, prepared, small_params, ABOUT, layout=small_run)
        return folder

    return of_set_up
