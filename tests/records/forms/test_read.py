"""Forms come out the same whatever the table's format, and a bad row does not stop the others."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.records.file import read_file
from intake_triage.records.forms import mapping_of, read_forms
from intake_triage.records.forms.read import SeenIds
from tests.form_tables import FORMATS, make_cells

EXAMPLES = Path(__file__).resolve().parents[3] / "examples/forms.csv"
HEADER = "Nummer,Eingang,Beschwerde,Alter,Temperatur,Geschlecht,Ort\n"
GOOD = 'A-1,01.02.2024,chest pain,41,"37,5",female,Nord\n'
LAST = "A-9,03.02.2024,itchy,7,36,male,\n"


def expected(cells: pd.DataFrame) -> pd.DataFrame:
    """The forms of `make_cells`, cell by cell."""

    def number(cell: str, low: float, high: float) -> float:
        value = float(cell.replace(",", ".")) if cell not in ("", "k.A.") else np.nan
        return value if low <= value <= high else np.nan

    sexes = {"female": "female", "Male": "male", "MALE ": "male", "divers": "divers"}
    frame = pd.DataFrame(
        {
            "record_id": cells["Nummer"],
            "text": cells["Beschwerde"],
            "age": [number(cell, 0, 120) for cell in cells["Alter"]],
            "temperature": [number(cell, 30, 45) for cell in cells["Temperatur"]],
            "sex": cells["Geschlecht"].map(sexes),
            "site": cells["Ort"].replace("", None),
            "date": pd.to_datetime(cells["Eingang"], format="%d.%m.%Y"),
        }
    )
    return frame.astype({"record_id": "str", "text": "str", "sex": "str", "site": "str"})


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_forms(read, name):
    cells = make_cells(120)
    if name == "cr.csv":  # whose lines end as those within cells do not
        cells["Beschwerde"] = cells["Beschwerde"].str.replace("\n", " ")
    told = {"encoding": "cp1252"} if name == "cp1252.csv" else {}
    got = read(cells, name, **told)
    pd.testing.assert_frame_equal(got.frame, expected(cells), check_dtype=False)
    assert got.frame.dtypes.astype(str).to_dict()["age"] == "float64"
    assert got.out_of_bounds == (cells["Alter"] == "130").tolist()
    assert got.faults == {}
    assert got.share_read == 1


def test_the_encoding_is_found_from_the_lines_that_tell_it(read):
    cells = make_cells(3000)
    cells["Beschwerde"] = "pain"
    cells["Ort"] = ""
    sentence = "für über während können größer müssen früher möglich später natürlich würde schön"
    cells.loc[2500:, "Beschwerde"] = sentence
    got = read(cells.to_csv(index=False).encode("cp1252"))
    assert got.frame["text"].tolist()[-1] == sentence


@pytest.mark.parametrize("name", ["comma.csv", "typed.parquet", "forms.jsonl"])
@pytest.mark.parametrize("n_rows", [1, 7, 8, 1000])
def test_pieces_of_any_size_hold_the_same_forms(read, name, n_rows):
    cells = make_cells(40)
    cells.loc[17, "Beschwerde"] = " "
    whole, cut = read(cells, name), read(cells, name, n_rows=n_rows)
    pd.testing.assert_frame_equal(cut.frame, whole.frame)
    assert cut.out_of_bounds == whole.out_of_bounds
    assert cut.faults == whole.faults == {18: "column 'Beschwerde': no text"}


def test_a_users_file_is_read_as_in_training(params):
    data = params.data.model_copy(update={"source": "file"})
    table = read_file(EXAMPLES, data.file)
    mapping = mapping_of(data, table.schema, table.reading)
    (piece,) = read_forms(EXAMPLES, mapping, table.schema, n_rows=1000)
    pd.testing.assert_frame_equal(piece.frame, table.frame[piece.frame.columns])
    assert len(piece.frame) == 400


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A-2,01.02.2024,,41,37,female,Nord", "no text"),
        ("A-2,01.02.2024,  ,41,37,female,Nord", "no text"),
        (f"A-2,01.02.2024,{'ä' * 20_001},41,37,female,Nord", "more than 20,000 characters"),
        (",01.02.2024,pain,41,37,female,Nord", "no id"),
        ("k.A.,01.02.2024,pain,41,37,female,Nord", "no id"),
        ("A-1,01.02.2024,pain,41,37,female,Nord", "the id of a form before it"),
        (" A-1 ,01.02.2024,pain,41,37,female,Nord", "the id of a form before it"),
        ("A-2,01.02.2024,pain,old,37,female,Nord", "'Alter': not a number with ','"),
        ("A-2,01.02.2024,pain,41,37.5,female,Nord", "'Temperatur': not a number with ','"),
        ("A-2,01.02.2024,pain,1e999,37,female,Nord", "'Alter': not a number"),
        ("A-2,01.02.2024,pain,NaN,37,female,Nord", "'Alter': not a number"),
        ("A-2,01.02.2024,pain,inf,37,female,Nord", "'Alter': not a number"),
        ("A-2,01.02.2024,pain,٤١,37,female,Nord", "'Alter': not a number"),
        ("A-2,2024-02-01,pain,41,37,female,Nord", "'Eingang': not a date of the form %d.%m.%Y"),
        ("A-2,31.02.2024,pain,41,37,female,Nord", "'Eingang': not a date"),
        ("A-2,01.02.2024,pain,41,37,female", "6 fields between ',', but the header has 7"),
        ("A-2,01.02.2024,pain, strong,41,37,female,Nord", "8 fields between ','"),
        ('A-2,01.02.2024,"pain" strong,41,37,female,Nord', "text follows a closing quote"),
        ('A-2,01.02.2024,"pain,41,37,female,Nord', "a quote opens and does not close"),
        ('A-2,01.02.2024,"pain""",x,y,female,Nord', "not a number with ',' as decimal mark; colu"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_go_on(read, row, reason):
    got = read(HEADER + GOOD + row + "\n" + LAST)
    assert got.frame["record_id"].tolist() == ["A-1", "A-9"]
    assert list(got.faults) == [2]
    assert reason in got.faults[2]
    assert "pain" not in got.faults[2]


