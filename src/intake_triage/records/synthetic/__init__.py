"""A synthetic clinic: hard in the ways that real intake forms are, and its truth is known."""

from pathlib import Path

from intake_triage.records.synthetic.classes import FIELDS, SPECIALTY, URGENCY
from intake_triage.records.synthetic.generate import DEFAULT_RELATEDNESS, generate_clinic

CATALOGUE = Path(__file__).parent / "catalogue"

__all__ = [
    "CATALOGUE",
    "DEFAULT_RELATEDNESS",
    "FIELDS",
    "SPECIALTY",
    "URGENCY",
    "generate_clinic",
]
