"""The annex's tables: every figure with its interval where it has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake_triage.report.brief.formats import (
    NOT_SHOWN,
    capitalise,
    decimals,
    of_100,
    plain,
    whole,
    with_interval,
)
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import TASKS, name_class, name_group, name_set_up, name_system

SCORES = {
    "accuracy": "accuracy",
    "log_loss": "log-loss, nats",
    "brier": "Brier",
    "ece": "ECE",
    "ece_if_calibrated": "ECE if perfect",
    "raw_log_loss": "raw log-loss",
    "raw_ece": "raw ECE",
}
RULES = {"argmax": "likeliest", "balanced": "class weights", "cost": "least cost"}
SAFETY = {
    "under_triage": "under-triage",
    "severe_under_triage": "severe under-triage",
    "over_triage": "over-triage",
    "same_or_more_acute": "same or more acute",
}
OUTCOMES = {
    "both_right": "both right",
    "urgency_right": "urgency right",
    "too_late": "too late",
    "too_late_urgent": "of these urgent",
    "too_early": "too early",
    "misrouted": "misrouted",
}
SUBGROUP_MEASURES = {
    "macro_f1": "macro-F1",
    "log_loss": "log-loss",
    "ece": "ECE",
    "under_triage": "under-triage, likeliest tier",
}
UNITS = {"macro_f1": "F1", "log_loss": "log-loss, nats"}


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it."""

    caption: str
    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""


def list_tables(run: Run) -> Iterator[Table]:
    """All but those that stand beside a figure or come from elsewhere than metrics and plots."""
    yield _scores(run)
    yield _slopes(run)
    yield _decisions(run)
    yield _tiers(run)
    yield _per_1000(run)
    yield _set_ups(run)
    yield _ceilings(run)
    yield _flips(run)
    for task in TASKS:
        yield _subgroups(run, task)
    yield _deferral(run)
    yield _prediction_sets(run)
    yield _calibrators(run)
    yield _cost(run)
    yield _data(run)


def transfer_table(run: Run) -> Table:
    """Transfer by task and class."""
    three, four = decimals(3, signed=True), decimals(4, signed=True)
    rows = [
        (
            f"{TASKS[row['task']]}, {name_class(row['class'])}",
            UNITS[row["measure"]],
            with_interval(row, four if row["class"] == "all classes" else three, value="delta"),
            row["verdict"],
        )
        for row in run.plots["transfer"]
    ]
    for task, transfer in run.metrics["compare"]["transfer"].items():
        loss = transfer["calibrated_log_loss"]
        cells = ("calibrated log-loss, nats", with_interval(loss, four, value="delta"))
        rows.append((f"{TASKS[task]}, all classes", *cells, loss["verdict"]))
    margin = run.params["compare"]["margin"]
    return Table(
        "Transfer: gain of the multi-task model over a Transformer for each task",
        ("what", "measure", "gain (95 % interval)", "verdict"),
        rows,
        "Above 0 favours the multi-task model, which differs from the others in nothing but its "
        f"second head. Margins, fixed beforehand: {plain(margin['macro_f1'])} in macro-F1, "
        f"{plain(margin['log_loss'])} nats. Verdicts by class are corrected for their number "
        "(Holm). A log-loss gain in one class with a loss in another is a shift of the stated "
        "chances between them.",
    )


def dial_table(run: Run) -> Table | None:
    """The recommendation by the setting of the relatedness dial, where the study has been run."""
    if not run.dials:
        return None
    rows = []
    for block in run.dials:
        dial = block["dial"]
        label = "mtl" if dial["models"] == 1 else f"{dial['urgency']} + {dial['specialty']}"
        costs = "; ".join(
            f"{name_set_up(name)} {whole(figures['cost_per_1000'])}"
            for name, figures in dial["set_ups"].items()
            if name in (*run.shown_set_ups, label)
        )
        taken = "do not release" if dial["urgency"] is None else name_set_up(label)
        transfer = "; ".join(
            f"{TASKS[it['task']]} {with_interval(it, decimals(3, signed=True), value='delta')}, "
            f"{it['verdict']}"
            for it in block["differences"]
            if (it["treatment"], it["reference"], it["measure"]) == ("mtl", "st", "macro_f1")
        )
        relatedness = plain(block["task_relatedness"])
        rows.append((relatedness, taken, of_100(dial["won_share"]), costs, transfer or NOT_SHOWN))
    return Table(
        "What would be chosen if the labels had more or less in common",
        (
            "relatedness",
            "choice",
            "same choice, of 100 resamples",
            "cost per 1,000 forms",
            "transfer, macro-F1",
        ),
        rows,
        "0: the labels share nothing; 1: both come from one cause. Fewer forms than in the run "
        "above; exploratory.",
    )