def test_bytes_that_are_no_text_are_a_fault_of_their_row(read):
    table = (HEADER + GOOD * 0 + GOOD).encode() + b"A-2,01.02.2024,\xff\xfe,,,,\n" + LAST.encode()
    umlauts = "A-3,01.02.2024,Übelkeit,,,,\nA-4,01.02.2024,größer,,,,\n".encode()
    got = read(table + umlauts)
    assert got.frame["record_id"].tolist() == ["A-1", "A-9", "A-3", "A-4"]
    assert "no text in utf-8" in got.faults[2]
    assert got.frame["text"].tolist()[2:] == ["Übelkeit", "größer"]


def test_a_row_may_have_several_faults(read):
    got = read(HEADER + GOOD + ",x,,41,37,female,Nord\n")
    assert got.faults[2].count("; ") == 2


def test_a_missing_date_is_no_fault(read):
    got = read(HEADER + "A-1,,pain,,,,\n")
    assert got.frame["date"].isna().all()
    assert got.faults == {}


def test_a_number_out_of_bounds_is_missing_and_flagged(read):
    got = read(HEADER + GOOD + "A-2,01.02.2024,pain,41,98,female,Nord\n" + LAST)
    assert got.out_of_bounds == [False, True, False]
    assert np.isnan(got.frame["temperature"][1])
    assert got.frame["age"][1] == 41


def test_an_age_is_cut_off_as_in_training(read):
    ages = read(HEADER + GOOD.replace("41", "89") + LAST.replace(",7,", ",104,")).frame["age"]
    assert ages.tolist() == [89, 90]


def test_an_unknown_category_stays_as_it_is(read):
    got = read(HEADER + "A-1,,pain,,,Divers,\n")
    assert got.frame["sex"].tolist() == ["Divers"]
    assert got.faults == {}


def test_the_id_of_a_bad_row_is_free(read):
    got = read(HEADER + "A-1,,,,,,\nA-1,,pain,,,,\nA-1,,pain,,,,\n", n_rows=1)
    assert got.frame["record_id"].tolist() == ["A-1"]
    assert list(got.faults) == [1, 3]


def test_a_repeated_id_is_found_wherever_it_stands(monkeypatch, rng):
    # Hashes that differ in the last of their 64 bits alone are different.
    monkeypatch.setattr(
        pd.util, "hash_pandas_object", lambda ids, **_: ids.astype("uint64") + 2**63
    )
    seen, before = SeenIds(), set()
    for _ in range(60):
        ids = pd.Series(rng.integers(0, 3_000, 50).astype(str), index=rng.permutation(50))
        expected = []
        for number in ids:
            expected.append(number in before)
            before.add(number)
        assert seen.add(ids).tolist() == expected


def test_rows_without_ids_are_numbered(read):
    got = read(HEADER + GOOD + "A-1,,,,,,\n" + GOOD, record_id=None)
    assert got.frame["record_id"].tolist() == ["1", "3"]


@pytest.mark.parametrize("n_rows", [1, 2, 100])
def test_empty_rows_are_bad_only_where_others_follow(read, n_rows):
    blank = ",,,,,,\n"
    got = read(HEADER + GOOD + blank + blank + LAST + "\n" + blank * 3, n_rows=n_rows)
    assert got.frame["record_id"].tolist() == ["A-1", "A-9"]
    assert list(got.faults) == [2, 3]


