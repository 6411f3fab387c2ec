"""Which column of a table is what, by its name and by what it holds; a person corrects it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from intake_triage.file_params import OWN_COLUMNS
from intake_triage.records.draft.bounds import bounds_of
from intake_triage.records.draft.columns import LEAST_PROSE, MOST_CATEGORIES, Column
from intake_triage.records.draft.words import (
    field_name,
    is_specialty,
    is_yes,
    names_a,
    subgroup_of,
    tier_rank,
)

MOST_TIERS = 7
MOST_CLASSES = 30  # a column of more values is not taken for the sub-specialty
MOST_LISTED = 100  # values that a person may list by hand
FEWEST_GROUPS = 20  # fewer cannot be dealt to the four parts of the split
LARGE_GROUP = 0.15  # share of the forms with which one group fills a part of the split


@dataclass(frozen=True)
class Pick:
    """The column taken for a key, None where there is none, and what a person should look at."""

    column: Column | None
    checks: tuple[str, ...] = ()

    def also(self, check: str) -> "Pick":
        """The same, with one more thing to look at."""
        return replace(self, checks=(*self.checks, check))


@dataclass
class Roles:
    """Every column of a table in one place: a key of `data.file`, or left out with the reason."""

    picks: dict[str, Pick] = field(default_factory=dict)
    fields: dict[str, Column] = field(default_factory=dict)
    subgroups: dict[str, Column] = field(default_factory=dict)
    left_out: list[tuple[Column, str]] = field(default_factory=list)

    def has(self, column: Column) -> bool:
        """Whether a key has taken the column already."""
        return any(pick.column is column for pick in self.picks.values())


def pick_roles(columns: list[Column]) -> Roles:
    """Give each column the role that it fits best, one key of `data.file` after the other."""
    roles = Roles()
    for key, pick in (
        ("text", _pick_text),
        ("urgency", _pick_urgency),
        ("specialty", _pick_specialty),
        ("record_id", _pick_record_id),
        ("date", _pick_date),
        ("group", _pick_group),
    ):
        roles.picks[key] = pick([c for c in columns if c.filled and not roles.has(c)])
    for column in columns:
        if not roles.has(column):
            _place(column, roles)
    return roles


def _best(scores: list[tuple[float, Column]], *, least: float, nothing: str) -> Pick:
    """The column of the highest score; those nearly as high are named, for a person to choose."""
    scores = sorted(scores, key=lambda scored: -scored[0])
    if not scores or scores[0][0] < least:
        return Pick(None, (nothing,))
    rivals = [column.name for score, column in scores[1:4] if score >= max(least, scores[0][0] - 1)]
    return Pick(scores[0][1], tuple(f"or {name!r}?" for name in rivals))


def _pick_text(columns: list[Column]) -> Pick:
    scores = [
        (
            4 * names_a("text", column.name)
            - 3 * names_a("late", column.name)
            + 3 * column.prose
            + 2 * column.distinct / column.filled
            + min(column.median_length, 100) / 50,
            column,
        )
        for column in columns
        if column.prose > LEAST_PROSE
    ]
    pick = _best(scores, least=0, nothing="no column holds prose: name the one of the complaint")
    if pick.column and pick.column.filled < pick.column.n_rows:
        return pick.also("rows without a text are refused: take them out")
    return pick


def _pick_urgency(columns: list[Column]) -> Pick:
    scores = []
    for column, names in _columns_of_classes(columns, most=MOST_TIERS):
        known = sum(tier_rank(name) is not None for name in names) / len(names)
        numbered = all(any(map(str.isdigit, name)) for name in names)
        named = names_a("urgency", column.name)
        late = names_a("late", column.name)
        scores.append((2 * named * (1 + numbered) + 3 * known - late, column))
    nothing = f"no column of 2 to {MOST_TIERS} values looks like a triage tier; null: not learned"
    return _best(scores, least=2, nothing=nothing + _say_too_many("urgency", columns, MOST_TIERS))


def _pick_specialty(columns: list[Column]) -> Pick:
    scores = []
    for column, names in _columns_of_classes(columns, most=MOST_CLASSES):
        known = sum(map(is_specialty, names)) / len(names)
        named, late = names_a("specialty", column.name), names_a("late", column.name)
        scores.append((2 * named + 3 * known - 2 * late, column))
    nothing = f"no column of 2 to {MOST_CLASSES} values looks like a department; null: not learned"
    too_many = _say_too_many("specialty", columns, MOST_CLASSES)
    return _best(scores, least=1.5, nothing=nothing + too_many)


def _say_too_many(role: str, columns: list[Column], most: int) -> str:
    """Which column, named as a label is, has more values than are listed here."""
    for column in columns:
        if names_a(role, column.name) and most < column.distinct <= MOST_LISTED:
            return f"; {column.name!r} has {column.distinct}: list them, or merge some"
    return ""


def _columns_of_classes(columns: list[Column], *, most: int) -> Iterator[tuple[Column, list[str]]]:
    for column in columns:
        names = list(column.classes.index)
        if (
            2 <= len(names) <= most
            and (names_a("urgency", column.name) or not _are_answers(names))
            and not column.measure
            and subgroup_of(column.name) is None
        ):
            yield column, names


def _are_answers(names: list[str]) -> bool:
    """Whether the values are words for yes and no."""
    return all(is_yes(name) is not None and not name.isdecimal() for name in names)


def _pick_record_id(columns: list[Column]) -> Pick:
    scores = [
        (2 * names_a("record", column.name) - names_a("person", column.name), column)
        for column in columns
        if column.distinct == column.n_rows
        and not column.formats
        and column.prose == 0
        and (column.numbers is None or (column.is_whole and not column.measure))
    ]
    nothing = "no column never repeats, so that rows are numbered from 1"
    pick = _best(scores, least=-1, nothing=nothing)
    if pick.column and names_a("person", pick.column.name):
        return pick.also("no medical record number? one made for this is better")
    return pick


def _pick_date(columns: list[Column]) -> Pick:
    scores = [
        (
            2 * names_a("date", column.name) + column.filled / column.n_rows - bool(column.doubts),
            column,
        )
        for column in columns
        if column.formats and not names_a("other_date", column.name)
    ]
    if not scores:
        return Pick(None)
    pick = _best(scores, least=-1, nothing="")
    for doubt in pick.column.doubts:
        pick = pick.also(f"{doubt}, or null")
    if pick.column.filled < pick.column.n_rows:
        return pick.also("rows without a day are refused: take them out, or null")
    return pick


def _pick_group(columns: list[Column]) -> Pick:
    """Patients before physicians before sites: the smaller the groups, the fairer the split."""
    for role in ("person", "physician", "site"):
        for column in columns:
            repeats = FEWEST_GROUPS <= column.distinct < column.filled
            if names_a(role, column.name) and repeats and not _is_entry(column):
                return _judge_group(column)
    nothing = "no column of patients, physicians or sites that repeat; null: each form is alone"
    return Pick(None, (nothing,))


def _judge_group(column: Column) -> Pick:
    largest = column.counts.iloc[0] / column.n_rows
    pick = Pick(column)
    if largest > LARGE_GROUP:
        pick = pick.also(f"one group has {100 * largest:.0f} % of the forms; or null")
    if column.filled < column.n_rows:
        pick = pick.also("rows without a group are refused: take them out, or null")
    return pick


def _is_entry(column: Column) -> bool:
    """Whether a column is something about the patient, though its name says `patient`."""
    return bool(
        column.formats
        or column.measure
        or subgroup_of(column.name) not in (None, "site")
        or (column.numbers is not None and not column.is_whole)
        or any(names_a(role, column.name) for role in ("text", "urgency", "late"))
    )


def _place(column: Column, roles: Roles) -> None:
    """Make a column a field or a subgroup, or leave it out with the reason."""
    reason = _why_left_out(column)
    if reason:
        roles.left_out.append((column, reason))
        return
    measure, subgroup = column.measure, subgroup_of(column.name)
    if subgroup in roles.subgroups:
        subgroup = None
    if subgroup:
        roles.subgroups[subgroup] = column
    if subgroup != "site":
        name = subgroup or (measure.name if measure else field_name(column.name))
        while (
            name in OWN_COLUMNS
            or name in roles.fields
            or (name in roles.subgroups and name != subgroup)
        ):
            name += "_2"
        roles.fields[name] = column


def _why_left_out(column: Column) -> str | None:
    if column.distinct < 2:
        return "one value" if column.distinct else "empty"
    if column.measure and column.numbers is not None:
        return None
    few = column.distinct <= MOST_CATEGORIES
    reasons = (
        (names_a("late", column.name), "known only after the decision?"),
        (names_a("identifying", column.name), "may say who it is"),
        (bool(column.formats), "a day or time"),
        (not _is_entry(column) and _is_who(column), "who or where, not what"),
        (few and names_a("urgency", column.name), "a label too?"),
        (few and names_a("specialty", column.name), "a label too?"),
        (column.is_free_text, "more free text"),
        (column.identifies, "may hold identifiers"),
        (bounds_of(column) is None and not few, f"{column.distinct:,} different values"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _is_who(column: Column) -> bool:
    """Whether a column says which patient, physician, site or form it is."""
    numbered = names_a("record", column.name)
    all_differ = numbered and column.distinct > column.filled / 2
    return (
        all_differ
        or names_a("physician", column.name)
        or (numbered and names_a("person", column.name) and column.distinct > MOST_CATEGORIES)
    )
