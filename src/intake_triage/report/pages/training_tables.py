"""Tables of training: what it costs, and what is gained by learning both tasks together."""

from functools import partial

from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.release.words import TASK_WORDS, name_class
from intake_triage.report.pages.choice_tables import name_choice
from intake_triage.report.pages.run import REFERENCE, Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    Row,
    capitalise,
    decimals,
    name_set_up,
    name_source,
    plain,
    say_verdict,
    set_up_of,
    whole,
    with_interval,
)
from intake_triage.statistics.verdicts import NOT_JUDGED
from intake_triage.systems import JOINT_SYSTEMS

ALL_CLASSES = "all classes"
GAINS = {"macro_f1": "F1", "log_loss": "log-loss, nats"}


def transfer_table(run: Run, *, by_class: bool = True) -> PageTable:
    """Transfer by task, and by class."""
    rows = [
        row | {"alike": run.say_alike(row)}
        for row in run.plots["transfer"]
        if by_class or row["class"] == ALL_CLASSES
    ]
    for task, transfer in run.metrics["compare"]["transfer"].items():
        what = {"task": task, "class": ALL_CLASSES, "measure": "calibrated log-loss, nats"}
        rows.append(transfer["calibrated_log_loss"] | what | {"alike": ""})
    margin, signed = run.params["compare"]["margin"], partial(decimals, signed=True)
    return tabulate(
        "Transfer: gain of the multi-task model over a Transformer for each task",
        rows,
        {
            "what": lambda row: f"{TASK_WORDS[row['task']]}, {name_class(row['class'])}",
            "measure": lambda row: GAINS.get(row["measure"], row["measure"]),
            "gain (95 % interval)": lambda row: (
                ABSENT
                if row["alike"]
                else with_interval(row, signed(4 if row["class"] == ALL_CLASSES else 3), "delta")
            ),
            "verdict": lambda row: row["alike"] or row["verdict"],
        },
        "Mean of single fits, on the same forms. F1 of the likeliest class, uncalibrated; log-loss "
        "of all stated chances. Above 0 favours the multi-task model. It has a second head, and "
        "its best pass is chosen by both tasks; all else is the same. Margins, fixed beforehand: "
        f"{plain(margin['macro_f1'])} in macro-F1, {plain(margin['log_loss'])} nats. Verdicts by "
        "class are corrected for their number (Holm). A log-loss gain in one class with a loss in "
        "another is a shift of the stated chances between them.",
    )


def gain_table(run: Run) -> PageTable:
    """What learning both tasks together gains in macro-F1, in plain words; no row if not judged."""
    gains = run.metrics["compare"].get("transfer", {})
    margin, signed = run.params["compare"]["margin"]["macro_f1"], decimals(3, signed=True)
    return tabulate(
        f"{name_source(run.source)}: macro-F1 of one multi-task Transformer, less that of two",
        [task for task, gain in gains.items() if gain["verdict"] != NOT_JUDGED],
        {
            "Task": lambda task: capitalise(TASK_WORDS[task]),
            "Gain, single trainings": lambda task: with_interval(gains[task], signed, "delta"),
            "Together": lambda task: say_verdict(gains[task], margin),
        },
    )


def equal_cost_table(run: Run) -> PageTable:
    """At about equal computing: two multi-task fits averaged against a Transformer a task."""
    signed = decimals(4, signed=True)
    return tabulate(
        "At about equal computing: gain of two multi-task fits averaged over one Transformer for "
        "each task",
        [
            (task, measure, gain)
            for task, gains in run.metrics["compare"]["equal_cost"].items()
            for measure, gain in gains.items()
        ],
        {
            "task": lambda row: TASK_WORDS[row[0]],
            "measure": lambda row: {**GAINS, "macro_f1": "macro-F1"}[row[1]],
            "gain (95 % interval)": lambda row: with_interval(row[2], signed),
        },
        "Calibrated; the mean over pairs of seeds. The interval is that of the forms, for the "
        "models as they were trained.",
    )


def dial_table(run: Run) -> PageTable:
    """The recommendation by the setting of the relatedness dial."""
    set_ups = {set_up.label: set_up for set_up in list_set_ups(run.tasks)}

    def costs(block: Row) -> str:
        shown = {*run.compared_set_ups, set_up_of(block["dial"])}
        return "; ".join(
            f"{name_set_up(set_ups[label], short=True)} {whole(figures['cost_per_1000'])}"
            for label, figures in block["dial"]["set_ups"].items()
            if set_ups[label] in shown
        )

    def transfer(block: Row) -> str:
        wanted = {"treatment": JOINT_SYSTEMS[0], "reference": REFERENCE, "measure": "macro_f1"}
        form = decimals(3, signed=True)
        gains = [
            f"{TASK_WORDS[row['task']]} {with_interval(row, form, value='delta')}, {row['verdict']}"
            for row in block["differences"]
            if wanted.items() <= row.items()
        ]
        return "; ".join(gains) or ABSENT

    return tabulate(
        "What would be chosen if the labels had more or less in common",
        run.dials,
        {
            "relatedness": lambda block: plain(block["task_relatedness"]),
            "choice": lambda block: name_choice(block["dial"]),
            "tied": lambda block: (
                "; ".join(
                    name_set_up(set_ups[label], short=True) for label in block["dial"]["tied"]
                )
                or ABSENT
            ),
            "cost per 1,000 forms": costs,
            "transfer, macro-F1": transfer,
        },
        "0: the labels share nothing; 1: both come from one cause. Fewer forms than in the run "
        "above; exploratory. Tied: not shown to cost more than the best. Cost: least-cost "
        "decision; macro-F1: likeliest class, single fits.",
    )
