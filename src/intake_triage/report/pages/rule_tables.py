"""Tables of what is decided on: set-ups, their counts and costs, limits, changes, transfer."""

from collections.abc import Iterator
from functools import partial
from math import inf

from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.run import REFERENCE, Run
from intake_triage.report.pages.tables import OUTCOMES, PageTable, count_outcomes, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    CHANGES,
    MAJORITY,
    TASK_WORDS,
    Row,
    capitalise,
    cost_to_compute,
    decimals,
    name_class,
    name_limit,
    name_set_up,
    name_system,
    number,
    of_100,
    of_100_finely,
    plain,
    set_up_of,
    whole,
    with_interval,
)
from intake_triage.systems import JOINT_SYSTEMS

ALL_CLASSES = "all classes"
SLOPES = ("least_slope", "greatest_slope")
GAINS = {"macro_f1": "F1", "log_loss": "log-loss, nats"}
COSTS = {
    "cpu_seconds": "Computing, seconds of one processor",
    "wall_seconds": "Seconds by the clock",
    "peak_mib": "Memory, megabytes (MiB)",
    "parameters": "Numbers learnt",
}
CLASS_WORDS = {"urgency": "tier", "specialty": "sub-specialty"}
CAUTION = (
    " Caution: at 1 they come true as stated; below 1 they are over-confident, above over-cautious."
)


def outcome_table(run: Run) -> PageTable:
    """Counts of 1,000 forms of the set-ups that are shown and of what they are compared with."""
    names = {set_up.label: name_set_up(set_up, short=True) for set_up in run.shown_set_ups}
    if run.recommendation["models"] is not None:
        names[run.judged.label] += " (chosen)"
    names |= {name: name_system(name) for name in (MAJORITY, "oracle")}
    names = {label: capitalise(name) for label, name in names.items()}
    return count_outcomes(run, names, run.select_outcomes(OUTCOMES))


def cost_table(run: Run) -> PageTable:
    """Models, time, memory and size of each system for all tasks; no pair of two was measured."""
    cost, both = run.metrics["cost"], len(run.tasks) > 1
    return tabulate(
        "To train both tasks once" if both else "To train once",
        run.uniform_set_ups,
        {
            "Set-up": lambda each: capitalise(name_set_up(each, short=True)),
            **({"Models to keep": lambda each: str(each.models)} if both else {}),
            **{
                words: lambda each, name=name: cost_to_compute(cost[each.uniform][name])
                for name, words in COSTS.items()
            },
        },
    )


def set_up_table(run: Run) -> PageTable:
    both, tiers = len(run.tasks) > 1, "urgency" in run.tasks
    columns = {
        "models": (both, lambda row: str(row["models"])),
        "cost per 1,000 forms": (True, lambda row: with_interval(row, value="cost_per_1000")),
        "under-triage": (tiers, lambda row: number(row["under_triage"])),
        **{
            f"ECE {TASK_WORDS[task]}": (True, lambda row, key=f"ece_{task}": number(row[key]))
            for task in run.tasks
        },
        "slopes": (tiers, lambda row: " to ".join(number(row[slope]) for slope in SLOPES)),
    }
    return tabulate(
        "What the rule sees, least-cost decision: each set-up on the split that chooses and on "
        "test",
        run.plots["set_ups"],
        {
            "set-up, split": lambda row: f"{name_set_up(set_up_of(row))}, {row['split']}",
            **{name: cell for name, (is_there, cell) in columns.items() if is_there},
            "chosen, or dropped for": lambda row: (
                "chosen" if row["chosen"] else _say_broken(run, row)
            ),
        },
        "ECE: of the likeliest class."
        + (" Slopes: of stated chances, whatever the decision." if tiers else "")
        + " A set-up is dropped on the split that chooses.",
    )


def _say_broken(run: Run, row: Row) -> str:
    """Every limit that a set-up's figures break on the split that chooses, and a hidden one.

    The row names the first alone, which may be of a figure that is not shown.
    """
    if row["split"] != "calibrate":
        return ABSENT if row["dropped_for"] else ""
    said = []
    for name, words, least, most, figures in _list_bounds(run, row):
        shown = [figure for figure in figures if figure is not None]
        is_first = row["dropped_for"].startswith(name)
        if is_first and all(least < figure < most for figure in shown):
            broken = words if name == row["dropped_for"] else name_class(row["dropped_for"])
            said.append(f"{broken} (too small a sample to show)")
        elif is_first or any(figure < least or figure > most for figure in shown):
            said.append(words)
    return "; ".join(said)


