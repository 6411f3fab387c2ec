"""What may sound: every alarm with its limit, and its part of the 5 % of false alarms.

All alarms together sound falsely in at most `FALSE_ALARMS` of pilots, however long (a union
bound over bounds that each hold at every look). The part of each is fixed before the pilot:
three fifths for the decisions about all forms, a fifth each for those about groups and for drift,
within which the share of every branch is split evenly. So sixty sites take nothing from the alarm
for all, nor from that for women and men; and since a form's evidence multiplies, half the part
costs few forms: log 2 of some 7. Closed testing by averages of capitals (Vovk & Wang 2021) would
ask an alarm for less by what the silent ones hold, about 1 where 20 are asked: it sounds hardly
earlier, and what an alarm needs, and its bound, would hang on all others. A bound on the rate of
false discoveries (e-BH; Wang & Ramdas 2022) allows more false alarms the more true ones there are.

A ceiling of `decision` is the limit of its alarm, for every group the same. What has no ceiling is
held against the reference: its limit is the upper end of what the reference can mean (one-sided
exact binomial) and a tolerance beyond, as in Podkopaev & Ramdas (2022). Forms of groups that the
reference does not know, such as a new site, are one group with the limits for all, which is there
even where the reference has no such form.

References
----------
Vovk & Wang (2021), E-values: calibration, combination and applications. Ann Stat 49:1736.
Wang & Ramdas (2022), False discovery rate control with e-values. JRSS B 84:822.
Podkopaev & Ramdas (2022), Tracking the risk of a deployed model and detecting harmful distribution
shifts. ICLR.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scipy import stats

from intake_triage.evaluation.measures import MEASURES
from intake_triage.params import DecisionParams
from intake_triage.recommendation.ceilings import get_key, list_ceilings
from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.histograms import OTHER, name_bins
from intake_triage.release.watch.reference import Reference
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

FALSE_ALARMS = 0.05
PARTS = {"decisions": 3, "groups": 1, "drift": 1}
TOLERANCE = 0.05  # of a share, beyond what the reference can mean
WORDS_TOLERANCE = 0.005  # of the mean share of a text's words: one word in 200
REFERENCE_LEVEL = 0.975  # one-sided

Tree = Mapping[str, Any]  # of limits


@dataclass(frozen=True)
class Alarm:
    """An alarm that sounds when a rate is shown to be above its limit.

    Attributes
    ----------
    path : tuple of str
        What it is about: ("decisions", ceiling), ("groups", subgroup, value, ceiling),
        ("drift", "unknown_words"), ("drift", "missing", field),
        ("drift", "missing_by_group", subgroup, value, field), or
        ("drift", "inputs" or "outputs", name, bin, "more" or "less").
    limit : float
        Above 0; for "less", of the share outside the bin.
    alpha : float
        Its part of the false alarms.
    """

    path: tuple[str, ...]
    limit: float
    alpha: float


def list_alarms(
    reference: Reference, schema: RecordSchema, decision: DecisionParams
) -> list[Alarm]:
    """All alarms of a bundle, those of decisions first; none for a rate that cannot be too high."""
    ceilings = list_limits(reference, schema, decision)
    tree = {
        "decisions": ceilings,
        "groups": {
            name: dict(_limits_of_groups(group, ceilings))
            for name, group in reference["groups"].items()
        },
        "drift": {
            "unknown_words": reference["unknown_words"] + WORDS_TOLERANCE,
            "missing": {
                field: limit_beyond(share, reference["forms"])
                for field, share in reference["missing"].items()
            },
            "missing_by_group": {
                name: dict(_missing_of_groups(name, group, reference))
                for name, group in reference["groups"].items()
            },
            **{
                kind: {name: _bands(each) for name, each in reference[kind].items()}
                for kind in ("inputs", "outputs")
            },
        },
    }
    tree = _prune(tree)
    whole = sum(PARTS[branch] for branch in tree)
    return [
        alarm
        for branch, limits in tree.items()
        for alarm in _split(limits, (branch,), FALSE_ALARMS * PARTS[branch] / whole)
    ]


def list_limits(
    reference: Reference, schema: RecordSchema, decision: DecisionParams
) -> dict[str, float | None]:
    """By name, the ceilings about decisions, and the limit of misrouting."""
    classes = {task: schema.classes(task) for task in schema.tasks}
    limits: dict[str, float | None] = {
        ceiling.name: get_key(decision, ceiling.most)
        for ceiling in list_ceilings(classes, urgent_tiers=decision.urgent_tiers)
        if ceiling.name in reference["rates"] and MEASURES[ceiling.measure].judges == "decisions"
    }
    if "misrouted" in reference["rates"]:
        rate = reference["rates"]["misrouted"]
        limits["misrouted"] = limit_beyond(rate["value"], rate["forms"])
    return limits


def limit_beyond(share: float | None, forms: int) -> float | None:
    """The limit of a share that the reference has as `share` of so many forms.

    A share that is hidden may be one of 10 forms. None where no share could be above the limit.
    """
    counted = SMALLEST_SHOWN - 1 if share is None else share * forms
    if counted >= forms:
        return None
    upper = stats.beta.ppf(REFERENCE_LEVEL, counted + 1, forms - counted)
    limit = round(float(upper) + TOLERANCE, 4)
    return limit if limit < 1 else None


def _limits_of_groups(
    group: Mapping[str, Any], limits: Mapping[str, float | None]
) -> Iterator[tuple[str, dict[str, float | None]]]:
    for k, value in enumerate(group["values"]):
        of_group = dict(limits)
        if "misrouted" in limits:
            known = group["misrouted"]
            of_group["misrouted"] = _limit_of_group(
                limits["misrouted"], known["shares"][k], known["forms"][k]
            )
        yield value, of_group
    if OTHER not in group["values"]:
        yield OTHER, dict(limits)


def _missing_of_groups(
    name: str, group: Mapping[str, Any], reference: Reference
) -> Iterator[tuple[str, dict[str, float | None]]]:
    pooled = {
        field: limit_beyond(share, reference["forms"])
        for field, share in reference["missing"].items()
        if field != name
    }
    for k, value in enumerate(group["values"]):
        yield (
            value,
            {
                field: _limit_of_group(limit, group["missing"][field][k], group["forms"][k])
                for field, limit in pooled.items()
            },
        )
    if OTHER not in group["values"]:
        yield OTHER, pooled


def _limit_of_group(pooled: float | None, share: float | None, forms: int) -> float | None:
    """That of all, or the group's own where that is higher: what was known before is no news."""
    if pooled is None or share is None:
        return pooled
    own = limit_beyond(share, forms)
    return None if own is None else max(pooled, own)


def _bands(histogram: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """The share of each bin may rise or fall so far; of two bins one tells of both."""
    bins = name_bins(histogram)
    shares = dict(zip(bins, histogram["shares"], strict=True))
    forms = histogram["forms"]
    return {
        name: {
            "more": limit_beyond(shares[name], forms),
            "less": limit_beyond(1 - shares[name], forms),
        }
        for name in (bins[:1] if len(bins) == 2 else bins)
    }


def _prune(tree: Tree) -> dict[str, Any]:
    """Without what has no limit, and without branches that are then empty."""
    pruned = {
        name: _prune(branch) if isinstance(branch, Mapping) else branch
        for name, branch in tree.items()
    }
    return {name: branch for name, branch in pruned.items() if branch not in (None, {})}


def _split(tree: Tree, path: tuple[str, ...], alpha: float) -> Iterator[Alarm]:
    for name, branch in tree.items():
        part = alpha / len(tree)
        if isinstance(branch, Mapping):
            yield from _split(branch, (*path, name), part)
        else:
            yield Alarm((*path, name), float(branch), part)
