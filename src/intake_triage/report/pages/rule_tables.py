"""Tables of what is decided on: set-ups, the tied ones, halves, limits, the floor, changes."""

from intake_triage.evaluation.table import Result
from intake_triage.recommendation.candidates import SetUp
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    CHANGES,
    MAJORITY_RULE,
    TASK_WORDS,
    Format,
    Row,
    capitalise,
    decimals,
    limit_words,
    more_or_fewer,
    name_class,
    name_measure,
    name_set_up,
    name_source,
    name_system,
    number,
    of_100,
    plain,
    set_up_of,
    whole,
    with_interval,
)
from intake_triage.statistics.estimates import POWER
from intake_triage.tasks import Split, Task

SLOPES = ("least_slope", "greatest_slope")
BY_SEED = ("under_triage", "most_urgent_missed", "over_triage", "urgent_load")
CLASS_WORDS = {"urgency": "tier", "specialty": "sub-specialty"}
CAUTION = (
    " Caution: at 1 they come true as stated; below 1 they are over-confident, above over-cautious."
    " Shift: above 0 urgent forms are commoner than stated, below 0 rarer."
)
# What a figure of no error is, and what is said where it is clearly below, or above.
SIDES = {
    "slope": (1, ", but over-confident", ", but over-cautious"),
    "intercept": (0, ", but stated too high", ", but stated too low"),
}
OF_CHANCES = ("max_ece", "slope.least", "slope.most", "max_intercept")
FLOOR = "the floor of usefulness"
IN_SAMPLES = f"With so many times the forms {of_100(POWER)} of 100 samples would show it."


def figures_table(run: Run) -> PageTable:
    """The figures that decide, each beside its limit, the best possible and a rule of thumb."""
    decision = run.params["decision"]
    first = f"“{name_class(run.tiers[0])}” placed lower, of 100" if run.tiers else ""
    asked: list[tuple[Task, str, str, Format, str | None]] = [
        ("urgency", "most_urgent_missed", first, of_100, "max_most_urgent_missed"),
        ("urgency", "under_triage", "Urgent forms late, of 100", of_100, "max_under_triage"),
        ("urgency", "over_triage", "Others too early, of 100", of_100, "max_over_triage"),
        ("urgency", "urgent_load", "Placed as urgent, per urgent form", decimals(2), "max_load"),
        ("specialty", "misrouted", "Wrong sub-specialty, of 1,000", whole, None),
    ]
    thumb = dict(zip(("system", "rule"), MAJORITY_RULE, strict=True))
    columns = {
        "Figure": lambda row: row[2],
        "Found": lambda row: with_interval(run.decided(*row[:2]), row[3]),
        "Limit": lambda row: "not set" if row[4] is None else row[3](decision[row[4]]),
        "Best possible": lambda row: _point(run.decided(*row[:2], system="oracle"), row[3]),
        "Rule of thumb": lambda row: _point(run.decided(*row[:2], **thumb), row[3]),
    }
    if not run.has_oracle:
        del columns["Best possible"]
    asked = [row for row in asked if row[0] in run.tasks]
    return tabulate(f"{name_source(run.source)}: each figure beside its limit", asked, columns)


def _point(figure: Result | None, form: Format) -> str:
    """A figure without its interval."""
    return ABSENT if figure is None or figure.value is None else form(figure.value)


def seed_table(run: Run) -> PageTable:
    """What single fits of each system do: how far a limit hangs on the luck of a start."""
    limits = {
        key: run.ceilings[key]
        for key in ("under_triage", "most_urgent_missed", "over_triage", "urgent_load")
        if key in run.ceilings
    }
    return tabulate(
        "Limits by training seed, on test: single fits, which nobody would release",
        run.metrics["safety"].get("by_seed", ()),
        {
            "model, seed": lambda row: f"{name_system(row['system'])}, {row['seed']}",
            **{
                f"{_head(limit)} (limit {plain(limit['limit'])})": lambda row, key=key: number(
                    row[key]
                )
                for key, limit in limits.items()
            },
        },
    )


def set_up_table(run: Run, split: Split) -> PageTable:
    """The set-ups on one split; what becomes of each is decided on calibrate."""
    named = {
        name: _head(ceiling) for name, ceiling in run.ceilings.items() if not _is_slope(ceiling)
    }
    columns = {
        "set-up": lambda row: name_set_up(set_up_of(row), short=True),
        "parts": lambda row: str(row["parts"]),
        "cost per 1,000 forms": lambda row: with_interval(row, value="cost_per_1000"),
        "more than the reference": lambda row: with_interval(
            run.beside_judged(set_up_of(row), split), decimals(0, signed=True)
        ),
        **{words: lambda row, name=name: number(row[name]) for name, words in named.items()},
    }
    if "urgency" in run.tasks:
        columns["slopes"] = lambda row: " to ".join(number(row[slope]) for slope in SLOPES)
    columns["chosen, tied, or dropped for"] = lambda row: _say_outcome(run, row)
    return tabulate(
        f"What the rule sees on {split}, least-cost decision",
        [run.find("set_ups", split=split, label=each.label) for each in run.compared_set_ups],
        columns,
        f"More than the reference, {name_set_up(run.judged)}: paired on the same forms, 95 % "
        "interval. All set-ups: plots/set_ups.json.",
    )


