"""What the two pages say besides the recommendation, in plain sentences."""

from collections.abc import Iterator
from typing import Any

from intake_triage.report.brief.formats import (
    capitalise,
    enumerate_words,
    of_100,
    of_100_finely,
    plain,
    whole,
    with_interval,
)
from intake_triage.report.brief.inputs import Row, Run
from intake_triage.report.brief.names import (
    TASKS,
    name_class,
    name_group,
    name_set_up,
    name_system,
    shorten_set_up,
)

OUTCOMES = {
    "both_right": "Both right",
    "too_late": "Sent too late",
    "too_late_urgent": "Of these, urgent",
    "too_early": "Sent too early",
    "misrouted": "Misrouted",
}
GROUPS = ("sex", "age_band", "race")  # on the two pages; sites and the like stand in the annex
DEFERRED_AT = 0.8  # share of the forms that the system decides on, of those in plots/
URGENT_TOO_LATE = "urgent form sent too late"
VERDICTS = {
    "positive": "helps",
    "negative": "hurts",
    "equivalent": "makes no difference that a clinic would notice",
    "inconclusive": "may help or hurt: these data cannot tell",
}


def say_what_data(run: Run) -> str:
    """The first line of the page."""
    years = run.params["data"]["namcs"]["years"]
    return {
        "synthetic": (
            "These data are made up: no patient was involved. They can suggest what to pilot; "
            "they cannot justify a release."
        ),
        "namcs": (
            f"These data are a real survey of US office visits (NAMCS, {years[0]} to {years[-1]}), "
            "but its urgency label is a proxy: the stated reason for the visit, not a triage "
            "nurse’s judgement. This page demonstrates the method; it cannot justify a release."
        ),
        "file": "These data are the clinic’s own forms. Who they are of is for the clinic to say.",
    }[run.source]


def per_1000_rows(run: Run) -> Iterator[tuple[str, ...]]:
    """A row a set-up, then the references: counts of 1,000 forms with their intervals."""
    for label in [*run.shown_set_ups, *run.references]:
        name = capitalise(shorten_set_up(label))
        if label == run.judged.label and run.recommendation["urgency"] is not None:
            name += " (chosen)"
        yield (
            name,
            *(
                with_interval(run.per_1000(label, outcome), value="per_1000")
                for outcome in OUTCOMES
            ),
        )


def say_per_1000(run: Run) -> str:
    """The judged set-up beside the majority rule."""
    own, rule = (
        {outcome: run.per_1000(label, outcome) for outcome in OUTCOMES}
        for label in (run.judged.label, "majority")
    )
    return (
        f"Of 1,000 forms, {name_set_up(run.judged.label)} would get both labels right for "
        f"{_count(own['both_right'])} (a majority rule, which gives every form the commonest "
        f"labels: {_count(rule['both_right'])}). It would send {_count(own['too_late'])} too late, "
        f"{_count(own['too_late_urgent'])} of them urgent ({_count(rule['too_late'])} and "
        f"{_count(rule['too_late_urgent'])}); {_count(own['too_early'])} too early "
        f"({_count(rule['too_early'])}); and {_count(own['misrouted'])} to the wrong "
        f"sub-specialty ({_count(rule['misrouted'])})."
    )


def say_worst_misses(run: Run) -> str:
    """Urgent forms sent two or more tiers too low."""
    decided = run.metrics["safety"]["decisions"][run.system("urgency")]["cost"]
    severe = decided["severe_under_triage"]
    if severe is None:
        return "Urgent forms sent two or more tiers too low are too few to be shown."
    return (
        "Two or more tiers too low are sent "
        f"{with_interval(severe, of_100_finely)} of 100 urgent forms."
    )


def explain_caution(run: Run) -> str:
    """Why so many forms are sent too early."""
    cost = run.params["decision"]["cost"]
    return (
        "The price of safety is forms sent too early. Each form gets the tier with the least "
        f"expected harm. An urgent form sent too late counts {plain(cost['too_late_urgent'])} harm "
        f"points a tier, another form sent too late {plain(cost['too_late'])}, one sent too early "
        f"{plain(cost['too_early'])}, a misrouted one {plain(cost['misroute'])}. "
        f"Urgent means {urgent_tiers(run)}."
    )


