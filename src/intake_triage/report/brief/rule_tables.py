"""Tables of the annex: what decisions and set-ups come to, and what the rule makes of them."""

from intake_triage.report.brief.formats import capitalise, decimals, number, plain, with_interval
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import TASKS, name_class, name_set_up, name_system
from intake_triage.report.brief.table import Table

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


def decision_table(run: Run) -> Table:
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
        "Three ways to make a tier of the probabilities, on test, with 95 % intervals; least cost "
        "is piloted",
        ("system, rule", "urgency macro-F1", "sub-specialty macro-F1", *SAFETY.values()),
        rows,
        f"{capitalise(note)}.".replace("_", "-"),
    )


def tier_table(run: Run) -> Table:
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


def per_1000_table(run: Run) -> Table:
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


def set_up_table(run: Run) -> Table:
    rows = [
        (
            f"{name_set_up(row['label'])}, {row['split']}",
            str(row["models"]),
            with_interval(row, value="cost_per_1000"),
            *(number(row[it]) for it in ("under_triage", "ece_urgency", "ece_specialty")),
            f"{number(row['least_slope'])} to {number(row['greatest_slope'])}",
            "chosen" if row["chosen"] else name_class(row["dropped_for"]),
        )
        for row in run.plots["set_ups"]
    ]
    return Table(
        "What the rule sees, least-cost decision: each set-up on the split that chooses and on "
        "test",
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
        "ECE: of the likeliest class. Slopes: of stated chances, whatever the decision.",
    )


def ceiling_table(run: Run) -> Table:
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
    return Table(
        "Ceilings of the choice on test, under-triage after the least-cost decision", heading, rows
    )


def flip_table(run: Run) -> Table:
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


def cost_table(run: Run) -> Table:
    rows = [
        (name_system(system), *(f"{it[name]:,}" for name in it))
        for system, it in run.metrics["cost"].items()
    ]
    names = next(iter(run.metrics["cost"].values()))
    heading = ("system", *(name_class(name) for name in names))
    return Table("Training of both tasks, one seed", heading, rows)