@pytest.mark.parametrize("decimal", [None, "."])
def test_without_a_mark_of_training_a_number_is_read_where_it_leaves_no_doubt(read, decimal):
    rows = "A-1,,x,,36.5,,\nA-2,,x,,37,,\nA-3,,x,,37.125,,\n"
    got = read(HEADER + rows + 'A-4,,x,,"36,5",,\n', decimal=decimal)
    good = {None: ["A-1", "A-2", "A-4"], ".": ["A-1", "A-2", "A-3"]}
    assert got.frame["record_id"].tolist() == good[decimal]


def test_typed_numbers_and_days_are_read_whatever_the_mapping_says(read):
    rows = [{"Nummer": 1, "Temperatur": 36.625, "Eingang": "2024-02-01"}]
    rows += [{"Nummer": 2, "Temperatur": "36,5", "Eingang": "01.02.2024"}]
    others = {"Beschwerde": "pain", "Alter": None, "Geschlecht": True, "Ort": 3}
    got = read(pd.DataFrame([row | others for row in rows]), "forms.jsonl")
    assert got.frame["temperature"].tolist() == [36.625, 36.5]
    assert got.frame["date"].nunique() == 1
    assert got.frame["site"].tolist() == ["3", "3"]


def test_questionnaire_responses_are_forms(read):
    def response(number: int, status: str = "completed") -> dict:
        answers = {"Beschwerde": {"valueString": "pain"}, "Alter": {"valueInteger": 40 + number}}
        answers |= {"Geschlecht": {"valueCoding": {"code": "Female"}}, "Ort": {"valueString": "S"}}
        answers |= {"Eingang": {"valueDate": "2024-02-01"}, "Temperatur": {"valueDecimal": 36.5}}
        items = [{"linkId": name, "answer": [value]} for name, value in answers.items()]
        about = {"resourceType": "QuestionnaireResponse", "id": f"q{number}", "status": status}
        return about | {"item": items}

    responses = [response(1), response(2, "entered-in-error"), response(3)]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": each} for each in responses]}
    got = read(json.dumps(bundle), "forms.json", record_id="id")
    assert got.frame["record_id"].tolist() == ["q1", "q3"]
    assert got.frame["age"].tolist() == [41, 43]
    assert got.frame["sex"].tolist() == ["female", "female"]
    assert got.frame["date"].notna().all()


FORM = {"Nummer": "A-1", "Beschwerde": "pain", "Eingang": "2024-02-01"}


@pytest.mark.parametrize("name", ["forms.json", "forms.jsonl"])
def test_what_nobody_answered_is_missing_in_json(read, name):
    got = read(json.dumps(FORM | {"Alter": 41}), name)
    assert got.frame["age"].tolist() == [41]
    assert got.frame[["temperature", "sex", "site"]].isna().all(axis=None)
    assert got.faults == {}


@pytest.mark.parametrize("absent", FORM)
def test_what_every_form_has_must_be_there_in_json_too(read, absent):
    form = {name: value for name, value in FORM.items() if name != absent} | {"Alter": 41}
    with pytest.raises(InputError, match=f"no column '{absent}', which the bundle expects"):
        read(json.dumps(form), "forms.json")


def test_a_field_in_other_letters_is_not_taken_for_unanswered(read):
    with pytest.raises(InputError, match=r"no column 'Alter', .*; there is 'ALTER'"):
        read(json.dumps(FORM | {"ALTER": 41}), "forms.json")


def test_a_stray_quote_costs_its_own_row_alone(read):
    rows = [f'A-{i},01.02.2024,"some pain, bad",41,36,male,Nord' for i in range(300)]
    rows[100] = rows[100].replace(' bad"', " bad")
    got = read(HEADER + "\n".join(rows))
    assert list(got.faults) == [101]
    assert len(got.frame) == 299


def test_rows_between_two_stray_quotes_are_read_again(read):
    rows = [f"A-{i:03d},01.02.2024,pain and so on,41,36,male,Nord" for i in range(30)]
    rows[5] = rows[5].replace("pain and so on", '"pain and so on')
    rows[9] = rows[9].replace("pain and so on", 'pain and so on"')
    got = read(HEADER + "\n".join(rows))
    assert "look like rows" in got.faults[6]
    assert set(got.frame["record_id"]) >= {f"A-{i:03d}" for i in range(30) if i not in (5, 9)}
    assert not got.frame["text"].str.contains("\n").any()


def test_honest_texts_of_several_lines_are_forms(read):
    text = '"fever, since monday, bad, and, so, on, and\non, and on, x, y, z, and, on"'
    got = read(HEADER + f"A-1,,{text},,,,\n")
    assert got.faults == {}
    assert "\n" in got.frame["text"][0]


def test_a_quote_that_never_closes_does_not_take_the_file(read):
    rows = [f"A-{i},01.02.2024,{'pain ' * 40},41,36,male,Nord\n" for i in range(9000)]
    rows[3] = 'A-3,01.02.2024,"pain,41,36,male,Nord\n'
    got = read(HEADER + "".join(rows), n_rows=1000)
    assert list(got.faults) == [4]
    assert len(got.frame) == 8999