def urgent_tiers(run: Run) -> str:
    """The two most urgent tiers by name."""
    tiers = list(run.metrics["prepare"]["label_shares"]["urgency"])
    return " or ".join(f"“{name_class(tier)}”" for tier in tiers[:2])


def group_rows(run: Run, measure: str = "under_triage") -> list[Row]:
    """A measure of the judged set-up's urgency model by group of patients."""
    rows = run.rows("subgroups", task="urgency", measure=measure, system=run.system("urgency"))
    return [
        row | {"group": name_group(row["column"], row["subgroup"])}
        for row in rows
        if row["column"] in GROUPS
    ]


def overall_missed(run: Run) -> Row | None:
    """The same for all forms."""
    return run.metrics["safety"]["decisions"][run.system("urgency")]["cost"]["under_triage"]


def say_who_is_worse(run: Run) -> str:
    """The groups with the most and the fewest urgent forms sent too late."""
    rows, overall = group_rows(run), overall_missed(run)
    if len(rows) < 2 or overall is None:
        return "Too few people are concerned for groups of patients to be compared."
    ranked = sorted(rows, key=lambda row: row["value"])
    worse = [row["group"] for row in rows if row["low"] > overall["value"]]
    verdict = (
        f"Clearly worse than average: {enumerate_words(worse)}."
        if worse
        else "No range shown lies wholly above the average, but the ranges are wide: a difference "
        "may still be there."
    )
    shown = {row["group"] for row in rows}
    hidden = [row["group"] for row in group_rows(run, "log_loss") if row["group"] not in shown]
    left_out = f" Not shown, since it would tell of few people: {enumerate_words(hidden)}."
    return (
        f"Of the groups shown, urgent forms are sent too late most often for {_group(ranked[-1])}, "
        f"least often for {_group(ranked[0])}; overall {_of_100(overall)}. {verdict}"
        f"{left_out if hidden else ''}"
    )


def deferral_rows(run: Run) -> list[Row]:
    """Errors among the forms that the judged set-up decides on, by the share that it decides on."""
    lines = (
        ("urgency", "wrong", "likeliest tier wrong"),
        ("urgency", "under-triage", URGENT_TOO_LATE),
        ("specialty", "wrong", "sub-specialty wrong"),
    )
    return [
        row | {"line": line}
        for task, measure, line in lines
        for row in run.rows("risk_coverage", task=task, measure=measure, system=run.system(task))
    ]


def say_deferral(run: Run) -> str:
    """What is gained when a nurse takes the least certain forms."""
    clauses, safer = [], ""
    for line, clause in {
        "sub-specialty wrong": "the sub-specialty is wrong for {} of 100 instead of {}",
        "likeliest tier wrong": "the likeliest tier is wrong for {} of 100 instead of {}",
        URGENT_TOO_LATE: "urgent forms are sent too late {} of 100 times instead of {}",
    }.items():
        rows = {row["coverage"]: row for row in deferral_rows(run) if row["line"] == line}
        if {1.0, DEFERRED_AT} <= rows.keys():
            before, after = rows[1.0], rows[DEFERRED_AT]
            clauses.append(clause.format(of_100(after["risk"]), of_100(before["risk"])))
            if line == URGENT_TOO_LATE and before["risk"] <= after["high"]:
                safer = " So this alone is not shown to catch more urgent forms."
    if not clauses:
        return "What would be gained cannot be shown: too few people."
    return (
        f"If the system decides the {of_100(DEFERRED_AT)} of 100 forms that it is surest of, and a "
        f"nurse the others, then among those that it decides {enumerate_words(clauses)}.{safer}"
    )


