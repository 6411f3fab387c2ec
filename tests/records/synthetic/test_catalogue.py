"""The committed catalogue is whole, and a spoilt one is refused by file and entry."""

from collections import Counter

import pytest

from intake_triage.errors import InputError
from intake_triage.records.synthetic import SPECIALTY
from intake_triage.records.synthetic.catalogue import load_catalogue

CARDIOLOGY = "conditions/cardiology.yaml"


def test_it_holds_120_conditions_over_all_sub_specialties(catalogue):
    assert len(catalogue.conditions) >= 120
    assert set(catalogue.homes.values()) == set(SPECIALTY)


def test_every_condition_is_mostly_routed_to_the_file_it_stands_in(catalogue):
    for name, condition in catalogue.conditions.items():
        assert max(condition.routing, key=condition.routing.get) == catalogue.homes[name], name


def test_most_complaints_are_shared_between_conditions(catalogue):
    uses = Counter(
        complaint
        for condition in catalogue.conditions.values()
        for complaint in (*condition.core, *condition.further, *condition.alarm)
    )
    assert set(uses) == set(catalogue.complaints | catalogue.requests)
    assert sum(count > 1 for count in uses.values()) > 0.8 * len(uses)


def test_no_two_conditions_differ_in_words_alone(catalogue):
    """Nor in words and prevalence: who has it, how severe, for how long, or where it goes."""
    words = {"prevalence", "core", "further", "alarm", "history"}
    kinds = [
        str(condition.model_dump(exclude=words)) for condition in catalogue.conditions.values()
    ]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (CARDIOLOGY, "chest_tightness: 0.7", "chest_thightness: 0.7", "stable_angina.core"),
        (CARDIOLOGY, "coronary_disease: 0.3", "coronary: 0.3", "stable_angina.history"),
        (CARDIOLOGY, "referred: 0.5", "refered: 0.5", "stable_angina"),
        (CARDIOLOGY, "lasting: months", "lasting: ages", "stable_angina.lasting"),
        (CARDIOLOGY, "{cardiology: 0.", "{cardiologie: 0.", "unknown sub-specialty cardiologie"),
        (
            CARDIOLOGY,
            "{cardiology: 0.",
            "{cardiology: 0.0",
            "benign_ectopic_beats: routing sums to",
        ),
        (CARDIOLOGY, "pericarditis:", "stable_angina:", "stable_angina stands twice"),
        (CARDIOLOGY, "pericarditis:", "cataract:", "cataract: also in cardiology.yaml"),
        ("conditions/urology.yaml", "  core:", " core:", "urology.yaml, line"),
        ("complaints.yaml", "[chills, rigors]", "[chills, fever]", "'fever' already stands for"),
        ("network.yaml", "women: 0.56", "women: 1.56", "women"),
        ("fields.yaml", "missing: [0.3,", "missing: [often,", "pain_score.missing.0"),
    ],
)
def test_an_error_names_the_entry_in_one_line(catalogue_copy, file, old, new, message):
    path = catalogue_copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_catalogue(catalogue_copy)
    assert message in str(error.value)
    assert str(catalogue_copy) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_an_unknown_sub_specialty_are_refused(catalogue_copy):
    cardiology = catalogue_copy / CARDIOLOGY
    cardiology.rename(cardiology.with_name("hearts.yaml"))
    with pytest.raises(InputError, match=r"hearts\.yaml: named after no sub-specialty"):
        load_catalogue(catalogue_copy)
    (catalogue_copy / "conditions/hearts.yaml").unlink()
    (catalogue_copy / "course.yaml").unlink()
    with pytest.raises(InputError, match=r"course\.yaml: no such file"):
        load_catalogue(catalogue_copy)
