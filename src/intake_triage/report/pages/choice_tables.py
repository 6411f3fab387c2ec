"""Tables of what is chosen: the set-ups, the tied ones, and what would change the choice."""

from dataclasses import replace

from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.words import name_class
from intake_triage.report.pages.limit_tables import IN_SAMPLES, head_of, say_times
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    CHANGES,
    Row,
    capitalise,
    decimals,
    more_or_fewer,
    name_set_up,
    name_source,
    number,
    of_100,
    plain,
    set_up_of,
    whole,
    with_interval,
)
from intake_triage.tasks import Split

LEAST = "default: the rule’s choice; too few forms to show that a simpler one will do"
SLOPES = ("least_slope", "greatest_slope")
LISTED = 2  # set-ups that are named beside the default
OF_CHANCES = ("max_ece", "slope.least", "slope.most", "max_intercept")


def name_choice(chosen: Row) -> str:
    """The set-up that the rule chooses, if any."""
    return "no set-up passes" if chosen["parts"] is None else name_set_up(set_up_of(chosen))


FLIP_COLUMNS = {
    "What": lambda change: capitalise(change[0]),
    "Now": lambda change: change[1](change[2]["now"]),
    "If it were": lambda change: change[1](change[2]["at"]),
    "The rule would pick": lambda change: capitalise(name_choice(change[2])),
}


def set_up_table(run: Run, split: Split) -> PageTable:
    """The set-ups on one split; what becomes of each is decided on calibrate."""
    named = {
        name: head_of(ceiling) for name, ceiling in run.ceilings.items() if not _is_slope(ceiling)
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


def _say_outcome(run: Run, row: Row) -> str:
    """Of a set-up that is dropped each limit that it breaks, and parts of the floor by name."""
    if row["chosen"]:
        return "chosen"
    said = []
    for name in row["breaks"]:
        words = (
            head_of(run.ceilings[name]) if name in run.ceilings else f"floor: {name_class(name)}"
        )
        is_hidden = row["split"] == "calibrate" and name in row and row[name] is None
        said.append(f"{words} (too few people to show)" if is_hidden else words)
    return "; ".join(said) or ("tied" if row["tied"] else "")


def sure_table(run: Run) -> PageTable:
    """How often each set-up was chosen on other forms."""
    halves, redrawn = run.recommendation["halves"], run.redrawn
    own = {} if run.recommendation["parts"] is None else {run.judged: run.chosen_in_halves}
    shares: dict[SetUp | None, float] = own | run.chosen_instead | {None: halves["none"]}
    columns = {"Chosen": lambda each: _name_any(each)}
    if redrawn:
        draws = dict.fromkeys([*own, *run.redrawn_instead])
        shares = dict.fromkeys(draws, 0.0) | shares
        columns[f"On {redrawn['runs']} new draws of forms, trained anew"] = lambda each: str(
            0 if each is None else redrawn["chosen"].get(each.label, 0)
        )
    columns["On 100 random halves of the forms"] = lambda each: of_100(shares[each])
    return tabulate(f"{name_source(run.source)}: how often each is chosen", shares, columns)


def _name_any(set_up: SetUp | None) -> str:
    return "Nothing passes" if set_up is None else capitalise(name_set_up(set_up, short=True))


def pair_table(run: Run) -> PageTable:
    """The judged set-up and what it is tied with, each with its part in the pilot."""
    others = run.tied_with_judged
    reason = "the cheapest to run" if run.recommendation["reason"] == "cheaper" else ""
    if run.judged_is_least:
        is_lowest = run.recommendation["reason"] == "lowest_cost"
        reason = "the rule’s choice" if is_lowest else "the fewest parts"
    rows = [(capitalise(name_set_up(run.judged)), f"default: {reason}" if reason else LEAST)]
    rows += [(capitalise(name_set_up(each)), "beside it") for each in others[:LISTED]]
    if len(others) > LISTED:
        rows.append((f"{len(others) - LISTED} more (docs/results.md)", "beside it"))
    return PageTable(
        f"{name_source(run.source)}: what runs side by side",
        ("Side by side", "Part"),
        rows if run.recommendation["decision"] == "release" and others else [],
    )


def tied_table(run: Run) -> PageTable:
    """The tied set, by cost: how much more harm each did than the lowest, on the same forms."""
    margin = plain(run.params["decision"]["cost_margin"])
    lowest = set_up_of(run.recommendation["lowest"])

    def name(set_up: SetUp) -> str:
        return capitalise(name_set_up(set_up)) + " (the choice)" * (set_up == run.judged)

    return tabulate(
        "Set-ups not shown, on the forms used to choose, to do more harm than the best",
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
            "Times these forms to settle that": lambda each: say_times(each[1]["needed"]),
        },
        f"Differences are paired: both set-ups on the same forms. {IN_SAMPLES}",
    )


def flip_table(run: Run) -> PageTable:
    """A row a change that matters: what, its value now and then, and the recommendation then."""
    flips = [(*CHANGES[key], flip) for key, flip in _list_flips(run) if flip["at"] is not None]
    about = (
        "What would change the choice, on the forms used to choose, one change at a time, "
        "the others held"
    )
    return tabulate(about, flips, FLIP_COLUMNS, _say_unchanged(run))


def nearest_flip_table(run: Run) -> PageTable:
    """Of these the smallest, of what leaders weigh, or a row that says that there are none."""
    flips = [
        (*CHANGES[key], flip)
        for key, flip in _list_flips(run)
        if flip["at"] is not None and key not in OF_CHANCES
    ]
    flips.sort(key=lambda change: abs(change[2]["at"] / change[2]["now"] - 1))
    table = tabulate("The smallest changes that would change the decision", flips[:3], FLIP_COLUMNS)
    return table if flips else replace(table, rows=[("No value searched would", *3 * ("",))])


def _say_unchanged(run: Run) -> str:
    steady, absent = list_steady(run), list_unsearched(run)
    said = [f"No value searched changes it for: {'; '.join(steady)}."] if steady else []
    if absent:
        few = "; ".join(absent)
        said.append(f"Not searched, since the value would tell of few people: {few}.")
    return " ".join(said)


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
