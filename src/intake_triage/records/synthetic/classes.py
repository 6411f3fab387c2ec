"""The names that the catalogue and the generator share: classes, fields, places of a mention."""

from dataclasses import dataclass
from typing import Literal

URGENCY = ("emergent", "urgent", "semi_urgent", "routine")  # most urgent first
SPECIALTY = (
    "primary_care",
    "pediatrics",
    "general_surgery",
    "obstetrics_gynecology",
    "orthopedics",
    "cardiology",
    "dermatology",
    "urology",
    "psychiatry",
    "neurology",
    "ophthalmology",
    "otolaryngology",
)

N_LEVELS = 5  # of severity, and of the course
REGISTERS = ("lay", "clinical", "short")
INTENSITIES = ("none", "mild", "severe", "sudden")
ROLES = ("now", "denied", "past", "relative", "also")
NOW, DENIED, PAST, RELATIVE, ALSO = range(len(ROLES))


@dataclass(frozen=True)
class ClinicField:
    """A structured entry of the form; `low` and `high` bound a numeric one, both included."""

    name: str
    kind: Literal["numeric", "categorical"]
    low: float | None = None
    high: float | None = None


FIELDS = (
    ClinicField("age", "numeric", 0, 90),  # years
    ClinicField("sex", "categorical"),
    ClinicField("site", "categorical"),
    ClinicField("channel", "categorical"),
    ClinicField("temperature", "numeric", 34, 42),  # degrees Celsius
    ClinicField("heart_rate", "numeric", 35, 220),  # beats a minute
    ClinicField("pain_score", "numeric", 0, 10),
    ClinicField("duration_days", "numeric", 0, 3650),
    ClinicField("payment", "categorical"),
    ClinicField("established", "categorical"),
    ClinicField("referred", "categorical"),
)
