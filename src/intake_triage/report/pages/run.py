"""What the pages are made from: the results, metrics, plots and params of one run."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.evaluation.table import Result, Results, read_results
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.ceilings import Ceiling, list_ceilings
from intake_triage.report.pages.words import MAJORITY, MAJORITY_RULE, Row, name_group, set_up_of
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS, Split, Task

METRICS = ("prepare", "compare", "cost", "safety", "forecast", "pilot")
METRICS += tuple(f"calibrate/{system}" for system in TRAINED_SYSTEMS)
PLOTS = ("confusion", "conformal", "macro_f1", "operating", "reliability")
PLOTS += ("risk_coverage", "set_ups", "threshold", "transfer")
DIAL, REQUIREMENTS = "results/transfer/dial.json", "requirements.txt"
# On the two pages, of the data that come with the repository; of own forms all that were mapped.
GROUPS = ("sex", "age_band", "race")
ADULT = 18
REFERENCE = "st"  # what a joint system is compared with for transfer
LEFT = {"urgency": "missed, of all forms", "specialty": "wrong"}  # the error that a nurse spares
DECIMALS = 4  # of shares in files


@dataclass(frozen=True)
class Run:
    """One run as it lies on disk; metrics and plots by name, without the folder and .json."""

    params: Mapping[str, Any]
    results: Results
    metrics: Mapping[str, Any]
    plots: Mapping[str, list[Row]]
    # Blocks of the transfer study that stand for a setting of the relatedness dial, by setting;
    # empty where the study has not been run, or is of other data.
    dials: list[dict[str, Any]]
    requirements: list[str]  # the libraries and their versions, as pinned
    hashes: dict[str, str]  # MD5 of each file of the run that was read, by its path below the run

    @property
    def source(self) -> str:
        return self.params["data"]["source"]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the run has labels of."""
        return tuple(task for task in TASKS if task in self.metrics["compare"]["test"])

    @property
    def recommendation(self) -> Row:
        return self.metrics["compare"]["recommendation"]

    @property
    def judged(self) -> SetUp:
        """The set-up that the page is about: the rule's choice, else what comes nearest to one."""
        chosen = self.recommendation
        return set_up_of(chosen["nearest"] if chosen["parts"] is None else chosen)

    @property
    def scored(self) -> list[str]:
        """Forecasters and references, in the order of tables."""
        return list(dict.fromkeys(row.system for row in self.results.where(rule="argmax")))

    @property
    def uniform_set_ups(self) -> list[SetUp]:
        """Each forecaster of the run, for all tasks."""
        known = self.metrics["cost"]["forecasters"]
        return [set_up for set_up in list_set_ups(self.tasks) if set_up.uniform in known]

    @property
    def shown_set_ups(self) -> list[SetUp]:
        """These, and the judged set-up if it is another."""
        return list(dict.fromkeys([*self.uniform_set_ups, self.judged]))

    @property
    def cheaper_pairs(self) -> list[SetUp]:
        """Models a task that take less computing to train than one for both tasks."""
        cost = self.metrics["cost"]["forecasters"]
        seconds = {each: cost[each.uniform]["cpu_seconds"] for each in self.uniform_set_ups}
        one = min((seconds[each] for each in seconds if each.parts == 1), default=0.0)
        return [each for each in seconds if each.parts > 1 and seconds[each] < one]

    @property
    def tiers(self) -> list[str]:
        """The tiers of urgency, most urgent first."""
        return list(self.metrics["prepare"]["label_shares"].get("urgency", ()))

    @property
    def urgent_tiers(self) -> int:
        """How many of them are called urgent."""
        return self.params["decision"]["urgent_tiers"]

    @property
    def ceilings(self) -> dict[str, Row]:
        """What each ceiling is about, by its name."""
        decision = DecisionParams.model_validate(self.params["decision"])
        return {each.name: each.describe(decision) for each in self._list_ceilings()}

    @property
    def bounds(self) -> set[str]:
        """The keys under `decision` of what bounds them."""
        keys = {key for each in self._list_ceilings() for key in (each.least, each.most)}
        return {key for key in keys if key is not None}

    def _list_ceilings(self) -> list[Ceiling]:
        shares = self.metrics["prepare"]["label_shares"]
        classes = {task: tuple(shares[task]) for task in self.tasks}
        return list_ceilings(classes, urgent_tiers=self.urgent_tiers)

    @property
    def others_can_be_late(self) -> bool:
        """Whether a form that is not urgent can be sent too late; one of the last tier cannot."""
        return len(self.tiers) - self.urgent_tiers > 1

    def absent_classes(self, split: Split) -> dict[Task, list[str]]:
        """By task the classes that no form of a split has; tasks without such are left out."""
        return self.metrics["prepare"].get("absent_classes", {}).get(split, {})

    @property
    def all_groups_keep_limit(self) -> bool:
        """Whether no group's range passes the limit for urgent forms sent too late."""
        limit, shown = self.params["decision"]["max_under_triage"], self.missed_by_group()
        return not self.missed_by_group(shown=False) and all(row["high"] <= limit for row in shown)

    @property
    def has_subgroups(self) -> bool:
        """Whether there are figures of any subgroup."""
        return any(row.column for row in self.results.rows)

    @property
    def groups_compare(self) -> bool:
        """Whether two groups can be shown, and all patients to compare them with."""
        overall = self.of_urgency("under_triage")
        is_shown = overall is not None and overall.value is not None
        return is_shown and len(self.missed_by_group()) > 1

    def system(self, task: Task) -> str | None:
        """The judged set-up's forecaster for a task, None where there is no such task."""
        return self.judged.forecasters.get(task)

    def rows(self, plot: str, **wanted: Any) -> list[Row]:
        """The rows of a plot with these values."""
        return [row for row in self.plots[plot] if wanted.items() <= row.items()]

    def find(self, plot: str, **wanted: Any) -> Row:
        """The first of them."""
        return self.rows(plot, **wanted)[0]

    @property
    def runner_up(self) -> SetUp | None:
        """What the rule takes without its choice."""
        second = self.recommendation["runner_up"]
        return None if second is None else set_up_of(second)

    @property
    def tied(self) -> dict[SetUp, Row]:
        """What the recommendation says of each set-up whose harm is not told from the lowest."""
        return {set_up_of(each): each for each in self.recommendation["tied"]}

    @property
    def chosen_in_halves(self) -> float:
        """In what share of random halves the rule takes the judged set-up."""
        rows = self.recommendation["halves"]["set_ups"]
        return next((row["chosen"] for row in rows if set_up_of(row) == self.judged), 0.0)

    def beside_judged(self, set_up: SetUp, split: Split) -> Row:
        """What a set-up did more than the judged one, paired on the same forms."""
        row = self.find("set_ups", split=split, label=set_up.label)
        ends = ("low", "high")
        return {"value": row["difference"]} | {end: row[f"difference_{end}"] for end in ends}

    def per_1000(self, label: str, outcome: str) -> Result | None:
        """So many of 1,000 forms, of a set-up by its label or of what it is compared with."""
        system, rule = MAJORITY_RULE if label == MAJORITY else (label, "cost")
        return self.results.find(system=system, rule=rule, measure=outcome)

    def select_outcomes(self, outcomes: Iterable[str]) -> list[str]:
        """Those of the run's tasks, without one that another one tells already."""
        skipped = {"urgency_right" if len(self.tasks) > 1 else "both_right"}
        skipped |= set() if self.others_can_be_late else {"too_late"}
        return [each for each in outcomes if each not in skipped]

    def of_urgency(self, measure: str, class_name: str = "") -> Result | None:
        """A figure of the least-cost decision of the judged set-up's urgency model."""
        decision = {"task": "urgency", "system": self.system("urgency"), "rule": "cost"}
        return self.results.find(**decision, measure=measure, class_name=class_name)

    def missed_by_group(self, *, shown: bool = True) -> list[Row]:
        """Urgent forms sent too late by group of patients: the figures that are shown, or not."""
        wanted = {"system": self.system("urgency"), "rule": "cost", "measure": "under_triage"}
        return [
            vars(row)
            | {
                "group": name_group(row.column, row.subgroup),
                "of_children": row.column == "age_band" and _ends_before_adult(row.subgroup),
            }
            for row in self.results.where(task="urgency", **wanted)
            if self._is_group(row.column) and (row.value is not None) == shown
        ]

    def _is_group(self, column: str) -> bool:
        return column != "" if self.source == "file" else column in GROUPS

    def say_alike(self, transfer: Row) -> str:
        """What is said where F1 is the same in every seed and resample: no gain was measured."""
        if any(transfer[key] for key in ("delta", "low", "high")):
            return ""
        found = {"task": transfer["task"], "system": REFERENCE, "class_name": transfer["class"]}
        score = self.results.find(**found, rule="argmax", measure="f1")
        return "neither finds it" if score and score.value == 0 else "the same in both"

    @property
    def share_kept(self) -> float:
        """The share of forms that the system decides where a nurse reads what she can."""
        return round(1 - self.params["decision"]["nurse_share"], DECIMALS)

    def left(self, task: Task) -> dict[float, Row]:
        """The errors that the judged set-up leaves, by the share of forms that it decides on."""
        wanted = {"task": task, "measure": LEFT[task], "system": self.system(task)}
        return {row["coverage"]: row for row in self.rows("risk_coverage", **wanted)}

    @property
    def with_nurse(self) -> Row | None:
        """Urgent forms missed with a nurse, beside other orders; None where it is not shown."""
        orders = self.metrics["safety"]["deferral"].get(self.system("urgency"), {"at": []})
        return next((row for row in orders["at"] if row["kept"] == self.share_kept), None)

    @property
    def missed_at_over_triage(self) -> Row:
        """Of the judged urgency model, urgent forms missed at shares of others sent too early."""
        return self.metrics["safety"]["missed_at_over_triage"].get(self.system("urgency"), {})


