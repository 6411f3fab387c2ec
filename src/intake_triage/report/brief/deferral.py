"""What would be gained if a nurse took the forms that the system is least sure of."""

from intake_triage.report.brief.formats import enumerate_words, of_100
from intake_triage.report.brief.inputs import Row, Run

DEFERRED_AT = 0.8  # share of the forms that the system decides on, of those in plots/
HALF = 0.5
URGENT_TOO_LATE = "urgent, sent too late"


def deferral_rows(run: Run) -> list[Row]:
    """Errors among the forms that the judged set-up decides on, by the share that it decides on."""
    lines = (
        ("urgency", "under-triage", URGENT_TOO_LATE),
        ("specialty", "wrong", "sub-specialty wrong"),
    )
    return [
        row | {"line": line}
        for task, measure, line in lines
        for row in run.rows("risk_coverage", task=task, measure=measure, system=run.system(task))
    ]


def say_deferral(run: Run) -> str:
    """What would be gained if a nurse took the least certain forms."""
    clauses, verdict = [], "."
    for line, clause in {
        "sub-specialty wrong": "the sub-specialty would be wrong for {} of 100 instead of {}",
        URGENT_TOO_LATE: "urgent forms sent too late {} of 100 times instead of {}",
    }.items():
        rows = {row["coverage"]: row for row in deferral_rows(run) if row["line"] == line}
        if {1.0, DEFERRED_AT} <= rows.keys():
            before, after = rows[1.0], rows[DEFERRED_AT]
            clauses.append(clause.format(of_100(after["risk"]), of_100(before["risk"])))
            if line == URGENT_TOO_LATE:
                verdict = _judge_deferral(before, after, rows.get(HALF))
    if not clauses:
        return "What would be gained cannot be shown: too few people."
    return (
        "A thought experiment, not part of this pilot: if the system decided the "
        f"{of_100(DEFERRED_AT)} of 100 forms that it is surest of, and a nurse the others, "
        f"among those that it decided {enumerate_words(clauses)}{verdict}"
    )


def _judge_deferral(before: Row, after: Row, half: Row | None) -> str:
    """Whether fewer urgent forms are missed among those that the system is surest of."""
    said = "."
    if half is not None:
        said = f" ({of_100(half['risk'])}, if it decided {of_100(HALF)} of 100)."
    last = half or after
    if before["risk"] > after["high"]:
        return said
    if last["risk"] > before["risk"]:
        return (
            f"{said} Keeping only the surest forms does not protect urgent patients: the misses "
            "seem to rise."
        )
    return f"{said} Keeping only the surest forms is not shown to protect urgent patients."
