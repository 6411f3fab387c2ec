"""What a bundle brings to compare a pilot with."""

import json

import numpy as np
import pytest

from intake_triage.errors import InputError
from intake_triage.release.watch.reference import describe_reference, read_reference
from tests.release.watch.conftest import PLACES, SCHEMA, TIERS, make_pilot


def test_rates_are_those_counted_form_by_form(reference):
    frame, labels = make_pilot(3000, seed=99)
    true = np.array([TIERS.index(name) for name in labels["urgency"]])
    placed = np.array([TIERS.index(name) for name in frame["urgency"]])
    urgent = true < 2
    expected = {
        "under_triage": (placed > true)[urgent].mean(),
        "most_urgent_missed": (placed > true)[true == 0].mean(),
        "over_triage": (placed < true)[~urgent].mean(),
        "urgent_load": (placed < 2).sum() / urgent.sum(),
        "misrouted": (frame["specialty"] != labels["specialty"]).mean(),
    }
    values = {name: rate["value"] for name, rate in reference["rates"].items()}
    assert values.pop("severe_under_triage") is None, "nobody is two tiers off"
    assert values == pytest.approx(expected, abs=1e-4)
    assert reference["rates"]["under_triage"]["forms"] == urgent.sum()


def test_shares_are_those_of_the_forms(reference):
    frame, _ = make_pilot(3000, seed=99)
    assert reference["missing"]["age"] == pytest.approx(frame["form_age"].isna().mean(), abs=1e-4)
    assert reference["unknown_words"] == pytest.approx(frame["unknown_words"].mean(), abs=1e-4)
    nurse = reference["outputs"]["to_nurse"]
    nurse = dict(zip(nurse["values"], nurse["shares"], strict=True))
    assert nurse["yes"] == pytest.approx(frame["to_nurse"].mean(), abs=1e-3)
    site = reference["groups"]["site"]
    for k, name in enumerate(site["values"]):
        members = frame["form_site"] == name
        assert site["forms"][k] == members.sum()
        missing = frame.loc[members, "form_payment"].isna().mean()
        assert site["missing"]["payment"][k] == pytest.approx(missing, abs=1e-4)


def test_nothing_tells_of_few_people(decision):
    frame, labels = make_pilot(90, seed=3)
    reference = describe_reference(labels, frame, SCHEMA, decision)
    assert reference["rates"]["under_triage"]["value"] is None
    assert reference["rates"]["most_urgent_missed"]["forms"] is None, "fewer than 11 such forms"
    assert "hill" not in reference["groups"]["site"]["values"]
    for histogram in (*reference["inputs"].values(), *reference["outputs"].values()):
        counts = np.array(histogram["shares"]) * histogram["forms"]
        assert (counts > 10.5).all()
    for shares in reference["groups"]["site"]["missing"].values():
        assert all(share is None or share * 90 > 10.5 for share in shares)


def test_it_has_no_rows_and_is_the_same_again(reference, decision):
    frame, labels = make_pilot(3000, seed=99)
    again = describe_reference(labels, frame.sample(frac=1, random_state=1), SCHEMA, decision)
    text = json.dumps(reference)
    assert text == json.dumps(again)
    assert "f99-" not in text


def test_a_single_task_has_its_rates_alone(decision):
    frame, labels = make_pilot(300)
    served = frame.drop(columns=[name for name in frame if name.startswith("urgency")])
    reference = describe_reference(labels[["record_id", "specialty"]], served, SCHEMA, decision)
    assert list(reference["rates"]) == ["misrouted"]
    assert set(reference["outputs"]) == {"specialty", "to_nurse"}
    assert set(reference["outputs"]["specialty"]["values"]) == set(PLACES)


def test_a_bundle_without_one_is_refused_in_a_line(tmp_path):
    with pytest.raises(InputError, match=r"reference\.json: no such file; build the bundle anew"):
        read_reference(tmp_path)
