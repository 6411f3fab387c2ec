"""What the brief is made from: the metrics, plots, params and lock of one run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.recommendation.candidates import MULTI_TASK, SetUp
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import Task

METRICS = ("prepare", "compare", "cost", "safety")
PLOTS = (
    "confusion",
    "conformal",
    "macro_f1",
    "reliability",
    "risk_coverage",
    "set_ups",
    "set_ups_per_1000",
    "subgroups",
    "transfer",
)
STUDY = Path("studies/transfer/results")
REQUIREMENTS = Path("requirements.txt")
MAIN_SET_UPS = ("gbm + gbm", "st + st", MULTI_TASK)
Row = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run's results as they lie on disk.

    Attributes
    ----------
    params : mapping
        params.yaml.
    lock : mapping
        dvc.lock.
    metrics : mapping
        By name, without metrics/ and .json; `calibrate` has all systems.
    plots : mapping of lists of rows
        By name, without plots/ and .json.
    dials : list of dict
        The blocks of the transfer study that stand for a setting of the relatedness dial, by
        setting; empty where the study has not been run, or is of other data.
    requirements : list of str
        The libraries and their versions, as pinned.
    """

    params: Mapping[str, Any]
    lock: Mapping[str, Any]
    metrics: Mapping[str, Any]
    plots: Mapping[str, list[Row]]
    dials: list[dict[str, Any]]
    requirements: list[str]

    @property
    def source(self) -> str:
        return self.params["data"]["source"]

    @property
    def recommendation(self) -> Mapping[str, Any]:
        return self.metrics["compare"]["recommendation"]

    @property
    def judged(self) -> SetUp:
        """The set-up that the page is about: the rule's choice, else the one of lowest cost."""
        taken = self.recommendation
        taken = taken["lowest"] if taken["urgency"] is None else taken
        return SetUp(taken["urgency"], taken["specialty"])

    @property
    def shown_set_ups(self) -> list[str]:
        """Labels of the main set-ups, and of the judged one if it is another."""
        return list(dict.fromkeys([*MAIN_SET_UPS, self.judged.label]))

    def system(self, task: Task) -> str:
        """The judged set-up's system for a task."""
        return self.judged.urgency if task == "urgency" else self.judged.specialty

    def per_1000(self, set_up: str, outcome: str) -> Row | None:
        """The row of one set-up and outcome; None where it is hidden."""
        return self.find("set_ups_per_1000", set_up=set_up, outcome=outcome)

    def find(self, plot: str, **wanted: Any) -> Row | None:
        """The first row of a plot with these values."""
        return next(iter(self.rows(plot, **wanted)), None)

    def rows(self, plot: str, **wanted: Any) -> list[Row]:
        """The rows of a plot with these values."""
        return [row for row in self.plots[plot] if wanted.items() <= row.items()]

    @property
    def has_oracle(self) -> bool:
        return "oracle" in self.metrics["compare"]["systems"]

    @property
    def references(self) -> list[str]:
        """What stands beside the set-ups for comparison."""
        return ["majority", *(["oracle"] if self.has_oracle else [])]


def read_run(folder: Path) -> Run:
    """Read a run's files.

    Parameters
    ----------
    folder : Path
        "." for the pipeline's own results, else such as results/namcs.

    Raises
    ------
    InputError
        If a file is missing, or was written before the rule of docs/protocol.md.
    """
    try:
        metrics = {name: read_json(folder / f"metrics/{name}.json") for name in METRICS}
        metrics["calibrate"] = {}
        for system in TRAINED_SYSTEMS:
            metrics["calibrate"] |= read_json(folder / f"metrics/calibrate/{system}.json")
        plots = {name: read_json(folder / f"plots/{name}.json") for name in PLOTS}
        params, lock = (_read_yaml(folder / name) for name in ("params.yaml", "dvc.lock"))
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} is missing; run the pipeline first") from None
    if "decision" not in metrics["compare"]["recommendation"]:
        raise InputError(
            f"{folder / 'metrics/compare.json'} has no recommendation.decision; run compare again"
        )
    dials = _read_dials() if params["data"]["source"] == "synthetic" else []
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = [line.partition("#")[0].strip() for line in lines if "==" in line]
    return Run(params, lock, metrics, plots, dials, list(dict.fromkeys(pins)))


def _read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _read_dials() -> list[dict[str, Any]]:
    blocks = [read_json(path) for path in sorted(STUDY.glob("*.json"))]
    dials = [block for block in blocks if isinstance(block, dict) and block.get("dial")]
    return sorted(dials, key=lambda block: block["task_relatedness"])