def _scores(run: Run) -> Table:
    rows = []
    for task in TASKS:
        for system, by_task in run.metrics["compare"]["systems"].items():
            scores = by_task[task]
            f1 = with_interval(
                run.find("macro_f1", task=task, system=system), decimals(3), value="macro_f1"
            )
            kappa = scores.get("quadratic_kappa")
            rows.append(
                (
                    f"{TASKS[task]}: {name_system(system)}",
                    f1,
                    *(_number(scores[score]) for score in SCORES),
                    "" if kappa is None else _number(kappa),
                )
            )
    test = run.metrics["compare"]["test"]
    units = ", ".join(
        f"{TASKS[task]} {whole(test[task]['records'])} forms in {whole(test[task]['units'])} units"
        for task in TASKS
    )
    return Table(
        "Scores on test, mean over seeds",
        ("task: system", "macro-F1 (95 % interval)", *SCORES.values(), "quadratic kappa"),
        rows,
        f"{capitalise(units)}. Log-loss, Brier and ECE after calibration unless raw; ECE: "
        "calibration error of the likeliest class, and beside it what a perfectly calibrated "
        "model would show.",
    )


def _slopes(run: Run) -> Table:
    systems = run.metrics["compare"]["systems"]
    cuts = list(systems["gbm"]["urgency"]["slope"])
    rows = [
        (
            name_system(system),
            *(
                f"{_number(scores['urgency']['slope'][cut])} · "
                f"{_number(scores['urgency']['intercept'][cut])}"
                for cut in cuts
            ),
        )
        for system, scores in systems.items()
    ]
    heading = ("system", *(f"{name_class(cut)}: slope · intercept" for cut in cuts))
    return Table("Logistic recalibration of each urgency cut on test", heading, rows)


def _decisions(run: Run) -> Table:
    rows = []
    for system, by_rule in run.metrics["safety"]["decisions"].items():
        for rule, figures in by_rule.items():
            f1 = figures["macro_f1"]
            rows.append(
                (
                    f"{name_system(system)}, {RULES[rule]}",
                    *(with_interval(f1[task], decimals(3)) for task in TASKS),
                    *(with_interval(figures[name], decimals(3)) for name in SAFETY),
                )
            )
    denominators = run.metrics["safety"]["denominators"]
    note = "; ".join(f"{words}: of {denominators[name]}" for name, words in SAFETY.items())
    return Table(
        "Three ways to make a tier of the probabilities, on test, with 95 % intervals",
        ("system, rule", "urgency macro-F1", "sub-specialty macro-F1", *SAFETY.values()),
        rows,
        f"{capitalise(note)}.".replace("_", "-"),
    )


def _tiers(run: Run) -> Table:
    rows = []
    for label in run.shown_set_ups:
        system = label.split(" + ")[0]
        figures = run.metrics["safety"]["decisions"][system]["cost"]
        for tier, found in figures["sensitivity"].items():
            name = f"{name_system(system)}: {name_class(tier)}"
            cells = (found, figures["ppv"][tier])
            rows.append((name, *(with_interval(cell, decimals(3)) for cell in cells)))
    return Table(
        "Tiers found and tiers right, least-cost decision",
        ("system: tier", "sensitivity", "positive predictive value"),
        list(dict.fromkeys(rows)),
    )


def _per_1000(run: Run) -> Table:
    labels = dict.fromkeys(row["set_up"] for row in run.plots["set_ups_per_1000"])
    rows = [
        (
            name_set_up(label),
            *(with_interval(run.per_1000(label, it), value="per_1000") for it in OUTCOMES),
        )
        for label in labels
    ]
    return Table(
        "Of 1,000 forms on test, all set-ups, least-cost decision, with 95 % intervals",
        ("set-up", *OUTCOMES.values()),
        rows,
        "Class frequencies: the least costly tier for one who knows only how common each is.",
    )


def _set_ups(run: Run) -> Table:
    rows = [
        (
            f"{name_set_up(row['label'])}, {row['split']}",
            str(row["models"]),
            with_interval(row, value="cost_per_1000"),
            *(_number(row[it]) for it in ("under_triage", "ece_urgency", "ece_specialty")),
            f"{_number(row['least_slope'])} to {_number(row['greatest_slope'])}",
            "chosen" if row["chosen"] else name_class(row["dropped_for"]),
        )
        for row in run.plots["set_ups"]
    ]
    return Table(
        "What the rule sees: each set-up on the split that chooses and on test",
        (
            "set-up, split",
            "models",
            "cost per 1,000 forms",
            "under-triage",
            "ECE urgency",
            "ECE sub-specialty",
            "slopes",
            "chosen, or dropped for",
        ),
        rows,
    )