def _is_slope(ceiling: Row) -> bool:
    return ceiling["measure"] == "slope"


def _head(ceiling: Row) -> str:
    """A ceiling at the head of a column."""
    about = ceiling["class_name"] or (TASK_WORDS[ceiling["task"]] * (ceiling["measure"] == "ece"))
    words = "ECE" if ceiling["measure"] == "ece" else name_measure(ceiling["measure"])
    return f"{words} {name_class(about)}".rstrip()


def _say_outcome(run: Run, row: Row) -> str:
    """Of a set-up that is dropped each limit that it breaks, and parts of the floor by name."""
    if row["chosen"]:
        return "chosen"
    said = []
    for name in row["breaks"]:
        words = _head(run.ceilings[name]) if name in run.ceilings else f"floor: {name_class(name)}"
        is_hidden = row["split"] == "calibrate" and name in row and row[name] is None
        said.append(f"{words} (too few people to show)" if is_hidden else words)
    return "; ".join(said) or ("tied" if row["tied"] else "")


def tied_table(run: Run) -> PageTable:
    """The tied set, by cost: how much more harm each did than the lowest, on the same forms."""
    margin = plain(run.params["decision"]["cost_margin"])
    lowest = set_up_of(run.recommendation["lowest"])

    def name(set_up: SetUp) -> str:
        return capitalise(name_set_up(set_up)) + " (the choice)" * (set_up == run.judged)

    return tabulate(
        "Set-ups that these forms do not show to do more harm than the best",
        run.tied.items(),
        {
            "Set-up": lambda each: name(each[0]),
            "Parts to keep": lambda each: str(each[1]["parts"]),
            "Harm points per 1,000 forms": lambda each: whole(each[1]["cost_per_1000"]),
            "Than the lowest (95 % range)": lambda each: (
                "the lowest" if each[0] == lowest else more_or_fewer(each[1]["above_lowest"])
            ),
            f"Shown to do at most {margin} more": lambda each: (
                "yes" if each[1]["within_margin"] else "no"
            ),
            "Times these forms to settle that": lambda each: _times(each[1]["needed"]),
        },
        f"Differences are paired: both set-ups on the same forms. {IN_SAMPLES}",
    )


def _times(needed: float | None) -> str:
    return ABSENT if needed is None else plain(needed)


def limit_table(run: Run) -> PageTable:
    """A row a safety limit: what, alarm level, measured here with its range, status."""

    def alarm(limit: Row) -> str:
        form = limit_words(limit).limit
        if "limit" in limit:
            return f"above {form(limit['limit'])}"
        return f"below {form(limit['least'])} or above {form(limit['most'])}"

    needed = run.recommendation["needed"]["ceilings"]
    classes = " or ".join(CLASS_WORDS[task] for task in run.tasks)
    note = f"{IN_SAMPLES} Stated chances: how likely the models say each {classes} is."
    return tabulate(
        "The safety limits, fixed beforehand, which are the alarm levels of the pilot",
        run.recommendation["ceilings"].items(),
        {
            "Watch": lambda each: capitalise(limit_words(each[1]).row),
            "Alarm": lambda each: alarm(each[1]),
            "Found here (95 % range)": lambda each: with_interval(
                each[1], limit_words(each[1]).figure
            ),
            "Within limit": lambda each: name_class(each[1]["status"]) + _say_side(each[1]),
            "Times the forms to show it": lambda each: (
                _times(needed[each[0]]) if each[1]["status"] == "not_shown" else ""
            ),
        },
        note + (CAUTION if "urgency" in run.tasks else ""),
    )


def _say_side(ceiling: Row) -> str:
    """To which side stated chances err, where they clearly do so but keep the limit."""
    right, below, above = SIDES.get(ceiling["measure"], (0, "", ""))
    if ceiling["status"] != "met" or ceiling["value"] is None:
        return ""
    if ceiling["high"] < right:
        return below
    return above if ceiling["low"] > right else ""


