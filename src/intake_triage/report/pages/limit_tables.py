"""Tables of what must be kept: the figures that decide, the limits, the floor."""

from collections.abc import Container
from dataclasses import replace

from intake_triage.evaluation.table import Result
from intake_triage.release.words import TASK_WORDS, name_class, name_measure
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    MAJORITY_RULE,
    Format,
    Row,
    capitalise,
    decimals,
    limit_words,
    name_source,
    name_system,
    number,
    of_100,
    of_100_finely,
    plain,
    whole,
    with_interval,
)
from intake_triage.statistics.estimates import POWER
from intake_triage.tasks import Task

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
GROUPS_SHOWN = 12  # on page two; the annex has all
FLOOR = "the floor of usefulness"
IN_SAMPLES = (
    f"If what was found is true, {of_100(POWER)} of 100 samples of so many times the forms show it."
)


def harm_table(run: Run) -> PageTable:
    """The points of harm that an error counts."""
    cost = run.params["decision"]["cost"]
    asked: list[tuple[str, Task, str]] = [
        ("Urgent form late, each tier", "urgency", "too_late_urgent"),
        ("Other form late, each tier", "urgency", "too_late"),
        ("Any form early, each tier", "urgency", "too_early"),
        ("Wrong sub-specialty", "specialty", "misroute"),
    ]
    counted = {
        words: plain(cost[key])
        for words, task, key in asked
        if task in run.tasks and (key != "too_late" or run.others_can_be_late)
    }
    return PageTable(
        "What an error counts", ("Error", *counted), [("Points of harm", *counted.values())]
    )


def figures_table(run: Run) -> PageTable:
    """The figures that decide, each beside its limit, the best possible and one answer for all."""
    decision = run.params["decision"]
    first = f"“{name_class(run.tiers[0])}” placed lower, %" if run.tiers else ""
    asked: list[tuple[Task, str, str, Format, str | None]] = [
        ("urgency", "most_urgent_missed", first, of_100, "max_most_urgent_missed"),
        ("urgency", "under_triage", "Urgent forms late, %", of_100, "max_under_triage"),
        ("urgency", "over_triage", "Others too early, %", of_100, "max_over_triage"),
        ("urgency", "urgent_load", "Placed as urgent, per true one", decimals(2), "max_load"),
        ("urgency", "urgency_right", "Right tier, of 1,000", whole, None),
        ("specialty", "misrouted", "Wrong sub-specialty, of 1,000", whole, None),
    ]

    def limit(task: Task, measure: str, _: str, form: Format, key: str) -> str:
        return _say_kept(run.decided(task, measure), decision[key], form)

    thumb = dict(zip(("system", "rule"), MAJORITY_RULE, strict=True))
    columns = {
        "Figure": lambda row: row[2],
        "Found": lambda row: with_interval(run.decided(*row[:2]), row[3]),
        "Limit": lambda row: "not set" if row[4] is None else limit(*row),
        "Best possible": lambda row: _point(run.decided(*row[:2], system="oracle"), row[3]),
        "One answer for all": lambda row: _point(run.decided(*row[:2], **thumb), row[3]),
    }
    if not run.has_oracle:
        del columns["Best possible"]
    asked = [row for row in asked if row[0] in run.tasks]
    table = tabulate(f"{name_source(run.source)}: each figure beside its limit", asked, columns)
    if not run.groups_compare:
        return table
    late = 1 + [row[1] for row in asked].index("under_triage")
    rows = [*table.rows[:late], _worst_group(run, len(columns)), *table.rows[late:]]
    return replace(table, rows=rows)


def _worst_group(run: Run, n_columns: int) -> tuple[str, ...]:
    """The row of the group that is late most often, beside the limit for all."""
    worst = run.worst_groups[0]
    told = (
        f"– the worst group: {worst['group']}",
        with_interval(worst, of_100),
        _say_kept(worst, run.params["decision"]["max_under_triage"], of_100),
    )
    return told + ("",) * (n_columns - len(told))


def group_table(run: Run) -> PageTable:
    """Who is sent too late: the most urgent tier first, then all, then the worst groups."""
    if not run.groups_compare:
        return PageTable("", (), [])
    most = run.params["decision"]["max_under_triage"]
    asked: list[tuple[str, Result | Row | None, Format, float]] = [
        (
            f"“{name_class(run.tiers[0])}”, placed lower",
            run.decided("urgency", "most_urgent_missed"),
            of_100,
            run.params["decision"]["max_most_urgent_missed"],
        ),
        ("All urgent forms", run.decided("urgency", "under_triage"), of_100, most),
        (
            "By two tiers or more",
            run.decided("urgency", "severe_under_triage"),
            of_100_finely,
            run.params["decision"]["max_severe_under_triage"],
        ),
    ]
    worst = [row["group"] for row in run.worst_groups[:GROUPS_SHOWN]]
    groups = [row for row in run.missed_by_group() if row["group"] in worst]
    asked += [(capitalise(row["group"]), row, of_100, most) for row in groups]
    cut = len(run.worst_groups) - len(worst)
    return tabulate(
        f"{name_source(run.source)}: urgent forms late, by group",
        [row for row in asked if row[1] is not None],
        {
            "Urgent forms": lambda each: each[0],
            "Late, of 100": lambda each: with_interval(each[1], each[2]),
            "Beside the limit for all": lambda each: _say_kept(each[1], each[3], each[2]),
        },
        f"The annex has {cut} groups more, which are late less often." if cut else "",
    )


