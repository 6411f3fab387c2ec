"""FHIR questionnaire responses: a row a response, a column an item."""

import json

import pytest
from written_tables import rows_of

COMPLAINT = {"linkId": "complaint", "answer": [{"valueString": "itch, since May"}]}


def response(*items: dict, **more) -> dict:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "r1",
        "status": "completed",
        "authored": "2024-05-31T10:00:00Z",
        "subject": {"reference": "Patient/7"},
        "questionnaire": "intake|2",
        "item": list(items),
    } | more


def bundle(*resources: dict) -> dict:
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


PATIENT = {"resourceType": "Patient", "id": "7", "name": [{"family": "Weber"}]}


@pytest.mark.parametrize(
    ("content", "others"),
    [
        (json.dumps(bundle(response(COMPLAINT), PATIENT, response(COMPLAINT, id="r2"))), 1),
        (json.dumps(bundle(bundle(response(COMPLAINT)), response(COMPLAINT, id="r2"))), 0),
        (json.dumps([response(COMPLAINT), response(COMPLAINT, id="r2")]), 0),
        (json.dumps(response(COMPLAINT)) + "\n" + json.dumps(response(COMPLAINT, id="r2")), 0),
        (
            json.dumps(bundle(response(COMPLAINT)))
            + "\n"
            + json.dumps(response(COMPLAINT, id="r2")),
            0,
        ),
    ],
)
def test_responses_are_rows_wherever_they_stand(read, content, others):
    table = read(content, "forms.json")
    assert list(table.frame) == [
        *("id", "status", "authored", "subject", "questionnaire"),
        "complaint",
    ]
    first = ("r1", "completed", "2024-05-31T10:00:00Z", "Patient/7", "intake|2", "itch, since May")
    assert rows_of(table) == [first, ("r2", *first[1:])]
    assert table.found["format"] in ("FHIR in JSON", "FHIR in JSON lines")
    assert table.found.get("other_resources", 0) == others


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ([{"valueString": "rash"}], "rash"),
        ([{"valueBoolean": False}], "false"),
        ([{"valueInteger": 7}], "7"),
        ([{"valueDecimal": 37.20}], "37.2"),
        ([{"valueDate": "2024-05"}], "2024-05"),
        ([{"valueCoding": {"system": "s", "code": "u1", "display": "Urgent"}}], "u1"),
        ([{"valueCoding": {"display": "Urgent"}}], "Urgent"),
        ([{"valueQuantity": {"value": 80.5, "unit": "kg"}}], "80.5"),
        ([{"valueReference": {"reference": "Practitioner/3"}}], "Practitioner/3"),
        ([{"valueString": "rash"}, {"valueString": "fever"}], "rash; fever"),
        ([], None),
        (None, None),
    ],
)
def test_an_answer_becomes_text(read, answer, text):
    item = {"linkId": "x"} if answer is None else {"linkId": "x", "answer": answer}
    other = {"linkId": "x", "answer": [{"valueString": "-"}]}
    table = read(json.dumps([response(item), response(other)]))
    assert [row[-1] for row in rows_of(table)] == [text, "-"]


def quantity(**parts) -> dict:
    return {"linkId": "x", "answer": [{"valueQuantity": {"value": 80} | parts}]}


def test_quantities_in_one_unit_are_values(read):
    units = [{"unit": "kg"}, {"unit": "kilograms", "code": "kg"}, {}]
    table = read(json.dumps([response(quantity(**unit)) for unit in units]))
    assert [row[-1] for row in rows_of(table)] == ["80"] * 3


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({"unit": "lb"}, "row 2, column 'x': a quantity in another unit than those before it; "),
        ({"code": "[lb_av]", "unit": "kg"}, "row 2, column 'x': a quantity in another unit than"),
        ({"unit": "kg", "comparator": "<"}, "row 2, column 'x': a quantity that is only a bound,"),
    ],
)
def test_a_quantity_whose_value_says_something_else_is_refused(refusal, second, says):
    line = refusal(json.dumps([response(quantity(unit="kg")), response(quantity(**second))]))
    assert line.startswith(says)
    assert "80" not in line


def test_items_below_items_and_answers_are_columns_too(read):
    below = {"linkId": "pain", "answer": [{"valueInteger": 6}]}
    group = {"linkId": "signs", "item": [COMPLAINT]}
    question = {"linkId": "hurts", "answer": [{"valueBoolean": True, "item": [below]}]}
    table = read(json.dumps(response(group, question)))
    assert list(table.frame)[5:] == ["complaint", "hurts", "pain"]
    assert rows_of(table)[0][5:] == ("itch, since May", "true", "6")


def test_what_was_entered_in_error_is_left_out_and_counted(read):
    wrong = response(COMPLAINT, id="r2", status="entered-in-error")
    stopped = response(COMPLAINT, id="r3", status="stopped")
    table = read(json.dumps(bundle(response(COMPLAINT), wrong, PATIENT, stopped)))
    assert [row[:2] for row in rows_of(table)] == [("r1", "completed"), ("r3", "stopped")]
    assert table.found["entered_in_error"] == table.found["other_resources"] == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([response(COMPLAINT, status="entered-in-error")], "every QuestionnaireResponse was"),
        (bundle(PATIENT), "FHIR without a QuestionnaireResponse; export the responses"),
        (bundle(), "FHIR without a QuestionnaireResponse; export the responses"),
        ([response({"answer": [{"valueString": "itch"}]})], "row 1: an item without linkId"),
        (
            [response(COMPLAINT | {"linkId": None})],
            "row 1: an item without linkId, which is a text",
        ),
        (
            [response(COMPLAINT | {"linkId": True})],
            "row 1: an item without linkId, which is a text",
        ),
        ([response(quantity() | {"linkId": ["x"]})], "row 1: an item without linkId, which is a"),
        (
            [response(COMPLAINT), response({"linkId": "x", "answer": [{"valueAttachment": {}}]})],
            "row 2, column 'x': an answer that is no text, number or code",
        ),
        ([response({"linkId": "id", "answer": [{"valueString": "a"}]})], "row 1: an item has the"),
        ([response(COMPLAINT, item="itch")], "row 1: not a valid QuestionnaireResponse"),
        ([response(COMPLAINT, subject="itch")], "row 1: not a valid QuestionnaireResponse"),
        ({"resourceType": "Bundle", "entry": ["itch"]}, "not a valid FHIR bundle; export it anew"),
    ],
)
def test_what_is_no_response_is_refused_in_one_line(refusal, content, says):
    line = refusal(json.dumps(content), "forms.json")
    assert line.startswith(says)
    assert "itch" not in line
