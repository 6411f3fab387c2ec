"""The figures by which a clinic plans its pilot, and the table that a person reads."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.records.schema import RecordSchema
from intake_triage.release.plan.kinds import kinds_at, reference_rate, share_counted
from intake_triage.release.plan.simulate import (
    draw_counts,
    find_first,
    find_met,
    simulate_alarms,
)
from intake_triage.release.watch.alarms import LOAD
from intake_triage.release.watch.limits import Alarm, list_alarms
from intake_triage.release.watch.reference import Reference
from intake_triage.statistics.disclosure import SHARE_DECIMALS
from intake_triage.statistics.estimates import POWER
from intake_triage.statistics.sequential import LOOKS

EXCESSES = (0.03, 0.06, 0.09)  # of a share, beyond its limit
LOAD_EXCESSES = (0.2, 0.4, 0.6)  # forms placed for each that belongs there
PILOTS = 200
SEED = 0
YEARS = 10  # that a pilot may last until a ceiling is shown to be met


def plan_pilot(
    reference: Reference,
    schema: RecordSchema,
    decision: DecisionParams,
    *,
    forms_a_week: int,
    pilots: int = PILOTS,
    expected: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Any]:
    """Simulate pilots of a year with so many forms a week that get both labels.

    Parameters
    ----------
    reference : dict
        As `describe_reference` gives it.
    pilots : int
        Drawn for each figure; a share of them has a standard error of at most 0.5 / sqrt(pilots).
    expected : mapping
        By ceiling the rate that is expected, where other forms than the reference's tell it: those
        chose the model, and its rates on them are a little too good. The reference's elsewhere.

    Returns
    -------
    dict
        forms_a_week, weeks, pilots; false_alarms: the share of pilots in which any alarm sounds,
        and any of a kind, at_limits (all true rates at their limits) and at_reference; alarms, by
        ceiling and misrouting: limit, expected, share_counted (of the forms, those that the rate
        is a rate of), sounds (by true rate: the share of pilots that are told within the year,
        and when half and 80 % of pilots are: weeks, and the forms counted until then; null where
        fewer are told) and met (forms and weeks until 80 % of pilots show the ceiling met at the
        expected rate; null where that takes over ten years).
    """
    rng = np.random.default_rng(SEED)
    alarms = list_alarms(reference, schema, decision)
    drawn = {"forms_a_week": forms_a_week, "pilots": pilots, "rng": rng}

    def share_sounding(rate_of: Any) -> dict[str, float]:
        sounds = simulate_alarms(alarms, rate_of, reference, **drawn) < LOOKS
        kinds = dict.fromkeys(alarm.path[0] for alarm in alarms)
        rows = {kind: [alarm.path[0] == kind for alarm in alarms] for kind in kinds}
        shares = {kind: float(sounds[of_kind].any(axis=0).mean()) for kind, of_kind in rows.items()}
        return {"all": float(sounds.any(axis=0).mean()), **shares}

    return {
        "forms_a_week": forms_a_week,
        "weeks": LOOKS,
        "pilots": pilots,
        "false_alarms": {
            "at_limits": share_sounding(lambda alarm: alarm.limit),
            "at_reference": share_sounding(lambda alarm: reference_rate(alarm, reference)),
        },
        "alarms": {
            alarm.path[1]: _plan_alarm(
                alarm,
                reference,
                expected.get(alarm.path[1], reference_rate(alarm, reference)),
                **drawn,
            )
            for alarm in alarms
            if alarm.path[0] == "decisions"
        },
    }


def _plan_alarm(
    alarm: Alarm,
    reference: Reference,
    rate: float,
    *,
    forms_a_week: int,
    pilots: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    counted = share_counted(alarm, reference)
    sounds = []
    for excess in LOAD_EXCESSES if alarm.path[-1] == LOAD else EXCESSES:
        kinds = kinds_at(alarm, alarm.limit + excess, reference)
        if kinds is not None:
            forms = np.full((pilots, LOOKS), forms_a_week)
            first = find_first(alarm, kinds, draw_counts(kinds, forms, rng))
            told = {"rate": round(alarm.limit + excess, 4), "share": float((first < LOOKS).mean())}
            for name, level in (("half", 0.5), ("most", POWER)):
                told[name] = _when(first, level, LOOKS, counted * forms_a_week)
            sounds.append(told)
    kinds = kinds_at(alarm, rate, reference)
    met = None
    if kinds is not None and rate < alarm.limit:
        forms = np.full((pilots, YEARS * LOOKS), forms_a_week)
        shown = find_met(alarm, kinds, draw_counts(kinds, forms, rng))
        met = _when(shown, POWER, YEARS * LOOKS, forms_a_week)
    return {
        "limit": alarm.limit,
        "expected": round(rate, SHARE_DECIMALS),
        "share_counted": round(counted, 4),
        "sounds": sounds,
        "met": met,
    }


def _when(first: np.ndarray, level: float, never: int, a_week: float) -> dict[str, int] | None:
    """Weeks and forms after which so many of the pilots are told; None where fewer ever are."""
    look = int(np.quantile(first, level, method="inverted_cdf"))
    return None if look >= never else {"weeks": look + 1, "forms": round((look + 1) * a_week)}


def say_plan(plan: dict[str, Any]) -> str:
    """The figures as lines of text."""
    head = ("alarm", "limit", "true rate", "told in a year", "half are told", "80 % are told")
    rows = [head]
    for name, alarm in plan["alarms"].items():
        for told in alarm["sounds"]:
            when = [_say_when(told[level], "counted forms") for level in ("half", "most")]
            share = f"{100 * told['share']:.0f} %"
            rows.append((name, _say(alarm["limit"]), _say(told["rate"]), share, *when))
    met = [("ceiling", "limit", "expected", "80 % show it met")]
    for name, alarm in plan["alarms"].items():
        when = _say_when(alarm["met"], "forms")
        met.append((name, _say(alarm["limit"]), _say(alarm["expected"]), when))
    at_limits, at_reference = plan["false_alarms"].values()
    falsely = [
        f"Any alarm sounds falsely within a year in {round(shares['all'] * plan['pilots'])} of "
        f"{plan['pilots']} pilots with every rate {where} ({_say_kinds(shares)})."
        for shares, where in ((at_limits, "at its limit"), (at_reference, "as in the reference"))
    ]
    return "\n".join(
        [
            f"{plan['forms_a_week']} labelled forms a week, {plan['weeks']} weeks, "
            f"{plan['pilots']} simulated pilots.",
            "",
            *_align(rows),
            "",
            *_align(met),
            "",
            *falsely,
        ]
    )


def _say_kinds(shares: dict[str, float]) -> str:
    return ", ".join(
        f"{kind} {100 * share:.1f} %" for kind, share in shares.items() if kind != "all"
    )


def _say(rate: float) -> str:
    return f"{rate:.2f}" if rate > 1 else f"{100 * rate:.1f} %"


def _say_when(when: dict[str, int] | None, what: str) -> str:
    return "not" if when is None else f"week {when['weeks']}, {when['forms']:,} {what}"


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