def _say_kept(found: Result | Row | None, most: float, form: Format) -> str:
    """A limit, and whether it is kept or broken; “?” where it lies within the interval."""
    row = vars(found) if isinstance(found, Result) else found
    if row is None or row["value"] is None:
        return form(most)
    doubt = "?" if row["low"] <= most < row["high"] else ""
    return f"{form(most)}, {'kept' if row['value'] <= most else 'broken'}{doubt}"


def _point(figure: Result | None, form: Format) -> str:
    """A figure without its interval."""
    return ABSENT if figure is None or figure.value is None else form(figure.value)


def seed_table(run: Run) -> PageTable:
    """What single fits of each system do: how far a limit hangs on the luck of a start."""
    limits = {key: run.ceilings[key] for key in BY_SEED if key in run.ceilings}
    return tabulate(
        "Limits by training seed, on test: single fits, which nobody would release",
        run.metrics["safety"].get("by_seed", ()),
        {
            "model, seed": lambda row: f"{name_system(row['system'])}, {row['seed']}",
            **{
                f"{head_of(limit)} (limit {plain(limit['limit'])})": lambda row, key=key: number(
                    row[key]
                )
                for key, limit in limits.items()
            },
        },
    )


def head_of(ceiling: Row) -> str:
    """A ceiling at the head of a column."""
    about = ceiling["class_name"] or (TASK_WORDS[ceiling["task"]] * (ceiling["measure"] == "ece"))
    words = "ECE" if ceiling["measure"] == "ece" else name_measure(ceiling["measure"])
    return f"{words} {name_class(about)}".rstrip()


def say_times(needed: float | None) -> str:
    """How many times the forms are needed; a dash where nobody can say."""
    return ABSENT if needed is None else plain(needed)


def limit_table(run: Run) -> PageTable:
    """A row a safety limit: what, alarm level, measured here with its range, status."""

    def broken(limit: Row) -> str:
        form = limit_words(limit).limit
        if "limit" in limit:
            return f"above {form(limit['limit'])}"
        return f"below {form(limit['least'])} or above {form(limit['most'])}"

    needed = run.recommendation["needed"]["ceilings"]
    classes = " or ".join(CLASS_WORDS[task] for task in run.tasks)
    note = f"{IN_SAMPLES} Stated chances: how likely the models say each {classes} is."
    return tabulate(
        "The safety limits, fixed beforehand; in the pilot all but those of stated chances can "
        "alarm",
        run.recommendation["ceilings"].items(),
        {
            "Watch": lambda each: capitalise(limit_words(each[1]).row),
            "Broken": lambda each: broken(each[1]),
            "Final check (95 % range)": lambda each: with_interval(
                each[1], limit_words(each[1]).figure
            ),
            "Within limit": lambda each: name_class(each[1]["status"]) + _say_side(each[1]),
            "Times the forms to show it": lambda each: (
                say_times(needed[each[0]]) if each[1]["status"] == "not_shown" else ""
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


def list_limits(run: Run, status: str, *, but: Container[str] = ()) -> list[str]:
    """The limits of one status, cuts of urgency drawn together, and so the parts of the floor."""
    recommendation = run.recommendation
    said = [
        limit_words(each).sentence
        for key, each in recommendation["ceilings"].items()
        if each["status"] == status and key not in but
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
    said = [_say_excess(run, key, ceiling) for key, ceiling in nearest["breaks"].items()]
    if nearest["floor"]:
        said.append(f"{FLOOR}: no less harm is shown than by rules that ignore the form")
    return said


def _say_excess(run: Run, key: str, ceiling: Row) -> str:
    """By the final check, as the table of figures has it, where it breaks the limit there too."""
    words = limit_words(ceiling)
    found = run.decided("urgency", key)
    if key in BY_SEED and found and found.low is not None and found.low > ceiling["limit"]:
        form = decimals(2) if key == "urgent_load" else of_100
        allowed = f"at most {form(ceiling['limit'])}"
        return words.broken.format(figure=form(found.value), allowed=allowed)
    if "limit" in ceiling:
        allowed = f"at most {words.figure(ceiling['limit'])}"
    else:
        allowed = f"{words.figure(ceiling['least'])} to {words.figure(ceiling['most'])}"
    is_shown = ceiling["value"] is not None
    figure = words.figure(ceiling["value"]) if is_shown else "a number that cannot be shown"
    return words.broken.format(figure=figure, allowed=allowed) + ", on the forms used to choose"
