"""What an attacker can work out of the tables in git: bounds of every count that is hidden.

Each table of counts is a set of unknown whole numbers, and each published figure, with its
rounding, two linear inequalities. The least and greatest value of a hidden count under all of them
are what the best linear combination of published totals tells (linear programming duality); where
these are near, whole numbers alone are allowed.

References
----------
Fischetti and Salazar-González (2001), Solving the cell suppression problem on tabular data with
linear constraints, Management Science 47 (7): the attacker's problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.triage import FORMS
from intake_triage.files import read_json
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.tasks import Task

EXACT = 1e-6
NEAR = 3  # bounds that are nearer are sharpened to whole numbers


def off_by(measure: str) -> float:
    """Half a unit of the last decimal that files have."""
    return 0.5 * 10.0 ** -MEASURES[measure].decimals


@dataclass
class Attack:
    """Whole numbers, none negative, of which linear figures are known up to their rounding."""

    n_unknown: int
    rows: list[np.ndarray] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def learn(self, weights: np.ndarray, value: float, off: float = 0.0) -> None:
        """`weights` @ unknown is within `off` of `value`."""
        self.rows.append(np.asarray(weights, dtype=float).ravel())
        self.low.append(value - off - EXACT)
        self.high.append(value + off + EXACT)

    def learn_ratio(self, part: np.ndarray, whole: np.ndarray, ratio: float, off: float) -> None:
        """The ratio of two sums is within `off` of `ratio`."""
        for sign in (1, -1):
            weights = sign * (np.asarray(part, float) - (ratio + sign * off) * whole).ravel()
            self.rows.append(weights)
            self.low.append(-np.inf)
            self.high.append(EXACT)

    def bound(self, target: np.ndarray) -> tuple[int, int]:
        """The least and greatest value that the sum of the `target` cells can have."""
        weights = np.asarray(target, float).ravel()
        matrix, low, high = np.array(self.rows), np.array(self.low), np.array(self.high)
        ends = []
        for sign in (1, -1):
            upper = np.isfinite(high)
            lower = np.isfinite(low)
            found = linprog(
                sign * weights,
                A_ub=np.vstack([matrix[upper], -matrix[lower]]),
                b_ub=np.concatenate([high[upper], -low[lower]]),
            )
            assert found.status in (0, 3), found.message
            ends.append(found.fun * sign if found.status == 0 else np.inf)
        least, greatest = np.ceil(ends[0] - 1e-4), np.floor(ends[1] + 1e-4)
        if greatest - least < NEAR:
            sharp = [
                milp(
                    sign * weights,
                    constraints=LinearConstraint(matrix, low, high),
                    bounds=Bounds(0, np.inf),
                    integrality=np.ones(self.n_unknown),
                )
                for sign in (1, -1)
            ]
            assert all(one.status == 0 for one in sharp), [one.message for one in sharp]
            least, greatest = round(sharp[0].fun), round(-sharp[1].fun)
        return int(least), int(min(greatest, 10**9))


@dataclass(frozen=True)
class Told:
    """What is told of a hidden count."""

    name: str
    least: int
    greatest: int

    @property
    def is_recovered(self) -> bool:
        """One number, of few people."""
        return self.least == self.greatest and 0 < self.least < SMALLEST_SHOWN

    @property
    def is_few(self) -> bool:
        """Somebody, and fewer people than may be shown."""
        return self.least > 0 and self.greatest < SMALLEST_SHOWN


def attack_run(root: Path, decision: DecisionParams) -> Iterator[Told]:
    """What the tables of a run tell of every count that they hide."""
    results = pd.read_csv(root / "metrics/results.csv")
    results = results[results["single_fits"] == 0]
    confusion = pd.DataFrame(read_json(root / "plots/confusion.json"))
    forms = pd.DataFrame(read_json(root / "plots/conformal.json"))
    for task in ("urgency", "specialty"):
        of_task = forms[forms["task"] == task]
        belongs = of_task.drop_duplicates("class").set_index("class")["forms"]
        for system in confusion["system"].unique():
            of_system = results[(results["system"] == system) & results["column"].isna()]
            cells = confusion[(confusion["system"] == system) & (confusion["task"] == task)]
            shares = cells.pivot(index="true", columns="predicted", values="share")
            shares = shares.loc[belongs.index, belongs.index]
            for rule in ("cost", "argmax", "balanced") if task == "urgency" else ("argmax",):
                attack = Attack(len(belongs) ** 2)
                of_rule = of_system[of_system["rule"] == rule]
                of_rule = of_rule[of_rule["task"].isin([task, "both"])]
                learn_classes(attack, belongs.to_numpy())
                hidden = np.full(shares.shape, rule == "cost" or task == "specialty")
                if hidden.any():
                    hidden = shares.isna().to_numpy()
                    learn_shares(attack, shares.to_numpy(), belongs.to_numpy())
                learn_figures(attack, of_rule, task, list(belongs.index), decision)
                if task == "urgency":
                    learn_cost(attack, of_rule, of_system, belongs.to_numpy(), decision)
                yield from bound_hidden(
                    attack, hidden, of_rule, f"{task}, {system}, {rule}", list(belongs.index)
                )
    yield from attack_subgroups(results, root)


def learn_classes(attack: Attack, belongs: np.ndarray) -> None:
    """How many forms truly are of each class."""
    n = len(belongs)
    for k in range(n):
        attack.learn(np.arange(n)[:, None] == np.full((n, n), k), belongs[k])


def learn_shares(attack: Attack, shares: np.ndarray, belongs: np.ndarray) -> None:
    """Of each class the shares that are decided to be each, of two decimals."""
    for i, j in np.argwhere(~np.isnan(shares)):
        cell = np.zeros(shares.shape)
        cell[i, j] = 1
        attack.learn(cell, shares[i, j] * belongs[i], 0.005 * belongs[i])


def learn_figures(
    attack: Attack, figures: pd.DataFrame, task: Task, classes: list[str], decision: DecisionParams
) -> None:
    """Every figure of results.csv that is linear in the table, or a ratio of two that are."""
    n = len(classes)
    true, placed = np.indices((n, n))
    urgent, everything = true < decision.urgent_tiers, np.ones((n, n))
    late = placed > true
    ratios = {  # cells counted, cells among, and half a unit of the last decimal
        "accuracy": (true == placed, everything),
    }
    if task == "urgency":
        ratios |= {
            "under_triage": (urgent & late, urgent),
            "most_urgent_missed": ((true == 0) & late, true == 0),
            "severe_under_triage": (urgent & (placed >= true + 2), urgent),
            "over_triage": (~urgent & (placed < true), ~urgent),
            "same_or_more_acute": (~late, everything),
            "urgent_load": (placed < decision.urgent_tiers, urgent),
            "ppv": ((true == 0) & (placed == 0), placed == 0),
        }
    thousandths = (
        {"misrouted": true != placed}
        if task == "specialty"
        else {
            "urgency_right": true == placed,
            "too_late": late,
            "too_late_urgent": late & urgent,
            "too_early": placed < true,
        }
    )
    for row in figures[figures["value"].notna()].itertuples():
        if row.measure == "accuracy" and row.task != task:
            continue
        if row.measure in ratios:
            part, whole = ratios[row.measure]
            attack.learn_ratio(part, whole, row.value, off_by(row.measure))
            if row.measure == "ppv":
                attack.learn(whole, row.n)
        elif row.measure in thousandths:
            off = off_by(row.measure) / FORMS
            attack.learn_ratio(thousandths[row.measure], everything, row.value / FORMS, off)
        elif row.measure == "placed" and task == "urgency":
            of_class = placed == classes.index(row.class_name)
            off = off_by(row.measure) / FORMS
            attack.learn_ratio(of_class, everything, row.value / FORMS, off)
        elif row.measure == "f1" and row.task == task:
            k = classes.index(row.class_name)
            both = ((true == k).astype(float) + (placed == k)) / 2
            attack.learn_ratio((true == k) & (placed == k), both, row.value, off_by(row.measure))


def learn_cost(
    attack: Attack,
    of_rule: pd.DataFrame,
    of_system: pd.DataFrame,
    belongs: np.ndarray,
    decision: DecisionParams,
) -> None:
    """The clinical cost of 1,000 forms, of which accuracy tells the part that is misrouted."""
    cost = of_rule[of_rule["measure"] == "cost_per_1000"]["value"]
    right = of_system[(of_system["measure"] == "accuracy") & (of_system["task"] == "specialty")]
    if cost.isna().all() or right["value"].isna().all():
        return
    n_forms = right["n"].item()
    misrouted = n_forms - round(right["value"].item() * n_forms)
    routing = FORMS * decision.cost.misroute * misrouted / n_forms
    share = off_by("accuracy")  # too few decimals to tell how many are misrouted, or enough
    routed = 0 if n_forms * share < 0.5 else n_forms * share
    off = off_by("cost_per_1000") + FORMS * decision.cost.misroute * routed / n_forms
    per_form = urgency_cost_matrix(len(belongs), decision)
    attack.learn_ratio(
        per_form, np.ones_like(per_form), (cost.item() - routing) / FORMS, off / FORMS
    )


def bound_hidden(
    attack: Attack, hidden: np.ndarray, figures: pd.DataFrame, name: str, classes: list[str]
) -> Iterator[Told]:
    """Bounds of each hidden cell, of each line's hidden cells, and of each hidden figure."""
    for i, j in np.argwhere(hidden):
        cell = np.zeros(hidden.shape)
        cell[i, j] = 1
        yield Told(f"{name}: {classes[i]} decided {classes[j]}", *attack.bound(cell))
    if hidden.any():
        for axis in (0, 1):
            for k in np.flatnonzero(hidden.sum(axis=axis) > 1):
                line = np.zeros(hidden.shape)
                np.moveaxis(line, axis, 1)[k] = np.moveaxis(hidden, axis, 1)[k]
                where = "column" if axis == 0 else "row"
                yield Told(f"{name}: all hidden in {where} {classes[k]}", *attack.bound(line))
    _, placed = np.indices(hidden.shape)
    true = placed.T
    for row in figures[figures["value"].isna()].itertuples():
        late = placed > true
        of_figure = {
            "placed": placed == (classes.index(row.class_name) if row.measure == "placed" else 0),
            "most_urgent_missed": (true == 0) & late,
            "too_late": late,
        }.get(row.measure)
        if of_figure is not None:
            yield Told(f"{name}: {row.measure} {row.class_name}", *attack.bound(of_figure))


