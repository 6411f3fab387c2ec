"""The names that the catalogue and the generator share: classes, fields, places of a mention."""

from intake_triage.records.schema import FormField

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


FIELDS = (
    FormField("age", "numeric", 0, 90),  # years
    FormField("sex", "categorical"),
    FormField("site", "categorical"),
    FormField("channel", "categorical"),
    FormField("temperature", "numeric", 34, 42),  # degrees Celsius
    FormField("heart_rate", "numeric", 35, 220),  # beats a minute
    FormField("pain_score", "numeric", 0, 10),
    FormField("duration_days", "numeric", 0, 3650),
    FormField("payment", "categorical"),
    FormField("established", "categorical"),
    FormField("referred", "categorical"),
)
