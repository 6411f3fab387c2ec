"""The annex's tables, in their order; transfer and the relatedness dial."""

from collections.abc import Iterator

from intake_triage.report.brief.formats import (
    NOT_SHOWN,
    decimals,
    of_100,
    plain,
    whole,
    with_interval,
)
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import TASKS, name_class, name_set_up
from intake_triage.report.brief.rule_tables import (
    ceiling_table,
    cost_table,
    decision_table,
    flip_table,
    per_1000_table,
    set_up_table,
    tier_table,
)
from intake_triage.report.brief.score_tables import (
    calibrator_table,
    data_table,
    deferral_table,
    prediction_set_table,
    score_table,
    slope_table,
    subgroup_table,
)
from intake_triage.report.brief.table import Table

UNITS = {"macro_f1": "F1", "log_loss": "log-loss, nats"}


def list_tables(run: Run) -> Iterator[Table]:
    """All but those that stand beside a figure or come from elsewhere than metrics and plots."""
    yield score_table(run)
    yield slope_table(run)
    yield decision_table(run)
    yield tier_table(run)
    yield per_1000_table(run)
    yield set_up_table(run)
    yield ceiling_table(run)
    yield flip_table(run)
    for task in TASKS:
        yield subgroup_table(run, task)
    yield deferral_table(run)
    yield prediction_set_table(run)
    yield calibrator_table(run)
    yield cost_table(run)
    yield data_table(run)


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
        "F1 of the likeliest class, uncalibrated; log-loss of all stated chances. Above 0 favours "
        "the multi-task model, which differs from the others in nothing but its "
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
        "above; exploratory. Cost: least-cost decision; macro-F1: likeliest class.",
    )