def floor_table(run: Run) -> PageTable:
    """What the choice gains, on test, over rules that ignore the form."""

    def name(gain: Row) -> str:
        who = f"“{name_class(gain['class_name'])}”"
        if gain["measure"] == "cost":
            return f"cost per 1,000 forms, less than {who} for all"
        return f"net benefit of {who}, more than for {gain['against']}"

    forms = {"cost": whole, "net_benefit": decimals(4)}
    return tabulate(
        "The floor of usefulness: the choice on test against rules that ignore the form",
        run.recommendation["floor"].values(),
        {
            "gain": name,
            "95 % interval": lambda gain: with_interval(gain, forms[gain["measure"]]),
            "above 0": lambda gain: name_class(gain["status"]),
        },
    )


def flip_table(run: Run) -> PageTable:
    """A row a change that matters: what, its value now and then, and the recommendation then."""
    return tabulate(
        "What would change the choice, one change at a time, the others held",
        [(*CHANGES[key], flip) for key, flip in _list_flips(run) if flip["at"] is not None],
        {
            "What": lambda change: capitalise(change[0]),
            "Now": lambda change: change[1](change[2]["now"]),
            "If it were": lambda change: change[1](change[2]["at"]),
            "Recommended instead": lambda change: capitalise(name_choice(change[2])),
        },
        _say_unchanged(run),
    )


def _say_unchanged(run: Run) -> str:
    steady, absent = list_steady(run), list_unsearched(run)
    said = [f"No value searched changes it for: {'; '.join(steady)}."] if steady else []
    if absent:
        few = "; ".join(absent)
        said.append(f"Not searched, since the value would tell of few people: {few}.")
    return " ".join(said)


def list_changes(run: Run) -> dict[str, list[str]]:
    """By what would be chosen then the changes, of what leaders weigh, the smallest first."""
    flips = [
        (abs(flip["at"] / flip["now"] - 1), *CHANGES[key], flip)
        for key, flip in _list_flips(run)
        if flip["at"] is not None and key not in OF_CHANCES
    ]
    by_choice: dict[str, list[str]] = {}
    for _, words, form, flip in sorted(flips, key=lambda each: each[0]):
        change = f"{words}, {form(flip['at'])} (now {form(flip['now'])})"
        by_choice.setdefault(name_choice(flip), []).append(change)
    return by_choice


def name_choice(chosen: Row) -> str:
    """The set-up that the rule chooses, if any, for a narrow table."""
    return "no pilot" if chosen["parts"] is None else name_set_up(set_up_of(chosen))


def list_steady(run: Run) -> list[str]:
    """What no change within the range searched would overturn."""
    return [CHANGES[key][0] for key, flip in _list_flips(run) if flip["at"] is None]


def list_unsearched(run: Run) -> list[str]:
    """The limits that were not searched, since a set-up's figure would tell of few people."""
    absent = run.bounds - set(run.recommendation["flips"])
    return [words for key, (words, _) in CHANGES.items() if key in absent]


def _list_flips(run: Run) -> list[tuple[str, Row]]:
    """Each change that was tried, but for the cost of an error that cannot occur."""
    flips = run.recommendation["flips"]
    return [(key, flips[key]) for key in flips if key != "cost.too_late" or run.others_can_be_late]


def list_limits(run: Run, status: str) -> list[str]:
    """The limits of one status, cuts of urgency drawn together, and so the parts of the floor."""
    recommendation = run.recommendation
    said = [
        limit_words(each).sentence
        for each in recommendation["ceilings"].values()
        if each["status"] == status
    ]
    of_floor = {each["status"] for each in recommendation["floor"].values()}
    is_of_floor = status in of_floor if status != "met" else of_floor == {"met"}
    return list(dict.fromkeys([*said, FLOOR] if is_of_floor else said))


def sort_shortcuts(run: Run) -> tuple[list[str], list[str]]:
    """The tiers that could be given to all without breaking a limit, and what others break."""
    kept, broken = [], []
    for tier, name in run.recommendation["ignoring_rules"].items():
        if name is None:
            kept.append(tier)
        else:
            broken.append(
                f"“{name_class(tier)}” for all, on {limit_words(run.ceilings[name]).sentence}"
            )
    return kept, broken


def list_excesses(run: Run) -> list[str]:
    """Of what comes nearest where nothing passes: each limit that it breaks, and by how much."""
    nearest = run.recommendation["nearest"]
    said = [_say_excess(ceiling) for ceiling in nearest["breaks"].values()]
    if nearest["floor"]:
        said.append(f"{FLOOR}: no less harm is shown than by rules that ignore the form")
    return said


def _say_excess(ceiling: Row) -> str:
    words = limit_words(ceiling)
    if "limit" in ceiling:
        allowed = f"at most {words.figure(ceiling['limit'])}"
    else:
        allowed = f"{words.figure(ceiling['least'])} to {words.figure(ceiling['most'])}"
    is_shown = ceiling["value"] is not None
    figure = words.figure(ceiling["value"]) if is_shown else "a number that cannot be shown"
    return words.broken.format(figure=figure, allowed=allowed)
