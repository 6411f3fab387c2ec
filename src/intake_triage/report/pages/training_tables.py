"""Tables of training: what it costs, and what is gained by learning both tasks together."""

from functools import partial

from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.report.pages.rule_tables import name_choice
from intake_triage.report.pages.run import REFERENCE, Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    TASK_WORDS,
    Row,
    capitalise,
    cost_to_compute,
    decimals,
    name_class,
    name_set_up,
    plain,
    set_up_of,
    whole,
    with_interval,
)
from intake_triage.systems import FORECASTERS, JOINT_SYSTEMS

ALL_CLASSES = "all classes"
GAINS = {"macro_f1": "F1", "log_loss": "log-loss, nats"}
ALL_OF_IT = "Computing all of it, seconds of one processor"
OF_ONE_START = {
    "cpu_seconds": "Computing one start, seconds",
    "peak_mib": "Memory, megabytes (MiB)",
    "parameters": "Numbers learnt, one start",
}


def cost_table(run: Run) -> PageTable:
    """Parts, time, memory and size of each forecaster for all tasks."""
    cost, both = run.metrics["cost"], len(run.tasks) > 1

    def of_one_start(set_up: SetUp, name: str) -> str:
        of_system = cost["systems"].get(set_up.uniform)  # a blend has none of its own
        return ABSENT if of_system is None else cost_to_compute(of_system[name])

    starts, processors = len(run.params["train"]["seeds"]), cost.get("processors", [])
    several = f"; seconds do not compare: {', '.join(processors)}" if len(processors) > 1 else ""
    return tabulate(
        f"To train what is released{' for both tasks' if both else ''}: {starts} random "
        f"start{'s' if starts > 1 else ''} of each kind, averaged{several}",
        run.uniform_set_ups,
        {
            "Set-up": lambda each: capitalise(name_set_up(each, short=True)),
            "Parts to keep": lambda each: str(each.parts),
            ALL_OF_IT: lambda each: cost_to_compute(
                cost["forecasters"][each.uniform]["cpu_seconds"]
            ),
            **{
                words: lambda each, name=name: of_one_start(each, name)
                for name, words in OF_ONE_START.items()
            },
        },
    )


def transfer_table(run: Run) -> PageTable:
    """Transfer by task and class."""
    rows = [row | {"alike": run.say_alike(row)} for row in run.plots["transfer"]]
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
        "Single fits, seed by seed. F1 of the likeliest class, uncalibrated; log-loss of all "
        "stated chances. Above 0 favours the multi-task model, which differs from the others in "
        f"nothing but its second head. Margins, fixed beforehand: {plain(margin['macro_f1'])} in "
        f"macro-F1, {plain(margin['log_loss'])} nats. Verdicts by class are corrected for their "
        "number (Holm). A log-loss gain in one class with a loss in another is a shift of the "
        "stated chances between them.",
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
        shown = {*run.shown_set_ups, set_up_of(block["dial"])}
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


def forecaster_table(run: Run) -> PageTable:
    """What finishes each forecaster: the last temperature, and whether class weights are kept."""
    return tabulate(
        "Forecasters, finished without the test split",
        [
            (task, name, finished)
            for name, by_task in run.metrics["forecast"].items()
            for task, finished in by_task.items()
        ],
        {
            "task: forecaster": lambda row: f"{TASK_WORDS[row[0]]}: {FORECASTERS[row[1]].label}",
            "last temperature": lambda row: f"{row[2]['temperature']:.3f}",
            "class weights": lambda row: "kept" if row[2]["balanced"]["kept"] else "gain nothing",
        },
        "Each averages the calibrated probabilities of all its fits; a temperature above 1 makes "
        "the average less certain, below 1 more.",
    )
