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
twice the weeks. *Half* and *80 %*: the weeks until so many of the simulated pilots are told, and
the forms that the alarm counts until then (for urgent forms placed too low, the urgent ones). A
dash: fewer are told within the year.

For your own bundle and number of forms: `intake-triage plan <bundle> --forms-a-week <N>`.

## When something is wrong from the first week

{plan_forms} forms a week, {plan_pilots} pilots a row.

{sounds}

## When all goes well

How long until a limit is *shown to be kept*, at the rates of the forms that the models were chosen
on.

{met}

Both tables are of `metrics/pilot.json`: `dvc repro release`.

## False alarms

Of {pilots} pilots of {usual} forms a week for a year, so many had a false alarm. All alarms
together are built to stay within {false_alarms}, though somebody looks every week.

{falsely}

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
    worse = found["under_triage"][0]
    return TEXT.format(
        plan_forms=plan["forms_a_week"],
        plan_pilots=plan["pilots"],
        sounds=markdown_table(_list_sounds(plan)),
        met=markdown_table(_list_met(plan)),
        pilots=f"{found['pilots']:,}",
        usual=found["false_alarms"]["forms_a_week"],
        falsely=markdown_table(_list_false(found["false_alarms"])),
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
    yield "alarm", "limit", "true rate", "told within the year", "half", "80 %"
    for name, alarm in plan["alarms"].items():
        for told in alarm["sounds"]:
            yield (
                name_alarm(("decisions", name)),
                _rate(alarm["limit"]),
                _rate(told["rate"]),
                _percent(told["share"], 0),
                _when(told["half"]),
                _when(told["most"]),
            )


def _list_met(plan: Row) -> Iterator[Sequence[str]]:
    yield "limit", "at most", "rate before the pilot", "shown in 80 % after, forms of all kinds"
    for name, alarm in plan["alarms"].items():
        when = alarm["met"]
        after = "over ten years" if when is None else _when(when)
        yield (
            name_alarm(("decisions", name)),
            _rate(alarm["limit"]),
            _rate(alarm["reference"]),
            after,
        )


def _list_false(false: Row) -> Iterator[Sequence[str]]:
    parts = {"all": "any alarm", "decisions": "suggestions", "groups": "groups", "drift": "drift"}
    yield "every true rate", *parts.values()
    for key, words in (("at_limits", "just at its limit"), ("at_reference", "as before the pilot")):
        yield words, *(_percent(false[key][part], 2) for part in parts)


def _list_changes(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    yield "forms a week", "from week", "told within the year", "half", "80 %"
    for row in rows:
        yield str(row["forms_a_week"]), str(row["change"] + 1), *_told(row)


def _list_field(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    yield "site", "of all forms", "alarm", "told within the year", "half", "80 %"
    for row in rows:
        alarm = "of the site" if row["told_by"] == "site" else "of all sites"
        yield f"the {row['site']} one", _percent(row["share"]), alarm, *_told(row)


def _list_word(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    yield "of the forms", "forms a week", "told within the year", "half", "80 %"
    for row in rows:
        yield _percent(row["share"]), str(row["forms_a_week"]), *_told(row)


def _told(row: Row) -> tuple[str, str, str]:
    return _percent(row["told"], 0), _when(row["half"]), _when(row["most"])


def _when(when: Row | None) -> str:
    if when is None:
        return "–"
    return f"{when['weeks']} week{'s' if when['weeks'] != 1 else ''}, {when['forms']:,} forms"


def _rate(rate: float) -> str:
    """A share in percent; what may be above 1 is forms for each."""
    return f"{rate:.2f}" if rate > 1 else _percent(rate)


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %"


if __name__ == "__main__":
    run_stage(main)
