"""Clinical safety of urgency decisions, counts of 1,000 forms, and what decisions cost.

A safety figure is a share of cells in the table of true tier (row) by tier decided on (column),
tiers most urgent first, so one re-weighted table a resample gives all of them.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.measures.measure import ByClass, Decisions, Replicated, measure
from intake_triage.evaluation.table import BOTH
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.statistics.disclosure import SHARE_DECIMALS, hide_small_counts
from intake_triage.tasks import Task

FORMS = 1000  # that counts and costs are given for
COST_DECIMALS = 0  # of these costs in files: parts of a point would tell counts of people
URGENCY = {"judges": "decisions", "tasks": ("urgency",), "least": 0, "is_share": True}
SHARE = {**URGENCY, "most": 1, "decimals": SHARE_DECIMALS}
COUNT = {**URGENCY, "most": FORMS, "per": FORMS, "decimals": 0}


@dataclass(frozen=True)
class Cells:
    """Of the forms in the cells `among`, those in the cells `counted`.

    Attributes
    ----------
    counted, among : bool arrays of shape (n_tiers, n_tiers)
        True tier by tier decided on; `counted` lies within `among`.
    denominator : the forms in `among`, in words
    """

    counted: np.ndarray
    among: np.ndarray
    denominator: str


def triage_cells(tiers: tuple[str, ...], *, urgent_tiers: int) -> dict[str, dict[str, Cells]]:
    """The cells of each safety figure, by its name and by tier, "" for a figure of all tiers.

    under_triage: a form of the `urgent_tiers` most urgent tiers is placed in a less urgent tier
    than the true one; most_urgent_missed: one of the most urgent tier is; severe_under_triage: two
    or more tiers too low; over_triage: a form of the other tiers is placed in a more urgent one;
    same_or_more_acute: any form is not placed in a less urgent tier; ppv: a form placed in the most
    urgent tier belongs there. A figure for which nothing can be counted is left out: of two tiers
    no form is placed two too low.

    Parameters
    ----------
    tiers : tuple of str
        Most urgent first.
    urgent_tiers : int
        At least 1, and below the number of tiers.
    """
    true, decided = np.indices((len(tiers), len(tiers)))
    urgent, right = true < urgent_tiers, true == decided
    of_urgent = f"forms whose true tier is {' or '.join(tiers[:urgent_tiers])}"
    of_first = f"forms whose true tier is {''.join(tiers[:1])}"
    of_others = f"forms whose true tier is {' or '.join(tiers[urgent_tiers:])}"
    everything = np.full(true.shape, True)
    figures = {
        "under_triage": {"": Cells(urgent & (decided > true), urgent, of_urgent)},
        "most_urgent_missed": {"": Cells((true == 0) & (decided > 0), true == 0, of_first)},
        "severe_under_triage": {"": Cells(urgent & (decided >= true + 2), urgent, of_urgent)},
        "over_triage": {"": Cells(~urgent & (decided < true), ~urgent, of_others)},
        "same_or_more_acute": {"": Cells(decided <= true, everything, "all forms with a tier")},
        # Of the most urgent tier alone: with those of others, and the forms sent too late, a few
        # people that are wrongly placed in the last tier could be worked out.
        "ppv": {
            tier: Cells(right & (decided == 0), decided == 0, f"forms placed in {tier}")
            for tier in tiers[:1]
        },
    }
    counting = {
        name: {tier: cells for tier, cells in by_tier.items() if cells.counted.any()}
        for name, by_tier in figures.items()
    }
    return {name: by_tier for name, by_tier in counting.items() if by_tier}


def _measure_cells(name: str, decisions: Decisions, task: Task) -> ByClass:
    """A safety figure by tier, "" for all; NaN where there is no form to count.

    What is of the forms of the most urgent tier alone gives away, with under-triage, how many of
    the other urgent ones are missed, and is hidden where these are few.
    """
    placed, sample = decisions.of_task(task)
    figures = {}
    cells_of = triage_cells(decisions.split.tiers, urgent_tiers=decisions.params.urgent_tiers)
    missed = decisions.confusions[:, 0].mean(axis=0) * cells_of["under_triage"][""].counted
    few_others = 0 < round(missed[1:].sum(), 6) < decisions.split.smallest_shown
    for tier, cells in cells_of.get(name, {}).items():
        counted, among = (
            (decisions.confusions * mask).sum(axis=(-2, -1))
            for mask in (cells.counted, cells.among)
        )
        share = np.divide(counted, among, out=np.full(among.shape, np.nan), where=among > 0)
        concerned = cells.among[sample.labels, placed]  # (n_seeds, n_labelled)
        units = len(np.unique(sample.unit[concerned.any(axis=0)]))
        shown = cells.among[1:].any() or not few_others
        figures[tier] = Replicated(share, concerned.sum(axis=1).mean(), units, bool(shown))
    return figures


def _count_outcome(name: str, decisions: Decisions, task: Task) -> Replicated:
    """An outcome of urgency among the forms with a tier."""
    happened, has_tier = outcomes(decisions)[name], decisions.split.has_label(task)
    return _share_of(happened, has_tier, decisions, shown=not _is_hidden(name, decisions))


def outcomes(decisions: Decisions) -> dict[str, np.ndarray]:
    """By name which records have an outcome of urgency, bool of shape (n_seeds, n_records)."""
    true, placed = decisions.split.labels["urgency"], decisions.decided["urgency"]
    late, urgent = placed > true, true < decisions.params.urgent_tiers
    return {
        "urgency_right": placed == true,
        "too_late_urgent": late & urgent,
        "too_late_others": late & ~urgent,
        "too_early": placed < true,
        "too_late": late,
    }


def _is_hidden(name: str, decisions: Decisions) -> bool:
    """Whether a count of an outcome would tell of few people.

    Right, early, late and urgent, late and not urgent are all forms with a tier: any of them could
    be worked out from the others, so a small one takes a second with it.
    """
    happened, has_tier = outcomes(decisions), decisions.split.has_label("urgency")
    counts = {part: rows[:, has_tier].sum(axis=1).mean() for part, rows in happened.items()}
    del counts["too_late"]
    (is_hidden,) = hide_small_counts(
        np.array([list(counts.values())]), smallest_shown=decisions.split.smallest_shown
    )
    hidden = dict(zip(counts, is_hidden, strict=True))
    # Hide the total too, unless every hidden part is zero.
    hidden["too_late"] = any(
        hidden[part] and counts[part] > 0 for part in ("too_late_urgent", "too_late_others")
    )
    return bool(hidden[name])


for _name, _words, _more in (
    ("under_triage", "under-triage", {"tells_of": "too_late_urgent", "in_subgroups": ("cost",)}),
    ("most_urgent_missed", "most urgent tier missed", {}),
    ("severe_under_triage", "severe under-triage", {}),
    ("over_triage", "over-triage", {}),
    ("same_or_more_acute", "same or more acute", {"tells_of": "too_late"}),
    ("ppv", "positive predictive value", {}),
):
    measure(_name, _words, **SHARE | _more)(partial(_measure_cells, _name))

for _name, _words in (
    ("urgency_right", "urgency right"),
    ("too_late", "sent too late"),
    ("too_late_urgent", "urgent, sent too late"),
    ("too_early", "sent too early"),
):
    measure(_name, _words, **COUNT)(partial(_count_outcome, _name))


@measure("misrouted", "misrouted", **{**COUNT, "tasks": ("specialty",)})
def misrouted(decisions: Decisions, task: Task) -> Replicated:
    """Forms sent to another sub-specialty than the true one."""
    split = decisions.split
    return _share_of(~decisions.right["specialty"], split.has_label("specialty"), decisions)


@measure("both_right", "both right", **{**COUNT, "tasks": (BOTH,)})
def both_right(decisions: Decisions, task: Task) -> Replicated:
    """Forms with both labels whose tier and sub-specialty are both right."""
    right = np.logical_and(*decisions.right.values())
    return _share_of(right, decisions.split.has_both(), decisions)


@measure(
    "cost_per_1000",
    "clinical cost",
    judges="decisions",
    tasks=(),
    least=0,
    decimals=COST_DECIMALS,
)
def cost_per_1000(decisions: Decisions, task: Task) -> Replicated:
    """Clinical cost of 1,000 forms, all tasks, in needless steps up of an urgency tier."""
    split = decisions.split
    total = FORMS * sum(mean_cost(decisions, each) for each in split.tasks)
    return Replicated(total, len(split.record_id), split.n_units)


def mean_cost(decisions: Decisions, task: Task) -> np.ndarray:
    """Cost of a form's tier or sub-specialty on average, in needless steps up of a tier.

    Of shape (n_seeds, n_weights), over the forms with the task's label.
    """
    if task == "specialty":
        routed, sample = decisions.of_task(task)
        return decisions.params.cost.misroute * sample.mean(routed != sample.labels)
    cells = urgency_cost_matrix(len(decisions.split.tiers), decisions.params)
    confusions = decisions.confusions
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without forms with a tier
        return (confusions * cells).sum(axis=(-2, -1)) / confusions.sum(axis=(-2, -1))


def _share_of(
    happened: np.ndarray, among: np.ndarray, decisions: Decisions, *, shown: bool = True
) -> Replicated:
    """Share of the records `among`, bool of shape (n_records,)."""
    split = decisions.split
    values = replicate_mean(happened, split.unit, split.weights, among=among)
    return Replicated(values, among.sum(), len(np.unique(split.unit[among])), shown)
