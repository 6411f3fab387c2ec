"""A bundle keeps of `data.file` what a table of new forms is read by, and what training found."""

import pytest

from intake_triage.params import DataParams, Params
from intake_triage.records.forms import FormMapping, mapping_of
from intake_triage.records.schema import RecordSchema
from intake_triage.records.sources import read_source
from intake_triage.records.synthetic import FIELDS, SPECIALTY, URGENCY


def of_file(params: Params, **changes) -> DataParams:
    """Section `data` with source `file` and some keys of `data.file` changed."""
    file = params.data.file.model_dump() | changes
    data = params.data.model_dump() | {"source": "file", "path": "examples/forms.csv"}
    return DataParams.model_validate(data | {"file": file})


def test_the_examples_mapping_survives_json(params: Params):
    data = of_file(params)
    table = read_source(data)
    mapping = mapping_of(data, table.schema, table.reading)
    assert mapping.date_format == "%Y-%m-%d"
    assert mapping.decimal == "."
    assert mapping.fields == {
        "age": "age_years",
        "sex": "sex",
        "temperature": "temperature_c",
        "pain": "pain_score",
        "channel": "came_by",
    }
    assert mapping.labels["urgency"].column == "triage_level"
    assert FormMapping.model_validate_json(mapping.model_dump_json()) == mapping


@pytest.mark.parametrize(
    ("told", "found", "kept"),
    [
        (None, {}, None),
        (None, {"decimal": ". and ,"}, None),
        (None, {"decimal": ","}, ","),
        (".", {}, "."),
        (",", {"decimal": "."}, ","),
    ],
)
def test_the_decimal_mark_is_the_one_that_is_told_or_else_found(
    params: Params, told: str | None, found: dict, kept: str | None
):
    data = of_file(params, decimal=told, date=None)
    schema = RecordSchema((), ("a", "b"), (), ())
    assert mapping_of(data, schema, found).decimal == kept
    assert mapping_of(data, schema, found).date_format is None


def test_merged_classes_are_meant_and_dropped_ones_are_not(params: Params):
    data = of_file(params, merge={"urgency": {"semi_urgent": "routine"}, "specialty": {}})
    schema = RecordSchema((), ("emergent", "urgent", "routine"), ("dermatology", "cardiology"), ())
    labels = mapping_of(data, schema, {"date_format": "%Y-%m-%d"}).labels
    assert labels["urgency"].classes["semi_urgent"] == "routine"
    assert set(labels["specialty"].classes.values()) == {"dermatology", "cardiology"}


def test_a_source_of_our_own_has_the_schemas_names(params: Params):
    schema = RecordSchema(FIELDS, URGENCY, SPECIALTY, ("sex", "age_band", "site"))
    mapping = mapping_of(params.data, schema, {})
    assert mapping.fields == {field.name: field.name for field in FIELDS}
    assert (mapping.record_id, mapping.text, mapping.date) == ("record_id", "text", "date")
    assert FormMapping.model_validate_json(mapping.model_dump_json()) == mapping
