"""Tables of the annex: how well systems predict, and on what data."""

from collections.abc import Mapping
from typing import Any

from intake_triage.report.brief.formats import (
    capitalise,
    decimals,
    number,
    of_100,
    plain,
    whole,
    with_interval,
)
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import TASKS, name_class, name_group, name_system
from intake_triage.report.brief.table import Table

SCORES = {
    "accuracy": "accuracy",
    "log_loss": "log-loss, nats",
    "brier": "Brier",
    "ece": "ECE",
    "ece_if_calibrated": "ECE if perfect",
    "raw_log_loss": "raw log-loss",
    "raw_ece": "raw ECE",
}

SUBGROUP_MEASURES = {
    "macro_f1": "macro-F1",
    "log_loss": "log-loss",
    "ece": "ECE",
    "under_triage": "under-triage, least cost",
}


def score_table(run: Run) -> Table:
    rows = []
    for task in TASKS:
        for system, by_task in run.metrics["compare"]["systems"].items():
            scores = by_task[task]
            f1 = with_interval(
                run.find("macro_f1", task=task, system=system), decimals(4), value="macro_f1"
            )
            kappa = scores.get("quadratic_kappa")
            rows.append(
                (
                    f"{TASKS[task]}: {name_system(system)}",
                    f1,
                    *(number(scores[score]) for score in SCORES),
                    "" if kappa is None else number(kappa),
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
        f"{capitalise(units)}. Macro-F1, accuracy and kappa: likeliest class, not the least-cost "
        "decision that is piloted. Log-loss, Brier and ECE after calibration unless raw; ECE: "
        "calibration error of the likeliest class, and beside it what a perfectly calibrated "
        "model would show.",
    )


def slope_table(run: Run) -> Table:
    systems = run.metrics["compare"]["systems"]
    cuts = list(systems["gbm"]["urgency"]["slope"])
    rows = [
        (
            name_system(system),
            *(
                f"{number(scores['urgency']['slope'][cut])} · "
                f"{number(scores['urgency']['intercept'][cut])}"
                for cut in cuts
            ),
        )
        for system, scores in systems.items()
    ]
    heading = ("system", *(f"{name_class(cut)}: slope · intercept" for cut in cuts))
    return Table("Logistic recalibration of each urgency cut on test", heading, rows)


def subgroup_table(run: Run, task: str) -> Table:
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
        "Macro-F1: likeliest class. Intervals of a column hold together at 95 %. Subgroups of "
        "fewer than "
        f"{run.params['compare']['min_subgroup']} forms are not shown, nor is a share that "
        "would tell of few people.",
    )


def deferral_table(run: Run) -> Table:
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
        "Errors among the forms decided without a nurse",
        ("what", "decided, of 100", "share (95 % interval)", "of forms"),
        rows,
        "Wrong: the likeliest class is not the true one. Under-triage: after the least-cost "
        "decision.",
    )


def prediction_set_table(run: Run) -> Table:
    rows = [
        (
            f"{TASKS[row['task']]}, {name_class(row['class'])}: {name_system(row['system'])}",
            number(row["coverage"]),
            f"{number(row['low'])} to {number(row['high'])}",
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


def calibrator_table(run: Run) -> Table:
    rows = [
        (f"{TASKS[task]}: {name_system(system)}", it["calibrator"], number(it["log_loss"]))
        for system, by_task in run.metrics["calibrate"].items()
        if isinstance(by_task, Mapping)
        for task, it in by_task.items()
        if task in TASKS
    ]
    heading = ("task: system", "calibrator", "log-loss, cross-fitted")
    return Table("Calibrators, chosen without the test split", heading, rows)


def data_table(run: Run) -> Table:
    prepare = run.metrics["prepare"]
    rows = [
        (f"{words} label: {name_class(name)}", number(share))
        for task, words in TASKS.items()
        for name, share in prepare["label_shares"][task].items()
    ]
    rows += [(f"{split}: forms", whole(count)) for split, count in prepare["records"].items()]
    rows += [(f"{split}: units", whole(count)) for split, count in prepare["units"].items()]
    rows += [
        (f"share without {TASKS[task]} label", number(share))
        for task, share in prepare["missing_label_share"].items()
    ]
    rows.append(("median words", plain(prepare["median_words"])))
    rows.append(
        ("share of test texts seen in train", number(prepare["test_text_seen_in_train_share"]))
    )
    return Table("The data", ("what", "figure"), rows)
