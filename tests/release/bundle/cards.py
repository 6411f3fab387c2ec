"""Cards for tests: of invented results, and how their text is taken apart."""

import re
from dataclasses import replace

from intake_triage.evaluation.table import Results
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.bundle.card import RunFigures, write_card
from intake_triage.release.bundle.manifest import Manifest
from tests.release.conftest import invent_results
from tests.release.score.conftest import make_bundle

CLASSES = {"urgency": ("now", "today", "later"), "specialty": ("heart", "skin")}
NAMED = {
    "owner": "Dr. Ada | Example",
    "contact": "triage@clinic.example",
    "licence": "within the clinic",
    "date": "2026-11-30",
    "intended_use": "to order the morning's forms",
}
RECORDS = {"train": 300, "valid": 50, "calibrate": 100, "test": 1234}
COVERAGE = [
    {"task": task, "system": name, "class": name_of, "coverage": coverage, "promised": 0.9}
    for task in CLASSES
    for name in ("linear", "gbm")
    for name_of, coverage in (("a", 0.871), ("b", None), ("c", 0.9342))
]


def make_card(params: Params, results: Results | None = None, **about: object) -> str:
    """The card of two logistic regressions beside two LightGBM models, but for what is named."""
    other = about.pop("other", SetUp("gbm", "gbm"))
    tasks = about.pop("tasks", ("urgency", "specialty"))
    schema = about.pop("schema", None)
    statuses = about.pop("statuses", {})
    records = about.pop("records", RECORDS)
    bundle = make_bundle(params, tasks=tasks)
    about = {"name": "choice", "version": "7"} | about
    manifest = Manifest(**bundle.manifest.model_dump() | about)
    bundle = replace(bundle, manifest=manifest, schema=schema or bundle.schema)
    if results is None:
        results = invent_results({task: bundle.schema.classes(task) for task in tasks})
    return write_card(bundle, other, params, RunFigures(results, COVERAGE, records, statuses))


def with_card(raw: dict, card: dict, **data: object) -> Params:
    release = raw["release"] | {"card": raw["release"]["card"] | card}
    return Params.model_validate(raw | {"release": release, "data": raw["data"] | data})


def cells(card: str) -> dict[str, list[str]]:
    """The rows of its tables by their first cell."""
    rows = [re.split(r"(?<!\\)\|", line) for line in card.splitlines() if line.startswith("| ")]
    return {row[1].strip(): [cell.strip() for cell in row[2:-1]] for row in rows}


def prose(card: str) -> str:
    """Without code and tables."""
    text = re.sub(r"```.*?```", "", card, flags=re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))
