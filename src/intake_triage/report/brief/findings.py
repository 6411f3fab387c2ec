"""What the two pages say besides the recommendation, in plain sentences."""

from collections.abc import Iterator, Mapping

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
    name_set_up,
    name_system,
    shorten_set_up,
)
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

OUTCOMES = {
    "both_right": "Both right",
    "too_late": "Sent too late",
    "too_late_urgent": "Of these, urgent",
    "too_early": "Sent too early",
    "misrouted": "Misrouted",
}
VERDICTS = {
    "positive": "helps",
    "negative": "hurts",
    "equivalent": "makes no difference that a clinic would notice",
    "inconclusive": "may help or hurt",
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
        f"{_count(own['too_late_urgent'])} of them urgent; {_count(own['too_early'])} too early; "
        f"and {_count(own['misrouted'])} to the wrong sub-specialty."
    )


def say_worst_misses(run: Run) -> str:
    """Urgent forms sent two or more tiers too low."""
    decided = run.metrics["safety"]["decisions"][run.system("urgency")]["cost"]
    severe = decided["severe_under_triage"]
    if severe is None and decided["under_triage"] is None:
        return "How many urgent forms are sent two or more tiers too low cannot be shown."
    if severe is None:
        forms = run.metrics["compare"]["test"]["urgency"]["records"]
        return (
            f"Urgent forms sent two or more tiers too low: fewer than {SMALLEST_SHOWN} of the "
            f"{whole(forms)} of the final check."
        )
    return (
        "Two or more tiers too low are sent "
        f"{with_interval(severe, of_100_finely)} of 100 urgent forms."
    )


def explain_caution(run: Run) -> str:
    """Why so many forms are sent too early."""
    cost = run.params["decision"]["cost"]
    return (
        "The price of safety is forms sent too early. Each form gets the tier with the least "
        "expected harm. Harm points for each tier too low: "
        f"{plain(cost['too_late_urgent'])} for an urgent form, {plain(cost['too_late'])} for "
        f"another; for each tier too high: {plain(cost['too_early'])}; for a misrouted form: "
        f"{plain(cost['misroute'])}.{_say_top_tier_right(run)}"
    )


def _say_top_tier_right(run: Run) -> str:
    """How often a suggestion of the most urgent tier is right; empty where that is hidden."""
    decided = run.metrics["safety"]["decisions"][run.system("urgency")]["cost"]
    top = list_tiers(run)[0]
    right = decided["ppv"][top]
    if right is None:
        return ""
    return (
        f" So of 100 forms placed in “{name_class(top)}” {with_interval(right, of_100)} belong "
        "there."
    )


def list_tiers(run: Run) -> list[str]:
    """The tiers, most urgent first."""
    return list(run.metrics["prepare"]["label_shares"]["urgency"])


def say_tiers(run: Run) -> str:
    """The tiers by name, and which of them are called urgent."""
    tiers = enumerate_words([f"“{name_class(tier)}”" for tier in list_tiers(run)])
    return f"The tiers are {tiers}; the top two are called urgent."


def say_best_possible(run: Run) -> str:
    """What the oracle's figure implies."""
    right = run.per_1000("oracle", "both_right")
    return (
        "Even a perfect reader of these made-up forms (“the best possible”), with the same "
        f"caution, would get both labels right for only {_count(right)} of 1,000."
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


def say_upkeep(run: Run) -> str:
    """Whether two models cost more than one, as far as is known."""
    cost = run.metrics["cost"]
    pairs = [label for label in run.shown_set_ups if len(set(label.split(" + "))) == 1]
    cheaper = [
        name_set_up(label)
        for label in pairs
        if label != "mtl" and _cpu_seconds(cost, label) < _cpu_seconds(cost, "mtl")
    ]
    though = f", though {enumerate_words(cheaper)} are cheaper to compute" if cheaper else ""
    return f"Two models are more to look after than one{though}. Upkeep and money are not costed."


def _cpu_seconds(cost: Mapping[str, Row], label: str) -> float:
    return cost[label.split(" + ")[0]]["cpu_seconds"]


def say_transfer(run: Run) -> str:
    """Whether learning one task helps the other, overall, then by class."""
    transfer = run.metrics["compare"]["transfer"]
    verdicts = {task: _verdict(transfer[task]["verdict"]) for task in TASKS}
    other = {"urgency": "the sub-specialty", "specialty": "urgency"}
    own = {"urgency": "urgency", "specialty": "the sub-specialty"}
    compared = "compared with two separate Transformers,"
    if len(set(verdicts.values())) == 1:
        overall = (
            f"In picking the likeliest answer, {compared} learning both together "
            f"{verdicts['urgency']}."
        )
    else:
        overall = " ".join(
            f"In picking {own[task]}, {compared} learning {other[task]} as well {verdict}."
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
    limit = of_100(run.params["decision"]["max_under_triage"])
    return [
        *unknowns,
        "What chance did: all was learnt from one set of forms. Ranges in brackets are for 95 of "
        "100 such samples.",
        "Whether it is better than the staff who triage now. They were not measured.",
        "Whether the harm points and limits are right. They are the project’s judgements; "
        f"only the {limit} of 100 urgent forms sent too late rests on evidence, a published review "
        "of telephone triage. The clinic must confirm them.",
        "How clinicians will act on a suggestion, and how forms will change over time.",
    ]


def say_how_many(run: Run) -> str:
    """How many forms, and what they were used for."""
    records = run.metrics["prepare"]["records"]
    return (
        f"{whole(records['train'])} forms to learn from, {whole(records['valid'])} to tune on, "
        f"{whole(records['calibrate'])} to choose the set-up, and {whole(records['test'])} for "
        "the final check"
    )


def name_models(run: Run) -> str:
    """The systems of the judged set-up by task."""
    return enumerate_words(
        [f"{name_system(run.system(task))} for {words}" for task, words in TASKS.items()]
    )


def _count(row: Row | None) -> str:
    return whole(row["per_1000"]) if row else "a number too small to show"
