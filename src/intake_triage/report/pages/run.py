"""What the pages are made from: one run, and what they ask of it."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.table import Result, Results
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.ceilings import Ceiling, list_ceilings
from intake_triage.report.pages.words import Row, name_group, set_up_of
from intake_triage.systems import FORECASTERS
from intake_triage.tasks import TASKS, Split, Task

OWN = "file"  # the source of a clinic's own forms
# On the two pages, of the data that come with the repository; of own forms all that were mapped.
GROUPS = ("sex", "age_band", "race")
ADULT = 18
LEAST_TOLD = 0.01  # of random halves
REFERENCE = "st"  # what a joint system is compared with for transfer
LEFT = {"urgency": "missed, of all forms", "specialty": "wrong"}  # the error that a nurse spares
DECIMALS = 4  # of shares of forms that a system decides


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
    # What stays the same when the data are drawn anew; None where that was not run on such data.
    redrawn: Row | None
    hashes: dict[str, str]  # MD5 of each file that was read, by its path below the checkout

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
    def plain_set_ups(self) -> list[SetUp]:
        """Of these, those of one kind alone."""
        kinds = {each: FORECASTERS[each.uniform].members for each in self.uniform_set_ups}
        return [each for each, members in kinds.items() if len(members) == 1]

    @property
    def compared_set_ups(self) -> list[SetUp]:
        """Those of one kind, those that harm does not separate, and the judged one."""
        return list(dict.fromkeys([*self.plain_set_ups, *self.tied, self.judged]))

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
    def groups_compare(self) -> bool:
        """Whether two groups can be shown, and all patients to compare them with."""
        overall = self.decided("urgency", "under_triage")
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
    def clock(self) -> Mapping[str, int]:
        """Seconds of one training seed, by the label of a set-up; empty where not measured."""
        return (self.redrawn or {}).get("clock", {})

    @property
    def tied(self) -> dict[SetUp, Row]:
        """What the recommendation says of each set-up whose harm is not told from the lowest."""
        return {set_up_of(each): each for each in self.recommendation["tied"]}

    @property
    def chosen_in_halves(self) -> float:
        """In what share of random halves the rule takes the judged set-up."""
        rows = self.recommendation["halves"]["set_ups"]
        return next((row["chosen"] for row in rows if set_up_of(row) == self.judged), 0.0)

    @property
    def chosen_instead(self) -> dict[SetUp, float]:
        """What the rule takes in other halves, and in what share of them, those that are seen."""
        rows = self.recommendation["halves"]["set_ups"]
        taken = {set_up_of(row): row["chosen"] for row in rows if row["chosen"] >= LEAST_TOLD}
        return {set_up: share for set_up, share in taken.items() if set_up != self.judged}

    @property
    def redrawn_instead(self) -> dict[SetUp, int]:
        """What the rule took where the data were drawn anew, if not this, and how often."""
        chosen = (self.redrawn or {"chosen": {}})["chosen"]
        others = [each for each in list_set_ups(self.tasks) if each != self.judged]
        return {each: chosen[each.label] for each in others if each.label in chosen}

    def beside_judged(self, set_up: SetUp, split: Split) -> Row:
        """What a set-up did more than the judged one, paired on the same forms."""
        row = self.find("set_ups", split=split, label=set_up.label)
        ends = ("low", "high")
        return {"value": row["difference"]} | {end: row[f"difference_{end}"] for end in ends}

    @property
    def tied_with_judged(self) -> list[SetUp]:
        """The other set-ups of the tied set."""
        return [each for each in self.tied if each != self.judged]

    @property
    def judged_is_least(self) -> bool:
        """Whether each of these has more parts to keep."""
        return all(each.parts > self.judged.parts for each in self.tied_with_judged)

    @property
    def price_of_unsure(self) -> Row | None:
        """Weeks and forms of a pilot that shows every limit that is open; None: not foreseen."""
        alarms, ceilings = self.metrics["pilot"]["alarms"], self.recommendation["ceilings"]
        unsure = [key for key, ceiling in ceilings.items() if ceiling["status"] == "not_shown"]
        prices = [alarms.get(key, {}).get("met") for key in unsure]
        if None in prices or not prices:
            return None
        return max(prices, key=lambda price: price["weeks"])

    @property
    def has_oracle(self) -> bool:
        """Whether the best possible prediction of these forms is known."""
        return "oracle" in self.scored

    def decided(
        self,
        task: Task,
        measure: str,
        class_name: str = "",
        *,
        system: str | None = None,
        rule: str = "cost",
    ) -> Result | None:
        """A figure of all forms by one rule, of the judged set-up's model or of another."""
        found = {"task": task, "system": system or self.system(task), "rule": rule}
        return self.results.find(**found, measure=measure, class_name=class_name)

    def trade_off(self, **wanted: Any) -> Row | None:
        """The judged urgency model's point of the operating curve with these values."""
        return next(iter(self.rows("operating", system=self.system("urgency"), **wanted)), None)

    def missed_by_group(self, *, shown: bool = True) -> list[Row]:
        """Urgent forms sent too late by group of patients: the figures that are shown, or not."""
        wanted = {"system": self.system("urgency"), "rule": "cost", "measure": "under_triage"}
        rows = self.results.where(task="urgency", **wanted)
        return [
            vars(row)
            | {
                "group": name_group(row.column, row.subgroup),
                "of_children": row.column == "age_band" and _ends_before_adult(row.subgroup),
            }
            for row in sorted(rows, key=group_order)
            if self.is_group(row.column) and (row.value is not None) == shown
        ]

    @property
    def worst_groups(self) -> list[Row]:
        """The groups that are shown, those that are late most often first."""
        return sorted(self.missed_by_group(), key=lambda row: row["value"], reverse=True)

    def is_group(self, column: str) -> bool:
        """Whether the pages show the subgroups of this column."""
        return column != "" if self.source == OWN else column in GROUPS

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


def group_order(row: Result) -> tuple[str, int, str]:
    """Groups by column; bands such as 5-17 by where they begin, others after them by name."""
    begins = re.match(r"\d+", row.subgroup)
    return row.column, int(begins[0]) if begins else sys.maxsize, row.subgroup


def _ends_before_adult(band: str) -> bool:
    years = re.fullmatch(r"\d+-(\d+)", band)
    return years is not None and int(years[1]) < ADULT
