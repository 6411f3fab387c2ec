"""Which arms are compared with which, by what is asked, and what a comparison may claim."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from intake_triage.tasks import TASKS
from studies.transfer.settings import StudyParams

MEASURES = ("macro_f1", "log_loss")
COMPARED = tuple(product(TASKS, MEASURES))
Pair = tuple[str, str]  # (treatment, reference)
Row = dict[str, Any]
Results = dict[str, Any]  # what blocks show, by their name
STARTS = {"fine_tuned": "mtl", "st_fine_tuned": "st"}  # what is trained before an arm
DISTILLED = ("distilled", "distilled_unlabelled")
SIGNS = ("positive", "negative")  # with which a verdict may begin


def pairs_by_control(study: StudyParams) -> dict[str, list[Pair]]:
    """Of each control, in the order of the tables; with few labels mtl is compared with st of as
    few.
    """
    few = [f"{100 * share:g}%" for share in study.label_fractions]
    return {
        "partner": [("mtl", "shuffled"), ("shuffled", "st")],
        "size": [
            ("mtl_equal_parameters", "st"),
            ("mtl_equal_compute", "st"),
            ("mtl_equal_compute", "st_long"),
        ],
        "few_labels": [(f"mtl_{share}", f"st_{share}") for share in few],
        "fine_tuning": [
            ("fine_tuned", "st"),
            ("fine_tuned", "st_fine_tuned"),
            ("fine_tuned", "mtl"),
        ],
        "distillation": [
            *((arm, against) for arm in DISTILLED for against in ("mtl", "blend")),
            ("distilled_unlabelled", "distilled"),
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