def attack_subgroups(results: pd.DataFrame, root: Path) -> Iterator[Told]:
    """What the rates of some groups and of all tell of a group whose rate is hidden.

    Unknown are, by group, the urgent forms and of these, by system, those placed too low; groups
    that are not named are one more.
    """
    forms = pd.DataFrame(read_json(root / "plots/subgroups.json"))
    rates = results[(results["measure"] == "under_triage") & (results["rule"] == "cost")]
    whole = rates[rates["column"].isna()].set_index("system")
    for column, of_column in rates[rates["column"].notna()].groupby("column"):
        groups, systems = of_column["subgroup"].unique(), of_column["system"].unique()
        n = len(groups) + 1
        attack = Attack(n * (1 + len(systems)))
        unknown = np.eye(attack.n_unknown).reshape(1 + len(systems), n, attack.n_unknown)
        urgent = int(whole["n"].max())
        attack.learn(unknown[0].sum(axis=0), urgent)
        for g, group in enumerate(groups):
            here = forms[(forms["column"] == column) & (forms["subgroup"] == group)]
            n_forms = here[here["task"] == "urgency"]["forms"].iloc[0]
            attack.learn(unknown[0, g], n_forms / 2, n_forms / 2)
        for s, system in enumerate(systems, start=1):
            total = whole.loc[system, "value"]
            attack.learn(unknown[s].sum(axis=0), total * urgent, off_by("under_triage") * urgent)
            for g in range(n):
                attack.learn(unknown[0, g] - unknown[s, g], urgent / 2, urgent / 2)
            for row in of_column[of_column["system"] == system].itertuples():
                if not np.isnan(row.value):
                    g = list(groups).index(row.subgroup)
                    attack.learn_ratio(
                        unknown[s, g], unknown[0, g], row.value, off_by("under_triage")
                    )
        for row in of_column[of_column["value"].isna()].itertuples():
            g, s = list(groups).index(row.subgroup), 1 + list(systems).index(row.system)
            yield Told(f"{column} {row.subgroup}, {row.system}", *attack.bound(unknown[s, g]))
