"""The study's findings as sentences, chosen by the verdicts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from studies.transfer.words import ARMS, BLOCKS, MEASURES, Row, interval

Results = dict[str, Any]
SIGNS = ("positive", "negative")


def conclude(results: Results, validity: dict[str, Any] | None) -> Iterator[str]:
    """One finding a sentence, in the order of the page."""
    yield from _transfer(results)
    yield from _partner(results)
    for arms, subject in (
        (("mtl_equal_parameters", "mtl_equal_compute"), "mtl made as large, or trained as long"),
        (("mtl_5%", "mtl_25%"), "mtl, where one task has few labels"),
        (("fine_tuned",), "A model a task fine-tuned from mtl"),
        (("pretrained_st",), "st pre-trained on the train texts"),
    ):
        yield from _gains(results, [(arm, _reference(arm)) for arm in arms], subject)
    methods = [f"mtl_{method}" for method in ("uncertainty", "pcgrad", "upgrad")]
    pairs = [(arm, "mtl_fixed") for arm in methods]
    yield from _gains(results, pairs, "mtl balanced by another method than fixed weights")
    pair = [("gbm_with_features", "gbm")]
    yield from _gains(results, pair, "LightGBM with mtl's features")
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
    full = _rows(results, [("mtl", "st")])
    few = _rows(results, [("mtl_5%", "st_5%"), ("mtl_25%", "st_25%")])
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
    rows = _rows(results, [("mtl", "st")])
    yield (
        f"**mtl against st**: of {len(rows)} comparisons (sources, tasks, measures) "
        f"{_count(rows)}. About one in twenty would have a sign by chance."
    )
    for sign, verb in (("positive", "helps"), ("negative", "hurts")):
        found = [_name(name, row) for name, row in rows if _has(row, sign)]
        if found:
            yield f"The other task **{verb}** in {'; '.join(found)}."


def _partner(results: Results) -> Iterator[str]:
    """For each sign of mtl against st: is it the partner's labels, or having a partner at all?"""
    by_place: dict[tuple[str, str, str], dict[tuple[str, str], Row]] = {}
    pairs = [("mtl", "st"), ("mtl", "shuffled"), ("shuffled", "st")]
    for name, row in _rows(results, pairs):
        place = by_place.setdefault((name, row["task"], row["measure"]), {})
        place[row["treatment"], row["reference"]] = row
    for (name, task, measure), place in by_place.items():
        if len(place) == len(pairs):
            yield from _explain_partner(f"{BLOCKS[name]}, {task} {MEASURES[measure]}", place)


def _explain_partner(where: str, place: dict[tuple[str, str], Row]) -> Iterator[str]:
    whole, labels, mere = (
        place[pair]["verdict"].split(",")[0]
        for pair in (("mtl", "st"), ("mtl", "shuffled"), ("shuffled", "st"))
    )
    if whole in SIGNS:
        verb = "gain" if whole == "positive" else "loss"
        if labels == whole and mere == whole:
            yield f"{where}: the {verb} is partly the partner's labels, partly having a partner."
        elif labels == whole and mere in ("equivalent", *(set(SIGNS) - {whole})):
            yield f"{where}: the {verb} is the partner's labels; a shuffled partner brings none."
        elif labels == whole:
            yield f"{where}: the {verb} is at least partly the partner's labels."
        elif mere == whole:
            yield f"{where}: a shuffled partner brings such a {verb} too."
        else:
            yield f"{where}: what the {verb} comes from cannot be told."
    elif mere == "negative" and labels == "positive":
        yield f"{where}: a shuffled partner hurts, and true labels only make up for it."
    elif labels == "negative":
        yield f"{where}: the partner's true labels do worse than permuted ones."


def _reference(arm: str) -> str:
    return arm.replace("mtl", "st") if "%" in arm else "st"


def _gains(results: Results, pairs: Sequence[tuple[str, str]], subject: str) -> Iterator[str]:
    """How the comparisons ended, and below it those that have a sign."""
    rows = _rows(results, pairs)
    if not rows:
        return
    against = ARMS[pairs[0][1]] if "%" not in pairs[0][1] else "st with as few"
    found = [(name, row) for sign in SIGNS for name, row in rows if _has(row, sign)]
    named = [_name(name, row, arm=len(pairs) > 1) for name, row in found]
    counted = f"**{subject}**, against {against}: of {len(rows)} comparisons {_count(rows)}."
    yield "\n  - ".join([counted, *named])


def _count(rows: list[tuple[str, Row]]) -> str:
    """How many comparisons ended with each verdict."""
    counts = Counter(row["verdict"].split(",")[0] for _, row in rows)
    verdicts = (*SIGNS, "equivalent", "inconclusive")
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in verdicts if counts[verdict])


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


def _rows(results: Results, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, Row]]:
    return [
        (name, row)
        for name, result in results.items()
        for row in result["differences"]
        if (row["treatment"], row["reference"]) in pairs
    ]


def _has(row: Row, sign: str) -> bool:
    return row["verdict"].startswith(sign)


def _name(name: str, row: Row, *, arm: bool = False) -> str:
    what = f"{ARMS[row['treatment']]}: " if arm else ""
    small = " (smaller than the margin)" if "smaller" in row["verdict"] else ""
    return f"{what}{BLOCKS[name]}, {row['task']} {MEASURES[row['measure']]} {interval(row)}{small}"
