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
        (("mtl_equal_parameters", "mtl_equal_compute"), "mtl made as large, or trained as long,"),
        (("mtl_5%", "mtl_25%"), "mtl, where one task has few labels,"),
        (("fine_tuned",), "A model a task fine-tuned from mtl"),
        (("pretrained_st",), "st pre-trained on the train texts"),
        (
            ("mtl_uncertainty", "mtl_pcgrad", "mtl_upgrad"),
            "mtl balanced by another method than fixed weights",
        ),
    ):
        yield from _against_st(results, arms, subject)
    yield from _features(results)
    yield from _truth(results)
    if validity:
        yield describe_validity(validity)


def describe_validity(validity: dict[str, Any]) -> str:
    """What the simulation says of the verdicts."""
    rows = validity["rows"]
    claimed, family = (max(row[key] for row in rows) for key in ("claimed", "family"))
    covered = [row["covered"] for row in rows]
    powers = [row["power"] for row in rows if row["power"] is not None]
    return (
        f"In {validity['simulations']} simulated comparisons without a true difference, with "
        f"variances measured on these fits, a sign is claimed in at most {claimed:.1%} (any class: "
        f"at most {family:.1%}; Monte-Carlo error {validity['monte_carlo_error']:.1%}); intervals "
        f"cover the truth in {min(covered):.1%} to {max(covered):.1%}. A true 0.02 macro-F1 is "
        f"found in {min(powers):.0%} to {max(powers):.0%}."
    )


def _transfer(results: Results) -> Iterator[str]:
    rows = _rows(results, [("mtl", "st")])
    counts = Counter(row["verdict"].split(",")[0] for _, row in rows)
    listed = ", ".join(
        f"{counts[verdict]} {verdict}"
        for verdict in (*SIGNS, "equivalent", "inconclusive")
        if counts[verdict]
    )
    yield (f"**mtl against st**: of {len(rows)} comparisons (sources, tasks, measures) {listed}.")
    for sign, verb in (("positive", "helps"), ("negative", "hurts")):
        found = [_name(name, row) for name, row in rows if row["verdict"].startswith(sign)]
        if found:
            yield f"The other task **{verb}** in {'; '.join(found)}."


def _partner(results: Results) -> Iterator[str]:
    helped = [
        (name, row)
        for name, row in _rows(results, [("mtl", "st")])
        if row["verdict"].startswith("positive")
    ]
    due = [
        _name(name, row)
        for name, row in _rows(results, [("mtl", "shuffled")])
        if row["verdict"].startswith("positive")
    ]
    mere = [
        _name(name, row)
        for name, row in _rows(results, [("shuffled", "st")])
        if row["verdict"].startswith("positive")
    ]
    if due:
        yield (
            f"**Shuffled partner**: true labels of the partner beat permuted ones in "
            f"{'; '.join(due)}."
        )
    else:
        yield "**Shuffled partner**: true labels of the partner beat permuted ones nowhere."
    if mere:
        yield (
            "A partner that tells nothing beats st in "
            f"{'; '.join(mere)}: that part is regularisation."
        )
    elif helped:
        yield "A partner that tells nothing beats st nowhere, so the gains are no regularisation."


def _against_st(results: Results, arms: Sequence[str], subject: str) -> Iterator[str]:
    pairs = [(arm, arm.replace("mtl", "st") if "%" in arm else "st") for arm in arms]
    rows = _rows(results, pairs)
    if not rows:
        return
    told = []
    for sign, verb in (("positive", "gains"), ("negative", "loses")):
        found = [_name(name, row, arm=len(arms) > 1) for name, row in rows if _has(row, sign)]
        if found:
            told.append(f"{verb} in {'; '.join(found)}")
    rest = sum(not row["verdict"].startswith(SIGNS) for _, row in rows)
    if not told:
        yield f"{subject} neither gains nor loses against st in any of {len(rows)} comparisons."
    else:
        yield f"{subject} {', and '.join(told)}; {rest} of {len(rows)} comparisons have no sign."


def _features(results: Results) -> Iterator[str]:
    rows = _rows(results, [("gbm_with_features", "gbm")])
    found = [_name(name, row) for name, row in rows if _has(row, "positive")]
    if found:
        yield f"LightGBM gains by mtl's features in {'; '.join(found)}."
    elif rows:
        yield "LightGBM gains nowhere by mtl's features."


def _truth(results: Results) -> Iterator[str]:
    rows = [row for result in results.values() for row in result.get("truth", [])]
    if rows:
        agreed = Counter(row["agrees"] for row in rows)
        yield (
            f"**Verdict and truth**: of the verdicts that claim something {agreed[True]} agree "
            f"with eight further seeds and {agreed[False]} do not; {agreed[None]} claim nothing."
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