def _ceilings(run: Run) -> Table:
    rows = [
        (
            name_class(name),
            plain(it["limit"]) if "limit" in it else f"{plain(it['least'])} to {plain(it['most'])}",
            with_interval(it, decimals(4)),
            name_class(it["status"]),
        )
        for name, it in run.recommendation["ceilings"].items()
    ]
    heading = ("ceiling", "bounds", "on test (95 % interval)", "status")
    return Table("Ceilings of the choice on test", heading, rows)


def _flips(run: Run) -> Table:
    rows = []
    for name, flip in run.recommendation["flips"].items():
        label = "mtl" if flip["models"] == 1 else f"{flip['urgency']} + {flip['specialty']}"
        then = "do not release" if flip["urgency"] is None else name_set_up(label)
        if flip["at"] is None:
            rows.append((name_class(name), f"{flip['now']:g}", "none found", ""))
        else:
            rows.append((name_class(name), f"{flip['now']:g}", f"{flip['at']:g}", then))
    return Table(
        "Nearest value of each cost, margin and ceiling that changes the choice",
        ("param", "now", "changes at", "to"),
        rows,
        "One at a time, the others held. Costs and margin are searched from a tenth to ten times "
        "their value.",
    )


def _subgroups(run: Run, task: str) -> Table:
    system = run.system(task)
    rows = run.rows("subgroups", task=task, system=system)
    measures = [it for it in SUBGROUP_MEASURES if any(row["measure"] == it for row in rows)]
    by_group: dict[tuple[str, str, int], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        by_group.setdefault((row["column"], row["subgroup"], row["forms"]), {})[row["measure"]] = (
            row
        )
    return Table(
        f"Subgroups on test, {TASKS[task]}: {name_system(system)}",
        ("subgroup", "forms", *(SUBGROUP_MEASURES[it] for it in measures)),
        [
            (
                name_group(column, subgroup),
                whole(forms),
                *(with_interval(found.get(it), decimals(3)) for it in measures),
            )
            for (column, subgroup, forms), found in by_group.items()
        ],
        "Intervals of a column hold together at 95 %. Subgroups of fewer than "
        f"{run.params['compare']['min_subgroup']} forms are not shown.",
    )


def _deferral(run: Run) -> Table:
    rows = [
        (
            f"{TASKS[row['task']]}, {row['measure']}: {name_system(row['system'])}",
            of_100(row["coverage"]),
            with_interval(row, decimals(3), value="risk"),
            whole(row["of"]),
        )
        for task in TASKS
        for row in run.rows("risk_coverage", task=task, system=run.system(task))
    ]
    return Table(
        "Errors among the forms decided without a nurse, likeliest class",
        ("what", "decided, of 100", "share (95 % interval)", "of forms"),
        rows,
    )


def _prediction_sets(run: Run) -> Table:
    rows = [
        (
            f"{TASKS[row['task']]}, {name_class(row['class'])}: {name_system(row['system'])}",
            _number(row["coverage"]),
            f"{_number(row['low'])} to {_number(row['high'])}",
            whole(row["forms"]),
        )
        for task in TASKS
        for row in run.rows("conformal", task=task, system=run.system(task))
    ]
    return Table(
        "Prediction sets: how often they hold the true class, and where that should lie",
        ("task, class: system", "coverage", "95 % band", "forms"),
        rows,
    )


def _calibrators(run: Run) -> Table:
    rows = [
        (f"{TASKS[task]}: {name_system(system)}", it["calibrator"], _number(it["log_loss"]))
        for system, by_task in run.metrics["calibrate"].items()
        if isinstance(by_task, Mapping)
        for task, it in by_task.items()
        if task in TASKS
    ]
    heading = ("task: system", "calibrator", "log-loss, cross-fitted")
    return Table("Calibrators, chosen without the test split", heading, rows)


def _cost(run: Run) -> Table:
    rows = [
        (name_system(system), *(f"{it[name]:,}" for name in it))
        for system, it in run.metrics["cost"].items()
    ]
    names = next(iter(run.metrics["cost"].values()))
    heading = ("system", *(name_class(name) for name in names))
    return Table("Training of both tasks, one seed", heading, rows)


def _data(run: Run) -> Table:
    prepare = run.metrics["prepare"]
    rows = [
        (f"{words} label: {name_class(name)}", _number(share))
        for task, words in TASKS.items()
        for name, share in prepare["label_shares"][task].items()
    ]
    rows += [(f"{split}: forms", whole(count)) for split, count in prepare["records"].items()]
    rows += [(f"{split}: units", whole(count)) for split, count in prepare["units"].items()]
    rows += [
        (f"share without {TASKS[task]} label", _number(share))
        for task, share in prepare["missing_label_share"].items()
    ]
    rows.append(("median words", plain(prepare["median_words"])))
    rows.append(
        ("share of test texts seen in train", _number(prepare["test_text_seen_in_train_share"]))
    )
    return Table("The data", ("what", "figure"), rows)


def _number(value: float | None) -> str:
    return NOT_SHOWN if value is None else f"{value:.3f}"
