"""What is refused, how, and what a refusal may not tell."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError
from served import FORM, SECRET, reason_of

from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.release.bundle.form_schema import describe_form
from intake_triage.release.serve.forms import form_model, one_or_many
from intake_triage.release.serve.limits import Limits

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"age": SECRET}, "age"),
        ({"age": "70"}, "age"),
        ({"age": True}, "age"),
        ({"age": [70]}, "age"),
        ({"age": 10**400}, "age"),
        ({"sex": 1}, "sex"),
        ({"sex": SECRET * 100}, "sex"),
        ({"sex": f"{SECRET}\0"}, "sex"),
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t "}, "text"),
        ({"text": f"{SECRET}\0"}, "text"),
        ({"text": f"{SECRET} \ud800"}, "text"),
        ({"text": SECRET * 10_000}, "text"),
        ({"text": {SECRET: SECRET}}, "text"),
        ({"record_id": 7}, "record_id"),
        ({"record_id": " "}, "record_id"),
        ({"record_id": SECRET * 100}, "record_id"),
        ({"agee": SECRET}, "agee"),
    ],
)
def test_a_fault_is_told_by_its_field_and_not_by_its_value(service, fault, named):
    body = json.dumps(FORM | fault)  # with escapes for what is no Unicode
    reply = service.client.post("/score", content=body, headers=JSON)
    assert named in reason_of(reply, 422)
    listed = service.client.post("/score", content=f"[{json.dumps(FORM)}, {body}]", headers=JSON)
    assert reason_of(listed, 422).startswith("form 2: ")


def test_an_unknown_field_whose_name_may_be_text_is_not_named(service):
    for name in (f"the {SECRET} fell", f"{SECRET}\n", SECRET * 10):
        assert "a field that the form does not have" in reason_of(service.score({name: 1}), 422)


def test_the_first_faults_are_told(service):
    reason = reason_of(service.score([{"age": SECRET}] * 30), 422)
    assert reason.startswith("form 1: record_id: Field required; form 1: text: Field required;")
    assert reason.endswith("; and 80 more")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\0", 422),
        (f'{{"text": "{SECRET}\0"}}'.encode(), 422),
        (f'{{"text": "{SECRET}'.encode(), 422),
        (b'{"record_id": "a", "text": "b", "age": NaN}', 422),
        (b'{"record_id": "a", "text": "b", "age": -Infinity}', 422),
        (b'{"record_id": "a", "text": "b", "age": 1e999}', 422),
        (b"NaN", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"[]", 422),
        (b"[[]]", 422),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"1" * 5_000, 400),
        (b"\xff\xfe\xff", 400),
        (b'{"text": "\xe9"}', 400),
        (json.dumps(FORM | {"text": SECRET * 1_200_000}).encode(), 413),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else None,
)
def test_what_is_no_form_is_refused(service, body, status):
    reason_of(service.client.post("/score", content=body, headers=JSON), status)
    assert service.score(FORM).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", ";"])
def test_another_type_of_content_is_refused(service, kind):
    headers = {} if kind is None else {"content-type": kind}
    body = json.dumps(FORM).encode()
    reason_of(service.client.post("/score", content=body, headers=headers), 415)


def test_a_charset_beside_the_type_is_taken(service):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    body = json.dumps(FORM).encode()
    assert service.client.post("/score", content=body, headers=headers).status_code == 200


def test_no_more_forms_than_the_limit_are_scored(serve):
    service = serve(Limits(forms=3))
    assert len(service.score([FORM] * 3).json()) == 3
    assert "at most 3" in reason_of(service.score([FORM] * 4), 422)


def test_a_body_that_does_not_say_its_length_has_the_same_limit(serve):
    service = serve(Limits(body_bytes=1_000))
    chunks = iter([b" " * 600, b" " * 600])
    reason_of(service.client.post("/score", content=chunks, headers=JSON), 413)
    assert service.score(FORM).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/score", 405), ("GET", f"/{SECRET}", 404), ("GET", "/docs", 404), ("PUT", "/", 404)],
)
def test_other_paths_and_methods_are_refused(service, method, path, status):
    reason_of(service.client.request(method, path), status)


def test_any_name_of_a_field_will_do():
    names = ("json", "model_dump", "schema", "copy", "from", "_own", "with blanks", "__class__")
    fields = tuple(FormField(name, "numeric") for name in names)
    schema = describe_form(RecordSchema(fields, ("now",), (), ()))
    form = form_model(schema)
    given = {"record_id": "a", "text": "b"} | {name: float(i) for i, name in enumerate(names)}
    assert form.model_validate(given).model_dump(by_alias=True) == given
    assert form.model_json_schema() == schema
    with pytest.raises(ValidationError, match="entry_2"):
        form.model_validate({"record_id": "a", "text": "b", "entry_2": 1.0})


def test_a_fault_in_a_list_is_not_told_as_one_of_a_form():
    form = form_model(describe_form(RecordSchema((), ("now",), (), ())))
    body = TypeAdapter(one_or_many(form, most=2))
    with pytest.raises(ValidationError) as refused:
        body.validate_python([{"record_id": "a", "text": "b"}, {"record_id": "a"}])
    assert [error["loc"] for error in refused.value.errors()] == [("many", 1, "text")]
