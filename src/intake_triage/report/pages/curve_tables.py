"""Tables of what hangs on a choice: the load, the exchange, deferral, calibration, sets."""

from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    TASK_WORDS,
    Row,
    capitalise,
    decimals,
    name_class,
    name_system,
    number,
    of_100,
    of_100_finely,
    plain,
    whole,
    with_interval,
)

THREE = decimals(3)
NURSE = {
    "urgency": "Under-triage: least-cost decision; the nurse gets first the forms whose decision "
    "most probably misses an urgent one. Missed, of all forms: what she reads counts as right.",
    "specialty": "Wrong: the likeliest class is not the true one; the nurse gets first the forms "
    "whose likeliest class is least likely.",
}


def load_table(run: Run) -> PageTable:
    """Forms that the judged set-up places in each tier, beside those that belong there."""
    return tabulate(
        "Forms in each tier, of 1,000 (95 % range)",
        run.tiers,
        {
            "Tier": lambda tier: capitalise(name_class(tier)),
            "Placed there": lambda tier: with_interval(run.of_urgency("placed", tier)),
            "Belong there": lambda tier: with_interval(run.of_urgency("belonging", tier)),
        },
    )


def operating_table(run: Run) -> PageTable:
    """Of urgent forms, how many are missed where so many others are sent too early."""
    read = run.metrics["safety"]["missed_at_over_triage"]
    shares = dict.fromkeys(at for by_share in read.values() for at in by_share)

    def now(name: str, measure: str) -> str:
        row = run.results.find(task="urgency", system=name, rule="cost", measure=measure)
        return with_interval(row, of_100_finely)

    return tabulate(
        "The exchange on test, of 100 each (95 % intervals): urgent forms sent too late at the "
        "costs as they are, and if so many of the others were sent too early",
        read,
        {
            "forecaster": name_system,
            "now: others too early": lambda name: now(name, "over_triage"),
            "now: urgent too late": lambda name: now(name, "under_triage"),
            **{
                f"too late at {of_100(float(at))} too early": lambda name, at=at: _read_off(
                    read[name][at]
                )
                for at in shares
            },
        },
        "Read off the operating curve, whatever the costs; a dash where it does not reach so far.",
    )


def _read_off(found: Row | None) -> str:
    return with_interval(found, of_100_finely)


def deferral_table(run: Run) -> PageTable:
    """What is left to go wrong where a nurse reads some of the forms."""
    return tabulate(
        "Errors among the forms decided without a nurse",
        _judged_rows(run, "risk_coverage"),
        {
            "what": lambda row: f"{TASK_WORDS[row['task']]}, {row['measure']}",
            "forecaster": lambda row: name_system(row["system"]),
            "decided, of 100": lambda row: of_100(row["coverage"]),
            "share (95 % interval)": lambda row: with_interval(row, THREE, value="risk"),
            "of forms": lambda row: whole(row["of"]),
        },
        " ".join(NURSE[task] for task in run.tasks),
    )


def order_table(run: Run) -> PageTable:
    """At how many shares kept the nurse's order is shown to miss fewer than others do."""
    return tabulate(
        "The order in which a nurse gets forms: at how many shares decided it is shown, paired, to "
        "leave fewer urgent forms missed",
        run.metrics["safety"]["deferral"].items(),
        {
            "forecaster": lambda each: name_system(each[0]),
            "shares decided": lambda each: plain(each[1]["shares_kept"]),
            "fewer than at random": lambda each: plain(each[1]["fewer_at"]["random"]),
            "fewer than by lowest highest chance": lambda each: plain(
                each[1]["fewer_at"]["highest_probability"]
            ),
        },
    )


def threshold_table(run: Run) -> PageTable:
    """Calibration of the chance of an urgent tier around the threshold that the costs imply."""
    return tabulate(
        "Calibration where decisions turn: stated chance of an urgent tier, and share of urgent "
        "forms (95 % interval)",
        run.rows("threshold", system=run.system("urgency")),
        {
            "stated": lambda row: number(row["chance"]),
            "came true": lambda row: with_interval(row, THREE, value="observed"),
            "forms": lambda row: whole(row["forms"]),
            "placed as urgent from": lambda row: number(row["threshold"]),
        },
    )


def prediction_set_table(run: Run) -> PageTable:
    """Coverage of the judged set-up's prediction sets, by class."""
    return tabulate(
        "Prediction sets: how often they hold the true class, and where that should lie",
        _judged_rows(run, "conformal"),
        {
            "task, class": lambda row: f"{TASK_WORDS[row['task']]}, {name_class(row['class'])}",
            "forecaster": lambda row: name_system(row["system"]),
            "coverage": lambda row: number(row["coverage"]),
            "95 % band": lambda row: f"{number(row['low'])} to {number(row['high'])}",
            "forms": lambda row: whole(row["forms"]),
        },
    )


def _judged_rows(run: Run, plot: str) -> list[Row]:
    return [row for task in run.tasks for row in run.rows(plot, task=task, system=run.system(task))]


def calibrator_table(run: Run) -> PageTable:
    """The calibrator of each system's fits."""
    return tabulate(
        "Calibrators of single fits, chosen without the test split",
        [
            (task, system, run.metrics[f"calibrate/{system}"][system][task])
            for system in run.metrics["cost"]["systems"]
            for task in run.tasks
        ],
        {
            "task: system": lambda row: f"{TASK_WORDS[row[0]]}: {name_system(row[1])}",
            "calibrator": lambda row: row[2]["calibrator"],
            "log-loss, cross-fitted": lambda row: number(row[2]["log_loss"]),
        },
    )
