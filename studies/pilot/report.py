"""docs/pilot-figures.md: what a pilot can show, and how soon; nothing is computed here.

Reads   metrics/pilot.json, studies/pilot/results.json
Writes  docs/pilot-figures.md
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from intake_triage.errors import run_stage
from intake_triage.files import read_json, replacing
from intake_triage.release.watch.limits import FALSE_ALARMS, WORDS_TOLERANCE
from intake_triage.release.watch.words import name_alarm
from intake_triage.report.markdown import markdown_table

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "metrics/pilot.json"
RESULTS = ROOT / "studies/pilot/results.json"
PAGE = ROOT / "docs/pilot-figures.md"
Row = Mapping[str, Any]

TEXT = """# The pilot in figures

How long until an alarm of [the pilot](pilot.md) means something, and how often does it sound for
nothing? By simulation: pilots are drawn whose true rates are known, from what `reference.json` of
the bundle holds. Every form gets its labels within the week; where half of yours get one, take
twice the weeks. A cell has the weeks until 80 % of the simulated pilots are told, or, where fewer
are told within the year, how many are.

For your own bundle and number of forms: `intake-triage plan <bundle> --forms-a-week <N>`.

## When something is wrong from the first week

{plan_forms} forms a week, {plan_pilots} pilots of each kind. Each true rate, and when it is told:

{sounds}

## When all goes well

How long until a limit is *shown to be kept*, in 80 % of pilots of as many forms a week, at the
rates of the final check, whose forms chose nothing; of other sub-specialties, at that of the
forms that chose.

{met}

Both tables are of `metrics/pilot.json`: `dvc repro release`.

## False alarms

Of {pilots} pilots of {usual} forms a week for a year, {at_limits} had a false alarm where every
true rate lies just at its limit, and {at_reference} where all is as before the pilot. All alarms
together are built to stay within {false_alarms}, though somebody looks every week.

## When it gets worse in the middle

From some week on {after} of urgent forms are placed too low instead of {before}; the limit is
{limit}. Weeks are counted from the change.

{under_triage}

## When a site stops filling in a field

From week {field_week} on; {usual} forms a week in all. The alarm of all sites is for what happens
at many.

{field}

## When a new word comes

From week {word_week} on, in so many of the forms, one word in twenty is new to the models. The
limit lies {tolerance} of all words above what was unknown before, since some always are.

{word}

These are of `studies/pilot/results.json`:
`dvc repro --single-item studies/pilot/dvc.yaml:simulate`.
"""


def main() -> None:
    with replacing(PAGE) as temporary:
        temporary.write_text(write_page(read_json(PLAN), read_json(RESULTS)), encoding="utf-8")


def write_page(plan: Row, found: Row) -> str:
    """The page of what `plan_pilot` and `simulate.main` found."""
    false, worse = found["false_alarms"], found["under_triage"][0]
    return TEXT.format(
        plan_forms=plan["forms_a_week"],
        plan_pilots=plan["pilots"],
        sounds=markdown_table(_list_sounds(plan)),
        met=markdown_table(_list_met(plan)),
        pilots=f"{found['pilots']:,}",
        usual=false["forms_a_week"],
        at_limits=_percent(false["at_limits"]["all"], 2),
        at_reference=_percent(false["at_reference"]["all"], 2),
        before=_percent(worse["before"]),
        after=_percent(worse["after"]),
        limit=_percent(plan["alarms"]["under_triage"]["limit"]),
        under_triage=markdown_table(_list_changes(found["under_triage"])),
        field_week=found["field"][0]["change"] + 1,
        field=markdown_table(_list_field(found["field"])),
        false_alarms=_percent(FALSE_ALARMS, 0),
        tolerance=_percent(WORDS_TOLERANCE),
        word_week=found["word"][0]["change"] + 1,
        word=markdown_table(_list_word(found["word"])),
    )


def _list_sounds(plan: Row) -> Iterator[Sequence[str]]:
    yield "alarm", "limit", "a little above it", "above it", "far above it"
    for name, alarm in plan["alarms"].items():
        sounds = alarm["sounds"]
        told = [f"{_rate(row['rate'])}: {_when(row['most'], row['share'])}" for row in sounds]
        yield name_alarm(("decisions", name)), _rate(alarm["limit"]), *told


def _list_met(plan: Row) -> Iterator[Sequence[str]]:
    yield "limit", "at most", "rate expected", "shown after"
    for name, alarm in plan["alarms"].items():
        met = alarm["met"]
        yield (
            name_alarm(("decisions", name)),
            _rate(alarm["limit"]),
            _rate(alarm["expected"]),
            "over ten years" if met is None else _weeks(met),
        )


def _list_changes(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    by_forms = _group(rows, "forms_a_week")
    changes = [f"from week {row['change'] + 1}" for row in next(iter(by_forms.values()))]
    yield "forms a week", *changes
    for forms, cells in by_forms.items():
        yield str(forms), *map(_told, cells)


def _list_field(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    yield "site", "of all forms", "alarm of the site", "alarm of all sites"
    for site, cells in _group(rows, "site").items():
        by_alarm = {row["told_by"]: row for row in cells}
        told = _told(by_alarm["site"]), _told(by_alarm["all"])
        yield f"the {site} one", _percent(cells[0]["share"]), *told


def _list_word(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    by_share = _group(rows, "share")
    forms = [f"{row['forms_a_week']} forms a week" for row in next(iter(by_share.values()))]
    yield "of the forms", *forms
    for share, cells in by_share.items():
        yield _percent(share), *map(_told, cells)


def _group(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    """The rows by their value of `key`, each in the order of the study."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _told(row: Row) -> str:
    return _when(row["most"], row["told"])


def _when(most: Row | None, share: float) -> str:
    """The weeks until most pilots are told, or the share that is told within the year."""
    return f"{_percent(share, 0)} in the year" if most is None else _weeks(most)


def _weeks(when: Row) -> str:
    return f"{when['weeks']} week{'s' if when['weeks'] != 1 else ''}"


def _rate(rate: float) -> str:
    """A share in percent; what may be above 1 is forms for each."""
    return f"{rate:.2f}" if rate > 1 else _percent(rate)


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %"


if __name__ == "__main__":
    run_stage(main)
