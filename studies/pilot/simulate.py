"""False alarms of all alarms together, and how soon three things that go wrong are told."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.errors import run_stage
from intake_triage.evaluation.samples import MISSING
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.prepared import read_schema
from intake_triage.release.plan.kinds import kinds_at, reference_rate
from intake_triage.release.plan.simulate import draw_counts, find_first, simulate_alarms
from intake_triage.release.watch.histograms import OTHER
from intake_triage.release.watch.limits import Alarm, list_alarms
from intake_triage.release.watch.reference import Reference, read_reference
from intake_triage.statistics.sequential import LOOKS

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "release/choice"
RESULTS = ROOT / "studies/pilot/results.json"
PILOTS = 2000
SEED = 0
FORMS_A_WEEK = (50, 100, 200, 500)
USUAL = 200  # forms a week, where one number is enough
WORSE = (0.09, 0.15)  # urgent forms placed too low, before and after
CHANGES = (0, 13, 26)  # the week from which on it is worse
WORD_SHARES = (0.05, 0.1, 0.2)  # of forms that come to have a new word
TOLD = {"half": 0.5, "most": 0.8}  # of pilots


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, nargs="?", default=BUNDLE)
    folder = parser.parse_args().bundle
    reference, schema = read_reference(folder), read_schema(Layout(folder))
    decision = load_params(ROOT / "params.yaml").decision
    alarms = list_alarms(reference, schema, decision)
    write_json(RESULTS, {"pilots": PILOTS, "weeks": LOOKS} | simulate(alarms, reference))


def simulate(alarms: list[Alarm], reference: Reference, *, pilots: int = PILOTS) -> dict[str, Any]:
    """Shares of pilots, and after how many weeks and forms half and 80 % of them are told.

    Returns
    -------
    dict
        false_alarms, at `USUAL` forms a week: at_limits and at_reference, as `count_false` gives
        them; under_triage: by forms a week and week of the change; field: a site that stops filling
        in a field, the site of most forms and the middle one, told by the alarm for the site and by
        that for all; word: a word that comes up in so many forms.
    """
    by_path = {alarm.path: alarm for alarm in alarms}
    rng = np.random.default_rng(SEED)
    drawn = {"pilots": pilots, "rng": rng}
    found: dict[str, Any] = {
        "false_alarms": {
            "forms_a_week": USUAL,
            "at_limits": count_false(alarms, reference, at_limits=True, **drawn),
            "at_reference": count_false(alarms, reference, at_limits=False, **drawn),
        }
    }
    missed = by_path.get(("decisions", "under_triage"))
    if missed is not None:
        found["under_triage"] = [
            {"before": WORSE[0], "after": WORSE[1]}
            | find_change(missed, WORSE, reference, forms_a_week=forms, change=change, **drawn)
            for forms in FORMS_A_WEEK
            for change in CHANGES
        ]
    found["field"] = list(_stop_filling_in(by_path, reference, **drawn))
    unknown = reference["unknown_words"]
    found["word"] = [
        {"share": share}
        | find_change(
            by_path["drift", "unknown_words"],
            (unknown, unknown + 0.05 * share),
            reference,
            forms_a_week=forms,
            change=CHANGES[1],
            **drawn,
        )
        for share in WORD_SHARES
        for forms in FORMS_A_WEEK
    ]
    return found


def count_false(
    alarms: list[Alarm],
    reference: Reference,
    *,
    at_limits: bool,
    pilots: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """The share of pilots in which any alarm sounds within a year, and any of each part."""

    def rate_of(alarm: Alarm) -> float:
        return alarm.limit if at_limits else reference_rate(alarm, reference)

    sounds = (
        simulate_alarms(alarms, rate_of, reference, forms_a_week=USUAL, pilots=pilots, rng=rng)
        < LOOKS
    )
    parts = np.array([alarm.path[0] for alarm in alarms])
    of_part = {part: sounds[parts == part].any(axis=0).mean() for part in np.unique(parts)}
    shares = {"all": sounds.any(axis=0).mean()} | of_part
    return {name: round(float(share), 4) for name, share in shares.items()}


def find_change(
    alarm: Alarm,
    rates: tuple[float, float],
    reference: Reference,
    *,
    forms_a_week: float,
    change: int,
    pilots: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """When an alarm tells that its rate goes from one to another at a week.

    Returns
    -------
    dict
        forms_a_week, change; early: the share of pilots told before it; told: within the year;
        half, most: weeks and counted forms from the change on, null where fewer are told.
    """
    kinds = [kinds_at(alarm, rate, reference) for rate in rates]
    arrivals = rng.poisson(forms_a_week, (pilots, LOOKS))
    counts = np.concatenate(
        [
            draw_counts(kinds[0], arrivals[:, :change], rng),
            draw_counts(kinds[1], arrivals[:, change:], rng),
        ],
        axis=1,
    )
    first = find_first(alarm, kinds[1], counts)
    counted = float(kinds[1].chances @ kinds[1].per) * forms_a_week
    told = {
        "forms_a_week": forms_a_week,
        "change": change,
        "early": round(float((first < change).mean()), 4),
        "told": round(float((first < LOOKS).mean()), 4),
    }
    for name, level in TOLD.items():
        look = int(np.quantile(first, level, method="inverted_cdf"))
        weeks = max(look - change + 1, 0)
        told[name] = None if look >= LOOKS else {"weeks": weeks, "forms": round(weeks * counted)}
    return told


def _stop_filling_in(
    by_path: Mapping[tuple[str, ...], Alarm],
    reference: Reference,
    *,
    pilots: int,
    rng: np.random.Generator,
) -> Iterator[dict[str, Any]]:
    """In the subgroup of most values, the first field that has an alarm there."""
    name = max(reference["groups"], key=lambda each: len(reference["groups"][each]["values"]))
    group = reference["groups"][name]
    by_size = sorted(zip(group["shares"], group["values"], strict=True), reverse=True)
    named = [(share, value) for share, value in by_size if value not in (MISSING, OTHER)]
    field = next(path[-1] for path in by_path if path[:3] == ("drift", "missing_by_group", name))
    for size, (share, value) in (("largest", named[0]), ("middle", named[len(named) // 2])):
        alarms = {
            "site": by_path["drift", "missing_by_group", name, value, field],
            "all": by_path["drift", "missing", field],
        }
        before = reference_rate(alarms["all"], reference)
        after = {"site": 1.0, "all": before + share * (1 - before)}
        for told_by, alarm in alarms.items():
            forms = USUAL * (share if told_by == "site" else 1)
            told = find_change(
                alarm,
                (before, after[told_by]),
                reference,
                forms_a_week=round(forms, 1),
                change=CHANGES[1],
                pilots=pilots,
                rng=rng,
            )
            yield {"site": size, "share": share, "told_by": told_by} | told


if __name__ == "__main__":
    run_stage(main)
