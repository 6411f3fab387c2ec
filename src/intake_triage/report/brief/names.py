"""Plain names of set-ups, systems, classes and groups of patients."""

from intake_triage.report.wording import SYSTEMS

MULTI_TASK = "one multi-task model"
REFERENCES = {
    "majority": "a majority rule",
    "prior": "class frequencies",
    "oracle": "the best possible",
}
TASKS = {"urgency": "urgency", "specialty": "sub-specialty"}
COLUMNS = {"age_band": "age"}


def name_set_up(label: str) -> str:
    """A set-up as plots label it, in words that fit into a table."""
    if label in REFERENCES:
        return REFERENCES[label]
    if label == "mtl":
        return MULTI_TASK
    urgency, specialty = (SYSTEMS[system] for system in label.split(" + "))
    if urgency == specialty:
        return f"two {urgency} models"
    return f"{urgency} for urgency, {specialty} for sub-specialty"


def shorten_set_up(label: str) -> str:
    """A set-up in a few words, a pair of two kinds as "urgency's + sub-specialty's"."""
    systems = label.split(" + ")
    if label == "mtl" or len(set(systems)) > 1:
        return " + ".join(name_system(system) for system in systems)
    return name_set_up(label).removeprefix("a ")


def name_system(system: str) -> str:
    """A system, which may serve one task or both."""
    if system in REFERENCES:
        return REFERENCES[system]
    return "multi-task" if system == "mtl" else SYSTEMS[system]


def name_class(name: str) -> str:
    """A tier, a sub-specialty or a cut between tiers."""
    if name.startswith("semi_"):
        name = name.replace("semi_", "semi-", 1)
    return name.replace("_", " ")


def name_group(column: str, subgroup: str) -> str:
    """A group of patients, such as "age 0-4" or "sex not recorded"."""
    if subgroup == "missing":
        subgroup = "not recorded"
    return f"{COLUMNS.get(column, name_class(column))} {name_class(subgroup)}"
