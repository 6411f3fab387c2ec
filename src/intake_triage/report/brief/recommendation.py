"""The recommendation in plain words: how sure it is, its safety limits, what would change it."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake_triage.recommendation.candidates import SetUp
from intake_triage.report.brief.formats import (
    capitalise,
    decimals,
    enumerate_words,
    of_100,
    of_100_finely,
    plain,
    whole,
    with_interval,
)
from intake_triage.report.brief.groups import all_groups_keep_limit
from intake_triage.report.brief.inputs import Row, Run
from intake_triage.report.brief.names import name_class, shorten_set_up
from intake_triage.report.wording import describe_set_up

Values = Mapping[str, Any]
STATUS = {"met": "met", "not_shown": "not shown", "broken": "broken"}
CAUTION = (
    "Stated chances: how likely the models say each tier or sub-specialty is. Caution: at 1 they "
    "come true as stated; below 1 they are over-confident, above over-cautious."
)
STABLE = 0.95  # the confidence level used throughout; below it the choice is not called stable
# What each flip is about, in words, and how its values are written.
COSTS = {
    "too_late_urgent": "an urgent form sent too late",
    "too_late": "any other form sent too late",
    "too_early": "a form sent too early",
    "misroute": "a form sent to the wrong sub-specialty",
}


def state_recommendation(run: Run) -> str:
    """One sentence in bold: what to do."""
    recommendation = run.recommendation
    if recommendation["reason"] == "nothing_passes":
        return "Do not release: none of the set-ups compared keeps within the safety limits."
    name = describe_set_up(recommendation)
    if recommendation["decision"] == "do_not_release":
        return (
            f"Do not release: the rule picks {name}, but in the final check "
            f"{enumerate_words(_limits(recommendation, 'broken'))} "
            "broke the safety limit."
        )
    return f"Use {name} in a pilot that starts silent, beside current practice."


def explain_choice(run: Run) -> str:
    """Why this set-up, by the rule fixed beforehand."""
    recommendation, lowest = run.recommendation, run.recommendation["lowest"]
    margin = run.params["decision"]["cost_margin"]
    if recommendation["reason"] == "nothing_passes":
        return (
            f"Least harm, {_cost(lowest)}, was done by {describe_set_up(lowest)}, but less harm "
            "does not make up for a broken limit. The figures below are of that set-up."
        )
    own = run.find("set_ups", split="calibrate", label=run.judged.label)
    said = [f"On the forms used to choose, it did {_cost(recommendation)} ({_range(own)})."]
    taken = "one model instead of two"
    if lowest["cost_per_1000"] != recommendation["cost_per_1000"]:
        virtue = "is one model fewer to maintain"
        if recommendation["models"] == lowest["models"]:
            virtue = "is cheaper to run"
            taken += ", or for models that are cheaper to run"
        said.append(
            f"That is within {plain(margin)} points of the lowest "
            f"({describe_set_up(lowest)}, {whole(lowest['cost_per_1000'])}), and it {virtue}."
        )
    return " ".join(
        [
            *said,
            _compare_with_runner_up(run),
            f"We accept up to {plain(margin)} more harm points per 1,000 forms for {taken} "
            "(docs/protocol.md): a judgement that leadership should approve.",
        ]
    )


def say_how_sure(run: Run) -> str:
    """The share of samples drawn anew with the same choice, and what it means."""
    recommendation = run.recommendation
    share = of_100(recommendation["won_share"])
    same = "also nothing passed" if recommendation["urgency"] is None else "the choice was the same"
    if recommendation["models"] == 1:
        same += ", helped by our preference for one model"
    settled = (
        "The choice is stable."
        if recommendation["won_share"] >= STABLE
        else "So another sample of forms could change it."
    )
    return f"In {share} of 100 samples drawn anew from these forms {same}. {settled}"


def say_limits(run: Run) -> str:
    """Whether the chosen set-up was shown to keep within its limits on forms kept for that."""
    recommendation = run.recommendation
    ceilings = recommendation["ceilings"]
    if not ceilings:
        return "No set-up reached the final check, since each had broken a limit before."
    broken, unsure = (_limits(recommendation, status) for status in ("broken", "not_shown"))
    parts = ["The final check can only reject a choice that breaks a safety limit."]
    parts.append(f"Broken: {enumerate_words(broken)}." if broken else "None was broken.")
    if unsure:
        parts.append(
            f"Not shown to be within its limit: {enumerate_words(unsure)}. "
            "The pilot must watch this first."
        )
    met = "Every safety limit was" if not broken and not unsure else "The other limits were"
    if any(ceiling["status"] == "met" for ceiling in ceilings.values()):
        each = "" if all_groups_keep_limit(run) else ", but not for each group (see below)"
        parts.append(f"{met} shown to be met for all patients together{each}.")
    return " ".join(parts)


def limit_rows(run: Run) -> Iterator[tuple[str, str, str, str]]:
    """A row a safety limit: what, alarm level, measured here with its range, status."""
    for name, ceiling in run.recommendation["ceilings"].items():
        form = of_100_finely if "limit" in ceiling else decimals(2)
        alarm = (
            f"above {of_100(ceiling['limit'])} of 100"
            if "limit" in ceiling
            else f"below {plain(ceiling['least'])} or above {plain(ceiling['most'])}"
        )
        yield (
            capitalise(_describe_limit(name, run)),
            alarm,
            with_interval(ceiling, form),
            STATUS[ceiling["status"]] + _say_side(ceiling),
        )


def flip_rows(run: Run) -> Iterator[tuple[str, str, str, str]]:
    """A row a change that matters: what, its value now and then, and the recommendation then."""
    for key, flip in run.recommendation["flips"].items():
        if flip["at"] is not None:
            now, then = (_flip_value(key, flip[it]) for it in ("now", "at"))
            yield capitalise(_flip_subject(key)), now, then, _outcome(flip)


def list_steady(run: Run) -> list[str]:
    """What no change within the range searched would overturn."""
    flips = run.recommendation["flips"].items()
    return [_flip_subject(key) for key, flip in flips if flip["at"] is None]


def _outcome(flip: Values) -> str:
    if flip["urgency"] is None:
        return "Do not release"
    return capitalise(shorten_set_up(SetUp(flip["urgency"], flip["specialty"]).label))


def _flip_value(key: str, value: float) -> str:
    if key.startswith("max_"):
        return f"{of_100_finely(value)} of 100"
    if key.startswith("slope."):
        return f"{value:g}"  # the bounds lie close to 1: a third decimal tells
    return plain(value)


def _flip_subject(key: str) -> str:
    if key.startswith("cost."):
        return f"harm points for {COSTS[key.removeprefix('cost.')]}"
    return {
        "cost_margin": "harm points accepted for a simpler set-up",
        "max_under_triage": "limit for urgent forms sent too late",
        "max_ece": "limit for how far stated chances may be off",
        "slope.least": "lower limit for caution of stated chances",
        "slope.most": "upper limit for caution of stated chances",
    }[key]


def _limits(recommendation: Values, status: str) -> list[str]:
    """The limits of one status, the cuts of urgency drawn together."""
    names = [
        "the caution of the stated chances of urgency"
        if name.startswith("slope_")
        else {
            "under_triage": "the share of urgent forms sent too late",
            "ece_urgency": "how far the stated chances of urgency are off",
            "ece_specialty": "how far the stated chances of sub-specialty are off",
        }[name]
        for name, ceiling in recommendation["ceilings"].items()
        if ceiling["status"] == status
    ]
    return list(dict.fromkeys(names))


def _describe_limit(name: str, run: Run) -> str:
    if name == "under_triage":
        return "urgent forms sent too late, of 100 urgent forms"
    if name.startswith("ece_"):
        task = "urgency" if name.endswith("urgency") else "sub-specialty"
        return f"stated chances of {task}: error, of 100"
    cut = name_class(name.removeprefix("slope_"))
    return f"caution of stated chances of “{cut}”"


def say_runner_up_in_pilot(run: Run) -> str:
    """Whether the pilot should try the runner-up too; empty where it needn't."""
    second = run.recommendation["runner_up"]
    if run.recommendation["decision"] != "release" or second is None:
        return ""
    if not any(_overlap(rows) or _is_within_margin(rows, run) for rows in _with_runner_up(run)):
        return ""
    name = describe_set_up(second)
    return f"A silent pilot can run both, so it should run the runner-up ({name}) too."


