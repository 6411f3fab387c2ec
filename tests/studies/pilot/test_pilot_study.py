"""The study of a pilot's alarms on a made-up clinic, and its DVC stage."""

import json

import numpy as np
import pytest
import yaml

from intake_triage.files import read_json
from intake_triage.imports import holds_code, import_closure
from intake_triage.release.watch.limits import FALSE_ALARMS, WORDS_TOLERANCE, list_alarms
from studies.pilot import report
from studies.pilot import simulate as study
from tests.release.watch.conftest import SCHEMA, decision, reference
from tests.report.traced_numbers import find_untraced, snap

__all__ = ["decision", "reference"]
FOLDER = study.ROOT / "studies/pilot"


STAGES = yaml.safe_load((FOLDER / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stages_deps_are_what_it_imports(stage):
    deps = STAGES[stage]["deps"]
    places = [study.ROOT / dep for dep in deps if dep.startswith(("src/", "studies/"))]
    listed = {path for place in places for path in (place, *place.rglob("*.py"))}
    code = {path for path in listed if path.suffix == ".py" and holds_code(path)}
    assert code == set(import_closure(FOLDER / f"{stage}.py"))


def test_the_page_in_git_is_of_the_results_in_git():
    page = report.write_page(read_json(report.PLAN), read_json(report.RESULTS))
    assert report.PAGE.read_text(encoding="utf-8") == page


def test_all_figures_of_the_page_are_of_the_results():
    """Each is changed, so that what was written by hand would stand out."""
    plan, found = snap(read_json(report.PLAN)), snap(read_json(report.RESULTS))
    page = report.write_page(plan, found)
    weeks = [row["change"] + 1 for name in ("under_triage", "word") for row in found[name]]
    fixed = [study.TOLD["most"], WORDS_TOLERANCE, FALSE_ALARMS]
    assert not find_untraced(iter(page.splitlines()), [plan, found, weeks, fixed])


@pytest.fixture(scope="module")
def alarms(reference, decision):
    return list_alarms(reference, SCHEMA, decision)


def test_what_it_finds_hangs_together(alarms, reference):
    found = study.simulate(alarms, reference, pilots=60)
    json.dumps(found, allow_nan=False)
    false = found["false_alarms"]
    assert false["at_limits"]["all"] <= 0.1
    assert false["at_reference"]["all"] == 0
    from_start = [row["told"] for row in found["under_triage"] if row["change"] == 0]
    assert from_start == sorted(from_start), "more forms a week tell more"
    assert from_start[-1] == 1
    told_by = {(row["site"], row["told_by"]): row for row in found["field"]}
    assert told_by["largest", "site"]["told"] == 1
    shares = {row["share"]: row["told"] for row in found["word"] if row["forms_a_week"] == 500}
    assert shares[0.2] == 1
    assert shares[0.05] == 0, "half a point of all words is within the tolerance"


def test_weeks_are_counted_from_the_change(alarms, reference):
    by_path = {alarm.path: alarm for alarm in alarms}
    told = study.find_change(
        by_path["decisions", "under_triage"],
        (0.05, 0.5),
        reference,
        forms_a_week=200,
        change=20,
        pilots=50,
        rng=np.random.default_rng(0),
    )
    assert (told["early"], told["told"]) == (0, 1)
    assert 1 <= told["half"]["weeks"] <= 2
    share = reference["rates"]["under_triage"]["forms"] / reference["forms"]
    assert told["half"]["forms"] == pytest.approx(200 * share * told["half"]["weeks"], abs=1)
