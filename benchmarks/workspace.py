"""Where the measurements run: temporary folders in which stage prepare has run, and their sizes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks import ROOT
from benchmarks.processes import Stopwatch, run_apart
from intake_triage.layout import Layout
from intake_triage.params import PARAMS_FILE
from stages import prepare

CATALOGUE = "src/intake_triage/records/synthetic/catalogue"


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    repeats: int
    slow_repeats: int  # of the topics whose measurements take minutes each
    n_records: int  # of the prepared data that every topic but `scaling` uses
    pass_records: int  # train records of one pass, where the throughput of training is measured
    profiled_records: int  # train records of one pass, where it is looked into
    sizes: tuple[int, ...]  # numbers of records whose times are compared
    generated: tuple[int, ...]  # numbers of records whose generation alone is compared
    scored_forms: dict[int, int]  # by batch size
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)  # to params.yaml, by section


FULL = Scale(
    repeats=3,
    slow_repeats=2,
    n_records=40_000,
    # 200 batches, from which on the Trainer sorts as many together by length as it ever does.
    pass_records=12_800,
    profiled_records=3_200,
    sizes=(10_000, 40_000, 160_000),
    generated=(40_000, 1_000_000),
    scored_forms={1: 1_000, 256: 5_120},
)
QUICK = Scale(
    repeats=2,
    slow_repeats=2,
    n_records=4_000,
    pass_records=1_280,
    profiled_records=1_280,
    sizes=(2_000, 4_000, 8_000),
    generated=(9_000, 18_000),
    scored_forms={1: 50, 256: 512},
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

    def prepared(self, n_records: int) -> Path:
        """A folder with params.yaml and so many prepared records, made when first asked for."""
        folder = self.unprepared(n_records)
        if not Layout(folder).prepared.exists():
            run_apart(prepare_records, [()], folder=folder)
        return folder

    def unprepared(self, n_records: int) -> Path:
        """The same folder before stage prepare has run in it."""
        folder = self.root / f"records_{n_records}"
        folder.mkdir(exist_ok=True)
        source = {"source": "synthetic", "path": str(ROOT / CATALOGUE), "n_records": n_records}
        params = changed_params(self.scale.changes | {"data": source})
        (folder / PARAMS_FILE).write_text(params, encoding="utf-8")
        return folder


def changed_params(changes: dict[str, dict[str, Any]]) -> str:
    """The checkout's params.yaml with these values instead."""
    params = yaml.safe_load((ROOT / PARAMS_FILE).read_text(encoding="utf-8"))
    for section, values in changes.items():
        params[section] |= values
    return yaml.safe_dump(params, sort_keys=False)


def prepare_records() -> Stopwatch:
    """Run stage prepare in the current folder."""
    with Stopwatch() as watch:
        prepare.main()
    return watch