def _ends_before_adult(band: str) -> bool:
    years = re.fullmatch(r"\d+-(\d+)", band)
    return years is not None and int(years[1]) < ADULT


def read_run(layout: Layout, checkout: Layout) -> Run:
    """Read a run's files.

    Parameters
    ----------
    layout : Layout
        Of the run: the checkout's own, or that of a folder such as results/namcs.
    checkout : Layout
        Where the transfer study and the pinned libraries are.

    Raises
    ------
    InputError
        If a file is missing, or was written before version 2 of the rule of docs/protocol.md.
    """
    metrics = {name: layout.metrics(name) for name in METRICS}
    plots = {name: layout.plots(name) for name in PLOTS}
    files = [layout.params, layout.results, *metrics.values(), *plots.values()]
    try:
        contents = {str(path.relative_to(layout.root)): path.read_bytes() for path in files}
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} is missing; run the pipeline first") from None
    params = yaml.safe_load(layout.params.read_text(encoding="utf-8"))
    is_synthetic = params["data"]["source"] == "synthetic"
    run = Run(
        params=params,
        results=read_results(layout.results),
        metrics={name: read_json(path) for name, path in metrics.items()},
        plots={name: read_json(path) for name, path in plots.items()},
        dials=_read_dials(checkout.root / DIAL) if is_synthetic else [],
        requirements=_read_pins(checkout.root / REQUIREMENTS),
        hashes={
            name: md5(content, usedforsecurity=False).hexdigest()
            for name, content in contents.items()
        },
    )
    if "tied" not in run.recommendation:
        raise InputError(f"{metrics['compare']} has no recommendation.tied; run compare again")
    return run


def _read_dials(path: Path) -> list[dict[str, Any]]:
    return read_json(path) if path.exists() else []


def _read_pins(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(line.partition("#")[0].strip() for line in lines if "==" in line))
