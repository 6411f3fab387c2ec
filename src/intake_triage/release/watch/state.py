"""`watch.json`: everything that is known of a pilot, from all its files so far."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.agreement import measure_agreement
from intake_triage.release.watch.alarms import (
    FormTerms,
    JudgedAlarm,
    judge_alarms,
    tally,
    trace,
)
from intake_triage.release.watch.calibration import compare_chances
from intake_triage.release.watch.forms import Forms
from intake_triage.release.watch.labelling import describe_labelling, standardize
from intake_triage.release.watch.limits import list_alarms
from intake_triage.release.watch.reference import Reference

DECIMALS = 4


def describe_pilot(
    forms: Forms, reference: Reference, schema: RecordSchema, decision: DecisionParams
) -> dict[str, Any]:
    """What `watch.json` holds of the pilot itself.

    Returns
    -------
    dict
        sounds: whether any alarm does; forms; look: week or hundred; looks: of each its name,
        forms, and by task labels;
        alarms, in the order of `list_alarms`: path, limit, status, and the figures of
        `JudgedAlarm`, looks by their names; of decisions also `standardized`
        (`labelling.standardize`), where labels depend on what was suggested, and the course by
        look; calibration, agreement, labels: as `compare_chances`, `measure_agreement` and
        `describe_labelling` give them.
    """
    alarms = list_alarms(reference, schema, decision)
    terms = FormTerms(forms, reference, schema, decision)
    judged = judge_alarms(alarms, terms)
    labels = describe_labelling(forms)
    described = [_describe(each, forms.looks) for each in judged]
    for alarm, row in zip(alarms, described, strict=True):
        if alarm.path[0] == "decisions":
            task = "specialty" if alarm.path[1] == "misrouted" else "urgency"
            of_alarm = terms.of(alarm.path)
            factors = labels[task]["factors"]
            if factors["suggested"]["depends"] or factors["to_nurse"]["depends"]:
                row["standardized"] = standardize(of_alarm, forms, task)
            course = trace(alarm, tally(*of_alarm, forms.look, len(forms.looks)))
            row["course"] = {name: [_round(x) for x in line] for name, line in course.items()}
    return {
        "sounds": any(each.since is not None for each in judged),
        "forms": forms.n_forms,
        "look": forms.look_is,
        "looks": _count_looks(forms),
        "alarms": described,
        "calibration": compare_chances(forms, schema),
        "agreement": measure_agreement(forms, schema),
        "labels": labels,
    }


def _describe(judged: JudgedAlarm, looks: Sequence[str]) -> dict[str, Any]:
    return {
        "path": list(judged.alarm.path),
        "limit": _round(judged.alarm.limit),
        "status": judged.status,
        "forms": judged.forms,
        "rate": _round(judged.rate),
        "bound": _round(judged.bound),
        "evidence": round(judged.evidence, 2),
        "since": None if judged.since is None else looks[judged.since],
        "forms_then": judged.forms_then,
        "onset": None if judged.onset is None else looks[judged.onset],
        "until": judged.until,
    }


def _count_looks(forms: Forms) -> list[dict[str, Any]]:
    n_looks = len(forms.looks)
    counts = np.bincount(forms.look, minlength=n_looks)
    labelled = {
        task: np.bincount(forms.look[forms.has_label(task)], minlength=n_looks)
        for task in forms.tasks
    }
    return [
        {"name": name, "forms": int(counts[k])}
        | {task: int(of_task[k]) for task, of_task in labelled.items()}
        for k, name in enumerate(forms.looks)
    ]


def _round(number: float | None) -> float | None:
    return None if number is None else round(float(number), DECIMALS)