def _with_runner_up(run: Run) -> list[list[Row]]:
    """Choice and runner-up on the forms used to choose, then in the final check."""
    second = run.recommendation["runner_up"]
    labels = [run.judged.label, SetUp(second["urgency"], second["specialty"]).label]
    return [
        [run.find("set_ups", split=split, label=label) for label in labels]
        for split in ("calibrate", "test")
    ]


def _overlap(rows: list[Row]) -> bool:
    return min(row["high"] for row in rows) >= max(row["low"] for row in rows)


def _is_within_margin(rows: list[Row], run: Run) -> bool:
    own, other = (row["cost_per_1000"] for row in rows)
    return abs(own - other) <= run.params["decision"]["cost_margin"]


def _compare_with_runner_up(run: Run) -> str:
    """What comes second, the harm of both on both sets of forms, and which led."""
    second = run.recommendation["runner_up"]
    if second is None:
        return "No other set-up keeps within the limits."
    both = _with_runner_up(run)
    (_, other), (own_then, other_then) = both
    settled = (
        " The ranges overlap both times, so which does less harm is not settled."
        if all(_overlap(rows) for rows in both)
        else ""
    )
    return (
        f"The runner-up, {describe_set_up(second)}, did {whole(second['cost_per_1000'])} "
        f"({_range(other)}): {_say_lead(both[0], run)}. In the final check the harm of the two was "
        f"{whole(own_then['cost_per_1000'])} ({_range(own_then)}) and "
        f"{whole(other_then['cost_per_1000'])} ({_range(other_then)}): {_say_lead(both[1], run)}."
        f"{settled}"
    )


def _say_lead(rows: list[Row], run: Run) -> str:
    """Which of choice and runner-up did less harm, and whether by more than the margin."""
    if _is_within_margin(rows, run):
        return "practically level"
    own, other = (row["cost_per_1000"] for row in rows)
    margin = plain(run.params["decision"]["cost_margin"])
    leader = "the runner-up" if other < own else "the choice"
    return f"{leader} did less, by more than {margin} points"


def _range(row: Row) -> str:
    return f"{whole(row['low'])} to {whole(row['high'])}"


def _say_side(ceiling: Values) -> str:
    """To which side of 1 stated chances err, where they clearly do so but keep the limit."""
    if "least" not in ceiling or ceiling["status"] != "met":
        return ""
    if ceiling["high"] < 1:
        return ", but over-confident"
    return ", but over-cautious" if ceiling["low"] > 1 else ""


def _cost(set_up: Values) -> str:
    return f"{whole(set_up['cost_per_1000'])} harm points (explained below) per 1,000 forms"
