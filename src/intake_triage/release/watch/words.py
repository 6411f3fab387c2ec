"""What the page calls alarms and figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake_triage.release.watch.alarms import LOAD
from intake_triage.release.words import name_class

NAMES = {
    "under_triage": "urgent forms placed too low",
    "most_urgent_missed": "forms of the most urgent tier placed lower",
    "severe_under_triage": "urgent forms placed two or more tiers too low",
    "over_triage": "other forms placed too high",
    LOAD: "forms placed in urgent tiers, for each that belongs there",
    "misrouted": "forms sent to another sub-specialty than staff sent them to",
    "urgency": "suggested tier",
    "specialty": "suggested sub-specialty",
    "p_missed_urgent": "chance of a missed urgent form",
    "to_nurse": "sent to a nurse",
}


def name_alarm(path: Sequence[str]) -> str:
    """An alarm in words, with the group or the entry that it is about."""
    match tuple(path):
        case ("decisions", name):
            return NAMES[name]
        case ("groups", subgroup, value, name):
            return f"{name_class(subgroup)} “{name_class(value)}”: {NAMES[name]}"
        case ("drift", "unknown_words"):
            return "words that the models do not know"
        case ("drift", "missing", field):
            return f"{name_class(field)} left empty"
        case ("drift", "missing_by_group", subgroup, value, field):
            return f"{name_class(subgroup)} “{name_class(value)}”: {name_class(field)} left empty"
        case ("drift", _, "to_nurse", part, side):
            more = (part == "yes") == (side == "more")
            return f"{'more' if more else 'fewer'} forms sent to a nurse"
        case ("drift", _, name, part, side):
            what = NAMES.get(name, name_class(name))
            return f"{what}: {'more' if side == 'more' else 'fewer'} {name_class(part)}"
    raise ValueError(f"no such alarm: {path}")


def say_figures(row: Mapping[str, Any]) -> dict[str, str]:
    """Rate, limit and bound of an alarm: a ratio with two decimals, a share in percent.

    An alarm that a share falls counts the forms outside; the page tells of those inside.
    """
    path = row["path"]
    inside = path[-1] == "less"
    if path[:3] == ["drift", "outputs", "to_nurse"] and path[3] == "no":
        inside = not inside

    def say(number: float | None) -> str:
        if number is None:
            return "–"
        if path[-1] == LOAD:
            return f"{number:.2f}"
        share = 100 * (1 - number if inside else number)
        return f"{share:.2f}\u00a0%" if path[1] == "unknown_words" else f"{share:.1f}\u00a0%"

    return {
        "rate": say(row["rate"]),
        "limit": f"at {'least' if inside else 'most'} {say(row['limit'])}",
        "bound": f"{'below' if inside else 'above'} {say(row['bound'])}",
    }