def cost_rows(run: Run) -> Iterator[tuple[str, ...]]:
    """A row a set-up whose training was measured: models, time, memory, size."""
    models = {row["label"]: row["models"] for row in run.plots["set_ups"]}
    for label in run.shown_set_ups:
        systems = set(label.split(" + "))
        name = capitalise(shorten_set_up(label))
        if len(systems) > 1:
            yield (name, str(models[label]), "not measured as a pair", *["–"] * 3)
            continue
        cost = run.metrics["cost"][systems.pop()]
        figures = ("cpu_seconds", "wall_seconds", "peak_mib", "parameters")
        yield (name, str(models[label]), *(whole(cost[figure]) for figure in figures))


def say_transfer(run: Run) -> str:
    """Whether learning one task helps the other, overall, then by class."""
    transfer = run.metrics["compare"]["transfer"]
    verdicts = {task: _verdict(transfer[task]["verdict"]) for task in TASKS}
    other = {"urgency": "the sub-specialty", "specialty": "urgency"}
    own = {"urgency": "urgency", "specialty": "the sub-specialty"}
    if len(set(verdicts.values())) == 1:
        overall = f"For picking the right class, learning both together {verdicts['urgency']}."
    else:
        overall = " ".join(
            f"For picking {own[task]}, learning {other[task]} as well {verdict}."
            for task, verdict in verdicts.items()
        )
    return " ".join([overall, *_say_classes(run)])


def _say_classes(run: Run) -> Iterator[str]:
    """Classes for which a difference was shown."""
    shown = False
    for measure, subject in {
        "macro_f1": "Finding forms",
        "log_loss": "The stated chances",
    }.items():
        for sign, verb in {"positive": "better", "negative": "worse"}.items():
            names = [
                f"“{name_class(row['class'])}”"
                for row in run.rows("transfer", measure=measure)
                if row["class"] != "all classes" and row["verdict"].startswith(sign)
            ]
            if names:
                shown = True
                yield f"{subject} got {verb} for {enumerate_words(names)}."
    if not shown:
        yield "For no single tier or sub-specialty was help or harm shown."


def _verdict(verdict: str) -> str:
    sign, _, rest = verdict.partition(",")
    return VERDICTS[sign] + (", but by less than a clinic would notice" if rest else "")


def list_unknowns(run: Run) -> list[str]:
    """What we don't know."""
    test = run.metrics["compare"]["test"]["urgency"]
    unknowns = {
        "synthetic": [
            "Whether any of this holds for real forms. The made-up ones are meant to be as hard, "
            "but nobody has checked them against a clinic’s."
        ],
        "namcs": [
            "Whether any of this holds for a triage nurse’s urgency, or for forms of today. "
            "The survey was also looked at while the method was built."
        ],
        "file": ["Whether it holds at other clinics."],
    }[run.source]
    return [
        *unknowns,
        f"What chance did: everything was learnt from one set of forms and judged on "
        f"{whole(test['records'])} others. Ranges in brackets are for 95 of 100 such samples.",
        "Whether it is better than the staff who triage now. They were not measured.",
        "Whether the harm points are right. They are judgements, and the choice hangs on them.",
        "How long the silent pilot must last. That hangs on how many urgent forms a clinic sees.",
        "How clinicians will act on a suggestion, and how forms will change over time.",
    ]


def say_how_many(run: Run) -> str:
    """How many forms, and what they were used for."""
    records = run.metrics["prepare"]["records"]
    return (
        f"{whole(records['train'])} forms to learn from, {whole(records['calibrate'])} others to "
        f"choose the set-up, and {whole(records['test'])} kept for the final check"
    )


def name_models(run: Run) -> str:
    """The systems of the judged set-up by task."""
    return enumerate_words(
        [f"{name_system(run.system(task))} for {words}" for task, words in TASKS.items()]
    )


def _group(row: Row) -> str:
    return f"{row['group']} ({_of_100(row)})"


def _of_100(row: dict[str, Any]) -> str:
    return f"{of_100(row['value'])} of 100, {of_100(row['low'])} to {of_100(row['high'])}"


def _count(row: Row | None) -> str:
    return whole(row["per_1000"]) if row else "a number too small to show"
