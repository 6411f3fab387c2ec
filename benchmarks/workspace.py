"""Where the measurements run: temporary folders in which stage prepare has run, and their sizes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import run_apart
from intake_triage.layout import Layout
from intake_triage.records.prepared import read_prepared
from intake_triage.records.synthetic import CATALOGUE

CHECKOUT = Layout(Path(__file__).resolve().parents[1])
SLOW_REPEATS = 2  # of the topics whose measurements take minutes each


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    repeats: int
    n_records: int  # of the prepared data that every topic but `scaling` uses
    pass_records: int  # train records of one pass, where the throughput of training is measured
    profiled_records: int  # train records of one pass, where it is looked into
    sizes: tuple[int, ...]  # numbers of records whose times are compared
    generated: tuple[int, ...]  # numbers of records whose generation alone is compared
    scored_forms: dict[int, int]  # by batch size
    table_forms: int  # of a table whose scoring is timed
    explained_forms: int  # the same where words and entries are told
    table_sizes: tuple[int, ...]  # numbers of forms for which memory is compared
    load_seconds: int  # for which many clients ask at once
    cluster_fits: int  # of a second each, on a cluster and on this machine's pool
    queued_fits: int  # that a scheduler holds at once
    shipped_mb: int  # of records, 10⁶ bytes
    changes: dict[str, dict[str, Any]]  # to params.yaml, by section


FULL = Scale(
    repeats=3,
    n_records=40_000,
    # 200 batches, from which on the Trainer sorts as many together by length as it ever does.
    pass_records=12_800,
    profiled_records=3_200,
    sizes=(10_000, 40_000, 160_000),
    generated=(40_000, 1_000_000),
    scored_forms={1: 1_000, 256: 5_120},
    table_forms=8_000,
    explained_forms=200,
    table_sizes=(10_000, 1_000_000),
    load_seconds=60,
    cluster_fits=200,
    queued_fits=10_000,
    shipped_mb=40,
    changes={},
)
QUICK = Scale(
    repeats=2,
    n_records=4_000,
    pass_records=1_280,
    profiled_records=1_280,
    sizes=(2_000, 4_000, 8_000),
    generated=(9_000, 18_000),
    scored_forms={1: 50, 256: 512},
    table_forms=512,
    explained_forms=20,
    table_sizes=(1_000, 4_000),
    load_seconds=3,
    cluster_fits=6,
    queued_fits=100,
    shipped_mb=2,
    changes={
        "gbm": {"max_rounds": 20},
        "train": {"epochs": 2, "seeds": [0, 1]},
        "compare": {"resamples": 100},
    },
)


@dataclass(frozen=True)
class Workspace:
    """A temporary folder and how much is to be measured in it."""

    root: Path
    scale: Scale

    def prepared(self) -> Path:
        """A folder with params.yaml and prepared records, made when first asked for."""
        folder = self.unprepared(self.scale.n_records)
        if not Layout(folder).prepared.exists():
            run_apart(stage_prepare, (), folder=folder, threads=None)
        return folder

    def unprepared(self, n_records: int) -> Path:
        """A folder with params.yaml for so many records, before stage prepare has run in it."""
        folder = self.root / f"records_{n_records}"
        folder.mkdir(exist_ok=True)
        source = {"source": "synthetic", "path": str(CATALOGUE), "n_records": n_records}
        write_params(folder, self.scale.changes | {"data": source})
        return folder


def write_params(folder: Path, changes: dict[str, dict[str, Any]]) -> None:
    """Write the checkout's params.yaml into a folder, with these values instead, by section."""
    params = yaml.safe_load(CHECKOUT.params.read_text(encoding="utf-8"))
    for section, values in changes.items():
        params[section] |= values
    Layout(folder).params.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def stage_prepare() -> Callable[[], None]:
    """Stage prepare in the current folder; no other process needs its libraries."""
    from stages import prepare

    return prepare.main


def count_train(folder: Path) -> int:
    """Number of train records among the prepared ones of a folder."""
    return len(read_prepared(Layout(folder)).of_split("train").frame)
