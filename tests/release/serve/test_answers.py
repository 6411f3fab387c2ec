"""What is answered: the values of the table that `score` writes, and an honest schema of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import jsonschema_rs
import numpy as np
import pandas as pd
import pytest
from served import FORM

from intake_triage.files import read_json
from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.score.run import score_table
from intake_triage.release.serve.answers import answer_forms, describe_answer
from intake_triage.release.serve.forms import as_table


def odd_forms() -> list[dict]:
    """Forms that are read in every way that a table's are."""
    rng = np.random.default_rng(3)
    pick = lambda *values: values[rng.integers(len(values))]  # noqa: E731
    return [
        {
            "record_id": f"odd {i}",
            "text": pick("chest pain", "An itchy RASH, for months.", "…", "zzz qqq vvv", "now"),
            "age": pick(None, 40, 40.5, 119, 121, -1),
            "pain": pick(None, 0, 7, 10.5),
            "sex": pick(None, "female", "FEMALE", " male ", "other", ""),
            "payment": pick(None, "private", "Public"),
        }
        for i in range(40)
    ]


def test_answers_are_the_rows_of_a_table_that_score_writes(bundle, tmp_path):
    forms = odd_forms()
    table = pd.DataFrame(forms, dtype=object).assign(date="")
    table.to_csv(tmp_path / "forms.csv", index=False)
    score_table(bundle, tmp_path / "forms.csv", tmp_path / "out.parquet", explained=False)
    rows = pd.read_parquet(tmp_path / "out.parquet")
    answers = answer_forms(forms, bundle)
    assert list(answers[0]) == list(rows)
    for name in rows:
        expected = [None if pd.isna(value) else value for value in rows[name]]
        assert [answer[name] for answer in answers] == expected, name
    reasons = {answer["nurse_reason"] for answer in answers}
    assert any("out_of_bounds" in reason for reason in reasons)
    assert any("unknown_words" in reason for reason in reasons)
    assert {answer["form_sex"] for answer in answers} == {None, "female", "male", "other"}


def test_a_number_out_of_bounds_counts_as_missing_and_sends_to_a_nurse(service):
    answer = service.score({**FORM, "age": 121}).json()
    assert answer["form_age"] is None
    assert answer["missing"] == "age|payment"
    assert "out_of_bounds" in answer["nurse_reason"].split("|")
    assert answer["to_nurse"] is True
    without = service.score({**FORM, "age": None}).json()
    chances = [name for name in answer if "_p_" in name]
    assert [answer[name] for name in chances] == [without[name] for name in chances]


def test_a_field_that_is_left_out_is_missing(service):
    asked = {name: FORM[name] for name in ("record_id", "text")}
    nothing = asked | {"age": None, "pain": None, "sex": None, "payment": None}
    assert service.score(asked).content == service.score(nothing).content


def test_one_form_has_one_answer_and_a_list_has_a_list(service):
    one, other = service.score(FORM).json(), service.score({**FORM, "record_id": "f-2"}).json()
    assert service.score([FORM, {**FORM, "record_id": "f-2"}]).json() == [one, other]
    assert service.score([FORM]).json() == [one]


@pytest.mark.parametrize("set_up", [("linear", "linear"), ("gbm", "st"), ("gbm+mtl", "gbm+mtl")])
def test_answers_are_as_the_schema_says(build, set_up):
    bundle = load_bundle(build(*set_up))
    schema = jsonschema_rs.Draft202012Validator(describe_answer(bundle), validate_formats=True)
    for answer in answer_forms(odd_forms(), bundle):
        schema.validate(json.loads(json.dumps(answer)))
        assert not schema.is_valid(answer | {"urgency": "whatever"})
        assert not schema.is_valid(answer | {"more": 1})
        for name in answer:
            assert not schema.is_valid({key: answer[key] for key in answer if key != name}), name


def test_a_bundle_for_one_label_answers_about_that_alone(bundle):
    bundle = replace(
        bundle,
        manifest=bundle.manifest.model_copy(update={"forecasters": {"urgency": "linear"}}),
        rules={"urgency": bundle.rules["urgency"]},
        forecast=lambda frame, both=bundle.forecast: {"urgency": both(frame)["urgency"]},
    )
    (answer,) = answer_forms([FORM], bundle)
    jsonschema_rs.Draft202012Validator(describe_answer(bundle)).validate(answer)
    assert not [name for name in answer if name.startswith("specialty")]


def test_the_openapi_schema_has_the_bundles_own_form(service, bundle):
    told = service.client.get("/openapi.json").json()
    assert told["components"]["schemas"]["Form"] == read_json(bundle.folder / "form.schema.json")
    answered = told["paths"]["/score"]["post"]["responses"]["200"]["content"]["application/json"]
    jsonschema_rs.Draft202012Validator(answered["schema"]).validate(service.score(FORM).json())
    jsonschema_rs.Draft202012Validator(answered["schema"]).validate(service.score([FORM]).json())


def test_the_same_form_gets_the_same_bytes_whatever_is_scored_at_the_same_time(serve, build):
    """Each of ten clients asks about single forms and lists, all at once."""
    bundle = load_bundle(build("mtl", "mtl"))
    service = serve(of=bundle)
    forms = odd_forms()
    alone = [service.score(form).content for form in forms]

    def ask(client: int) -> None:
        order = np.random.default_rng(client).permutation(len(forms))
        for i, k in zip(order[::2], order[1::2], strict=True):
            assert service.score(forms[i]).content == alone[i]
            together = service.score([forms[k], forms[i]]).content
            assert together == b"[" + alone[k] + b"," + alone[i] + b"]"

    with ThreadPoolExecutor(10) as clients:
        list(clients.map(ask, range(10)))


def test_a_table_for_models_has_no_value_that_a_form_lacks(bundle):
    frame, _ = as_table([{**FORM, "age": None, "sex": " "}], bundle)
    assert frame[["age", "sex", "payment", "date"]].isna().all(axis=None)
    assert frame.dtypes["age"] == "float64"
    assert frame.dtypes["date"].kind == "M"
