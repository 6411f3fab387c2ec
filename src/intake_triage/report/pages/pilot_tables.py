"""Tables of the pilot: what its labels can show, and what a nurse takes over."""

from dataclasses import replace

from intake_triage.release.watch.limits import FALSE_ALARMS
from intake_triage.release.words import name_class
from intake_triage.report.pages.run import OWN, Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import (
    ABSENT,
    Format,
    decimals,
    enumerate_words,
    name_source,
    of_100,
    whole,
    with_interval,
)

GROUPS_NAMED = 2  # of those that may be late too often


def step_table(run: Run) -> PageTable:
    """What a pilot takes, and whom to look at first; nothing where nothing is released."""
    checked, price = whole(run.metrics["prepare"]["records"]["test"]), run.price_of_unsure
    most = run.params["decision"]["max_under_triage"]
    beyond = [group for group in run.worst_groups if group["value"] > most]
    steps = {}
    if run.source != OWN:
        in_all = whole(run.params["data"]["n_records"])
        steps["Train anew"] = f"with some {in_all} of the clinic’s own labelled forms"
        steps["Final check"] = f"on {checked} of them: no limit shown to be broken"
    steps["Silent pilot"] = "nobody sees what is suggested"
    if price:
        year = run.metrics["pilot"]["weeks"]
        longer = f", and a pilot ends at {year}" * (price["weeks"] > year)
        forms = f"{whole(price['forms'])} labelled forms"
        steps["To show each limit kept"] = f"{forms}: {price['weeks']} weeks{longer}"
    if beyond:
        named = [group["group"] for group in beyond[:GROUPS_NAMED]]
        others = ["others"] * (len(beyond) > GROUPS_NAMED)
        doubt = "?" * all(group["low"] <= most for group in beyond)
        steps["Look first at"] = f"{enumerate_words(named + others)}: limit broken{doubt}"
    return PageTable(
        f"{name_source(run.source)}: what a pilot takes",
        ("Step", "What it takes"),
        list(steps.items()) if run.recommendation["decision"] == "release" else [],
    )


def alarm_table(run: Run) -> PageTable:
    """What a pilot can show, by simulation: by when an alarm sounds, or that a limit is kept."""
    first = f"“{name_class(run.tiers[0])}” forms placed lower, of 100" if run.tiers else ""
    asked: dict[str, tuple[str, Format]] = {
        "most_urgent_missed": (first, of_100),
        "under_triage": ("Urgent forms late, of 100", of_100),
        "urgent_load": ("Placed as urgent, per urgent form", decimals(2)),
    }
    if not run.tiers:
        asked = {"misrouted": ("Wrong sub-specialty, of 100", of_100)}
    alarms = run.metrics["pilot"]["alarms"]

    def sounds(key: str) -> str:
        told, form = alarms[key]["sounds"], asked[key][1]
        if not told:  # no rate beyond the limit is possible
            return ABSENT
        wrong = (told[1:2] or told)[0]
        when = f"week {wrong['most']['weeks']}" if wrong["most"] else "not in a year"
        return f"{when}, if it is {form(wrong['rate'])}"

    def kept(key: str) -> str:
        met, form = alarms[key]["met"], asked[key][1]
        when = f"week {met['weeks']}" if met else "not soon"
        return f"{when}, if it is {form(alarms[key]['expected'])}"

    table = tabulate(
        "What the pilot’s labels can show",
        [key for key in asked if key in alarms],
        {
            "Watched": lambda key: asked[key][0],
            "At most": lambda key: asked[key][1](alarms[key]["limit"]),
            "Alarm by (8 in 10 pilots)": sounds,
            "Shown to be kept by (8 in 10 pilots)": kept,
            "Labelled forms for that": lambda key: (
                whole(alarms[key]["met"]["forms"]) if alarms[key]["met"] else ABSENT
            ),
        },
    )
    false = ("Pilots with any false alarm, of 100", of_100(FALSE_ALARMS), *3 * ("",))
    return replace(table, rows=[*table.rows, false]) if table.rows else table


def nurse_table(run: Run) -> PageTable:
    """What is left wrong if a nurse reads what she can, a row a task where that can be shown."""
    alone, found = run.decided("urgency", "too_late_urgent"), run.with_nurse
    wrong, kept = run.left("specialty"), run.share_kept
    rows = []
    if found and alone and alone.value is not None:
        with_her = with_interval(found["missed"], decimals(1))
        rows.append(("Urgent and too late, of 1,000 forms", with_interval(alone), with_her))
    if kept in wrong and 1.0 in wrong:
        left = (of_100(wrong[share]["risk"]) for share in (1.0, kept))
        rows.append(("Wrong sub-specialty, of 100 decided", *left))
    share = of_100(run.params["decision"]["nurse_share"])
    heading = (
        "Left wrong",
        "Without a nurse",
        f"If a faultless nurse reads {share} of 100",
    )
    return PageTable(
        f"{name_source(run.source)}: what to leave to a nurse",
        heading,
        rows or [("Too few people to show", ABSENT, ABSENT)],
    )
