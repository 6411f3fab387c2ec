"""What every page calls things, and how Markdown shows them as they stand."""

import re

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.samples import MISSING
from intake_triage.evaluation.table import BOTH

TASK_WORDS = {"urgency": "urgency", "specialty": "sub-specialty", BOTH: "both tasks"}


def name_class(name: str) -> str:
    """A tier, a sub-specialty, a cut between tiers or another name of the data."""
    return name.replace("semi_", "semi-").replace("_", " ")


def name_column(column: str) -> str:
    """What a group of patients is one of, such as "age" of the column age_band."""
    return name_class(column.removesuffix("_band"))


def name_subgroup(subgroup: str) -> str:
    """A group of patients among those of its column."""
    return "not recorded" if subgroup == MISSING else name_class(subgroup)


def name_measure(measure: str) -> str:
    """A measure as it is registered; one that is no longer, by its name."""
    return MEASURES[measure].words if measure in MEASURES else name_class(measure)


def escape(text: str) -> str:
    """Text that Markdown shows as it stands, on one line."""
    return re.sub(r"([\\`*_~&\[\]<>|#@$!])", r"\\\1", " ".join(text.split()))
