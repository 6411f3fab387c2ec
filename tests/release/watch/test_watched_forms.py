"""Suggestions and labels joined, in the order of dates, in weeks."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.samples import MISSING
from intake_triage.release.watch.forms import as_forms
from tests.release.watch.conftest import PLACES, SCHEMA, TIERS, make_pilot


def test_the_order_is_that_of_dates_then_of_the_table(rng):
    frame, labels = make_pilot(400)
    shuffled = frame.iloc[rng.permutation(400)]
    forms = as_forms(shuffled, labels, SCHEMA)
    by_date = shuffled.sort_values("date", kind="stable")
    assert forms.suggested["urgency"].tolist() == [TIERS.index(t) for t in by_date["urgency"]]
    true = by_date["record_id"].map(labels.set_index("record_id")["specialty"])
    assert forms.labels["specialty"].tolist() == [PLACES.index(name) for name in true]
    assert (np.diff(forms.look) >= 0).all()


def test_a_look_is_a_week_from_monday():
    frame, labels = make_pilot(4)
    frame["date"] = pd.to_datetime(["2026-03-08", "2026-03-04", "2026-03-09", "2026-03-24"])
    forms = as_forms(frame, labels, SCHEMA)
    assert forms.looks == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert forms.look.tolist() == [0, 0, 1, 3]


def test_a_form_without_a_date_is_of_the_day_of_the_form_before_it():
    frame, labels = make_pilot(3)
    frame["date"] = pd.to_datetime(["2026-03-10", None, "2026-03-02"])
    forms = as_forms(frame, labels, SCHEMA)
    assert forms.look.tolist() == [0, 1, 1]


def test_without_dates_a_look_is_a_hundred_forms():
    frame, labels = make_pilot(250)
    forms = as_forms(frame.drop(columns="date"), labels, SCHEMA)
    assert forms.look_is == "hundred"
    assert forms.looks[1] == "forms 101 to 200"
    assert np.bincount(forms.look).tolist() == [100, 100, 50]


def test_labels_may_be_missing_or_of_a_class_that_the_bundle_lacks():
    frame, labels = make_pilot(4)
    labels = labels.iloc[[2, 0, 1]].assign(specialty=["heart", "eyes", None])
    forms = as_forms(frame, labels, SCHEMA)
    assert forms.labels["specialty"].tolist() == [3, -1, 0, -1]
    assert forms.has_label("specialty").tolist() == [True, False, True, False]
    assert forms.has_label("urgency").tolist() == [True, True, True, False]


def test_an_empty_group_is_a_group():
    frame, labels = make_pilot(3)
    frame["form_sex"] = pd.Series(["female", None, "male"], dtype="str")
    assert as_forms(frame, labels, SCHEMA).groups["sex"].tolist() == ["female", MISSING, "male"]


def test_a_suggestion_of_no_class_is_refused_by_its_row():
    frame, labels = make_pilot(5)
    frame.loc[3, "urgency"] = "soon"
    with pytest.raises(InputError, match="row 4, column 'urgency': no class"):
        as_forms(frame, labels, SCHEMA)


def test_a_task_that_is_not_served_has_no_place():
    frame, labels = make_pilot(5)
    served = frame.drop(columns=[name for name in frame if name.startswith("specialty")])
    forms = as_forms(served, labels[["record_id", "urgency"]], SCHEMA)
    assert forms.tasks == ("urgency",)
    assert list(forms.outputs) == ["urgency", "p_missed_urgent", "to_nurse"]
