"""Which arms are compared with which, by what is asked, and what a comparison may claim."""

from collections.abc import Sequence
from typing import Any

from studies.transfer.settings import StudyParams

Pair = tuple[str, str]  # (treatment, reference)
Row = dict[str, Any]
Results = dict[str, Any]  # what blocks show, by their name
SIGNS = ("positive", "negative")  # with which a verdict may begin


def pairs_by_control(study: StudyParams) -> dict[str, list[Pair]]:
    """Of each control, in the order of the page.

    With few labels mtl is compared with st of as few. Balancing methods are compared with fixed
    weights, which had as many trials, and with st, which had none.
    """
    few = [f"{100 * share:g}%" for share in study.label_fractions]
    balanced = [f"mtl_{method}" for method in study.balancing]
    return {
        "partner": [("mtl", "shuffled"), ("shuffled", "st")],
        "size": [
            ("mtl_equal_parameters", "st"),
            ("mtl_equal_compute", "st"),
            ("mtl_equal_compute", "st_long"),
        ],
        "fractions": [*((f"mtl_{share}", f"st_{share}") for share in few), ("mtl", "st")],
        "start": [
            ("fine_tuned", "st"),
            ("fine_tuned", "st_fine_tuned"),
            ("fine_tuned", "mtl"),
            ("pretrained_st", "st"),
            ("pretrained_mtl", "mtl"),
            ("pretrained_mtl", "pretrained_st"),
            ("gbm_with_features", "gbm"),
            ("mtl", "gbm"),
        ],
        "balancing": [
            *((arm, "mtl_fixed") for arm in balanced if arm != "mtl_fixed"),
            *((arm, "st") for arm in balanced),
        ],
    }


def all_pairs(study: StudyParams) -> list[Pair]:
    """Each pair once, mtl against st first."""
    of_controls = [pair for pairs in pairs_by_control(study).values() for pair in pairs]
    return list(dict.fromkeys([("mtl", "st"), *of_controls]))


def select_pairs(results: Results, pairs: Sequence[Pair]) -> list[tuple[str, Row]]:
    """The differences between these arms, each with the name of its block."""
    return [
        (name, row)
        for name, result in results.items()
        for row in result["differences"]
        if (row["treatment"], row["reference"]) in pairs
    ]
