"""The study's findings as sentences, chosen by the verdicts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from studies.transfer.controls import SIGNS, Pair, Results, Row, select_pairs
from studies.transfer.words import ARMS, BLOCKS, INTERVAL, MEASURES

PARTNER = [("mtl", "st"), ("mtl", "shuffled"), ("shuffled", "st")]
FEW = [("mtl_5%", "st_5%"), ("mtl_25%", "st_25%")]
SAME_MEANS = [("mtl_equal_parameters", "st"), ("mtl_equal_compute", "st")]
BALANCED = [(f"mtl_{method}", "mtl_fixed") for method in ("uncertainty", "pcgrad", "upgrad")]
GAINS = (  # what is asked, against what, and the pairs that answer it
    ("mtl made as large, or trained as long", "st", SAME_MEANS),
    ("mtl, where one task has few labels", "st with as few", FEW),
    ("A model a task fine-tuned from mtl", "st", [("fine_tuned", "st")]),
    ("st pre-trained on the train texts", "st", [("pretrained_st", "st")]),
    ("mtl balanced by another method than fixed weights", "mtl, fixed weights", BALANCED),
    ("LightGBM with mtl's features", "LightGBM", [("gbm_with_features", "gbm")]),
)


def conclude(results: Results, validity: dict[str, Any] | None) -> Iterator[str]:
    """One finding a sentence, in the order of the page."""
    yield from _transfer(results)
    yield from _partner(results)
    for subject, against, pairs in GAINS:
        yield from _gains(results, subject, against, pairs)
    yield from _truth(results)
    if validity:
        yield describe_validity(validity)


def describe_validity(validity: dict[str, Any]) -> str:
    """What the simulation says of the verdicts."""
    rows = validity["rows"]
    claimed, family = (max(row[key] for row in rows) for key in ("claimed", "family"))
    covered = [row["covered"] for row in rows]
    by_class = min(row["covered_by_class"] for row in rows)
    powers = [
        f"{row['power']:.0%} for {row['task']} ({BLOCKS[row['block']]})"
        for row in rows
        if row["power"] is not None
    ]
    return (
        f"**Simulation**: in {validity['simulations']} comparisons without a true difference, with "
        f"variances measured on these fits, a sign is claimed in at most {claimed:.1%} (any class: "
        f"at most {family:.1%}; Monte-Carlo error {validity['monte_carlo_error']:.1%}); intervals "
        f"cover the truth in {min(covered):.1%} to {max(covered):.1%}, and in at least "
        f"{by_class:.1%} by class. A true 0.02 macro-F1, with 10,000 records to train on and 6,000 "
        f"to test on, is found in {', '.join(powers)}."
    )


def conclude_plainly(results: Results) -> str:
    """What it comes to, in a paragraph: all labels, few labels, cost."""
    full = select_pairs(results, [("mtl", "st")])
    few = select_pairs(results, FEW)
    large = [_name(name, row) for name, row in full if row["verdict"] in SIGNS]
    shares = [result["cost"]["mtl"] / result["cost"]["st"] for result in results.values()]
    parts = [
        f"With all labels, one model for both tasks is better or worse than two in {len(large)} of "
        f"{len(full)} comparisons, small differences left aside{': ' if large else ''}"
        f"{'; '.join(large)}."
    ]
    if few:
        parts.append(
            f"For a task with few labels, beside one with all: of {len(few)} comparisons "
            f"{_count(few)}."
        )
    parts.append(
        f"One model takes {min(shares):.0%} to {max(shares):.0%} of the computing that two take."
    )
    return " ".join(parts)


def _transfer(results: Results) -> Iterator[str]:
    rows = select_pairs(results, [("mtl", "st")])
    yield (
        f"**mtl against st**: of {len(rows)} comparisons (sources, tasks, measures) "
        f"{_count(rows)}. About one in twenty would have a sign by chance."
    )
    for sign, verb in zip(SIGNS, ("helps", "hurts"), strict=True):
        found = [_name(name, row) for name, row in rows if row["verdict"].startswith(sign)]
        if found:
            yield f"The other task **{verb}** in {'; '.join(found)}."


def _partner(results: Results) -> Iterator[str]:
    """For each sign of mtl against st: is it the partner's labels, or having a partner at all?"""
    by_place: dict[str, dict[Pair, str]] = {}
    for name, row in select_pairs(results, PARTNER):
        where = f"{BLOCKS[name]}, {row['task']} {MEASURES[row['measure']]}"
        pair = row["treatment"], row["reference"]
        by_place.setdefault(where, {})[pair] = row["verdict"].split(",")[0]
    for where, verdicts in by_place.items():
        if len(verdicts) == len(PARTNER):
            explained = _explain_partner(*(verdicts[pair] for pair in PARTNER))
            if explained:
                yield f"{where}: {explained}"


def _explain_partner(whole: str, labels: str, partner: str) -> str | None:
    """What brings the gain or loss of mtl against st, by the verdicts of `PARTNER`."""
    if whole in SIGNS:
        verb = "gain" if whole == "positive" else "loss"
        if labels == whole and partner == whole:
            return f"the {verb} is partly the partner's labels, partly having a partner."
        if labels == whole and partner in ("equivalent", *SIGNS):
            return f"the {verb} is the partner's labels; a shuffled partner brings none."
        if labels == whole:
            return f"the {verb} is at least partly the partner's labels."
        if partner == whole:
            return f"a shuffled partner brings such a {verb} too."
        return f"what the {verb} comes from cannot be told."
    if partner == "negative" and labels == "positive":
        return "a shuffled partner hurts, and true labels only make up for it."
    if labels == "negative":
        return "the partner's true labels do worse than permuted ones."
    return None


def _gains(results: Results, subject: str, against: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """How the comparisons ended, and below it those that have a sign."""
    rows = select_pairs(results, pairs)
    if rows:
        found = [
            f"{ARMS[row['treatment']]}: {_name(name, row)}" if pairs[1:] else _name(name, row)
            for sign in SIGNS
            for name, row in rows
            if row["verdict"].startswith(sign)
        ]
        counted = f"**{subject}**, against {against}: of {len(rows)} comparisons {_count(rows)}."
        yield "\n  - ".join([counted, *found])


def _truth(results: Results) -> Iterator[str]:
    rows = [row for result in results.values() for row in result.get("truth", [])]
    if rows:
        agreed, judged = (Counter(row[key] for row in rows) for key in ("agrees", "judged"))
        yield (
            f"**Verdict and truth**: of the verdicts that claim something {agreed[True]} agree "
            f"with eight further seeds and {agreed[False]} do not; {agreed[None]} claim nothing. "
            f"By the whole interval of the truth {judged['confirmed']} are confirmed, "
            f"{judged['contradicted']} contradicted, {judged['undecided']} undecided."
        )


def _count(rows: list[tuple[str, Row]]) -> str:
    """How many comparisons ended with each verdict."""
    counts = Counter(row["verdict"].split(",")[0] for _, row in rows)
    verdicts = (*SIGNS, "equivalent", "inconclusive")
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in verdicts if counts[verdict])


def _name(name: str, row: Row) -> str:
    small = " (smaller than the margin)" if "smaller" in row["verdict"] else ""
    difference = INTERVAL.format(**row)
    return f"{BLOCKS[name]}, {row['task']} {MEASURES[row['measure']]} {difference}{small}"
