"""Whom the judged set-up serves worse: urgent forms sent too late, by group of patients."""

import re
from collections.abc import Iterator

from intake_triage.report.brief.formats import enumerate_words, of_100, range_of_100
from intake_triage.report.brief.inputs import Row, Run
from intake_triage.report.brief.names import name_group
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

GROUPS = ("sex", "age_band", "race")  # on the two pages; sites and the like stand in the annex
ADULT = 18


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


def all_groups_keep_limit(run: Run) -> bool:
    """Whether no group's range passes the limit for urgent forms sent too late; hidden ones do."""
    limit = run.params["decision"]["max_under_triage"]
    return not _hidden_groups(run) and all(row["high"] <= limit for row in group_rows(run))


def _hidden_groups(run: Run) -> list[Row]:
    """The groups whose share of urgent forms sent too late would tell of few people."""
    shown = {row["group"] for row in group_rows(run)}
    return [row for row in group_rows(run, "log_loss") if row["group"] not in shown]


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
        else "No range lies wholly above the average, but they are wide: a difference may be there."
    )
    said = [
        f"Of the groups shown, urgent forms are sent too late most often for {_group(ranked[-1])}, "
        f"least often for {_group(ranked[0])}; overall {range_of_100(overall)}.",
        verdict,
    ]
    return " ".join([*said, *_say_groups_by_limit(run), *_say_groups_not_shown(run)])


def _say_groups_by_limit(run: Run) -> Iterator[str]:
    """Which groups are shown to keep the limit, and which to break it."""
    rows, limit = group_rows(run), run.params["decision"]["max_under_triage"]
    kept = [row["group"] for row in rows if row["high"] <= limit]
    beyond = [row["group"] for row in rows if row["low"] > limit]
    said = "all of them" if len(kept) == len(rows) else enumerate_words(kept or ["none of them"])
    yield f"Shown to keep the limit of {of_100(limit)} of 100: {said}."
    if beyond:
        all_are = len(beyond) == len(rows)
        yield f"Clearly beyond it: {'all of them' if all_are else enumerate_words(beyond)}."


def _say_groups_not_shown(run: Run) -> Iterator[str]:
    hidden = _hidden_groups(run)
    if not hidden:
        return
    practised = " (a rule for real forms, kept here too)" if run.source == "synthetic" else ""
    names = enumerate_words([row["group"] for row in hidden])
    yield (
        f"Not shown, since it would tell of fewer than {SMALLEST_SHOWN} people{practised}: {names}."
    )
    if any(_is_of_children(row) for row in hidden):
        yield "So children may fare worse unseen."


def _is_of_children(row: Row) -> bool:
    """Whether a group is an age band that ends before 18."""
    band = re.fullmatch(r"\d+-(\d+)", row["subgroup"])
    return row["column"] == "age_band" and band is not None and int(band[1]) < ADULT


def _group(row: Row) -> str:
    return f"{row['group']} ({range_of_100(row)})"