def _list_bounds(run: Run, row: Row) -> Iterator[tuple[str, str, float, float, list[float | None]]]:
    """How names of ceilings start, their words, least and most, and a set-up's figures."""
    decision = run.params["decision"]
    if "urgency" in run.tasks:
        figure = row["under_triage"]
        yield "under_triage", "under-triage", -inf, decision["max_under_triage"], [figure]
    for task in run.tasks:
        figure = row[f"ece_{task}"]
        yield f"ece_{task}", f"ECE {TASK_WORDS[task]}", -inf, decision["max_ece"], [figure]
    if "urgency" in run.tasks:
        least, most = decision["slope"]["least"], decision["slope"]["most"]
        yield "slope", "slopes", least, most, [row[slope] for slope in SLOPES]


def limit_table(run: Run) -> PageTable:
    """A row a safety limit: what, alarm level, measured here with its range, status."""

    def alarm(limit: Row) -> str:
        if "limit" in limit:
            return f"above {of_100(limit['limit'])} of 100"
        return f"below {plain(limit['least'])} or above {plain(limit['most'])}"

    classes = " or ".join(CLASS_WORDS[task] for task in run.tasks)
    note = f"Stated chances: how likely the models say each {classes} is."
    return tabulate(
        "Alarm levels are the safety limits, fixed beforehand",
        run.recommendation["ceilings"].values(),
        {
            "Watch": lambda limit: capitalise(name_limit(limit)[1]),
            "Alarm": alarm,
            "Found here (95 % range)": lambda limit: with_interval(
                limit, of_100_finely if "limit" in limit else decimals(2)
            ),
            "Within limit": lambda limit: name_class(limit["status"]) + _say_side(limit),
        },
        note + (CAUTION if "urgency" in run.tasks else ""),
    )


def flip_table(run: Run) -> PageTable:
    """A row a change that matters: what, its value now and then, and the recommendation then."""
    return tabulate(
        "One change at a time, the others held",
        [(*CHANGES[key], flip) for key, flip in _list_flips(run) if flip["at"] is not None],
        {
            "What": lambda change: capitalise(change[0]),
            "Now": lambda change: change[1](change[2]["now"]),
            "If it were": lambda change: change[1](change[2]["at"]),
            "Recommended instead": lambda change: capitalise(_name_choice(change[2], short=True)),
        },
    )


def _name_choice(chosen: Row, *, short: bool = False) -> str:
    """The set-up that the rule chooses, if any."""
    if chosen["models"] is None:
        return "do not release"
    return name_set_up(set_up_of(chosen), short=short)


def list_steady(run: Run) -> list[str]:
    """What no change within the range searched would overturn."""
    return [CHANGES[key][0] for key, flip in _list_flips(run) if flip["at"] is None]


def _list_flips(run: Run) -> list[tuple[str, Row]]:
    """Each change that was tried, but for the cost of an error that cannot occur."""
    flips = run.recommendation["flips"]
    return [(key, flips[key]) for key in flips if key != "cost.too_late" or run.others_can_be_late]


def list_limits(run: Run, status: str) -> list[str]:
    """The limits of one status, the cuts of urgency drawn together."""
    ceilings = run.recommendation["ceilings"].values()
    return list(dict.fromkeys(name_limit(each)[0] for each in ceilings if each["status"] == status))


def _say_side(ceiling: Row) -> str:
    """To which side of 1 stated chances err, where they clearly do so but keep the limit."""
    if "least" not in ceiling or ceiling["status"] != "met":
        return ""
    if ceiling["high"] < 1:
        return ", but over-confident"
    return ", but over-cautious" if ceiling["low"] > 1 else ""


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
        "F1 of the likeliest class, uncalibrated; log-loss of all stated chances. Above 0 favours "
        "the multi-task model, which differs from the others in nothing but its "
        f"second head. Margins, fixed beforehand: {plain(margin['macro_f1'])} in macro-F1, "
        f"{plain(margin['log_loss'])} nats. Verdicts by class are corrected for their number "
        "(Holm). A log-loss gain in one class with a loss in another is a shift of the stated "
        "chances between them.",
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
            "choice": lambda block: _name_choice(block["dial"]),
            "same choice, of 100 resamples": lambda block: of_100(block["dial"]["won_share"]),
            "cost per 1,000 forms": costs,
            "transfer, macro-F1": transfer,
        },
        "0: the labels share nothing; 1: both come from one cause. Fewer forms than in the run "
        "above; exploratory. Cost: least-cost decision; macro-F1: likeliest class.",
    )
