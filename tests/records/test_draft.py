"""A strange table gets a mapping that `prepare` takes, and that tells of nobody."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml

from intake_triage.errors import InputError
from intake_triage.params import Params, load_params
from intake_triage.records.draft.draft import draft_params
from intake_triage.records.draft.yaml_text import CHECK
from intake_triage.records.prepare import split_source
from stages import draft

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "params.yaml").read_text(encoding="utf-8")
MARKER = "Zyxwandra"  # stands in every complaint, and nowhere else
N = 480


def make_complaints(rng: np.random.Generator, words: str, *, sep: str = " ") -> list[str]:
    choices = words.split()
    return [sep.join([*rng.choice(choices, rng.integers(4, 12)), MARKER]) for _ in range(N)]


def make_days(rng: np.random.Generator, date_format: str) -> list[str]:
    days = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 700, N), "D")
    return days.strftime(date_format).tolist()


def make_german(folder: Path, rng: np.random.Generator) -> Path:
    """A semicolon export in cp1252, with decimal commas and a word for what was not measured."""
    words = "Schmerzen Brust seit gestern Fieber Übelkeit Rücken stark Knie Schwindel links"
    heat = [f"{value:.1f}".replace(".", ",") for value in rng.normal(37.2, 0.6, N)]
    table = pd.DataFrame(
        {
            "Fallnummer": [f"F{i:05d}" for i in range(N)],
            "Patienten-Nr.": rng.integers(1, 240, N),
            "Eingangsdatum": make_days(rng, "%d.%m.%Y"),
            "Vorstellungsgrund": make_complaints(rng, words),
            "Alter": rng.integers(0, 99, N),
            "Geschlecht": rng.choice(["m", "w"], N),
            "Temperatur": np.where(rng.random(N) < 0.2, "k. A.", heat),
            "Standort": rng.choice(["Nord", "Süd"], N),
            "Dringlichkeit": rng.choice(["sofort", "dringend", "nicht dringend"], N),
            "Fachabteilung": rng.choice(["Innere Medizin", "HNO", "Chirurgie"], N),
            "Entlassdiagnose": rng.choice(["I20", "J18", "M54"], N),
        }
    )
    table.to_csv(path := folder / "Förmulare, neu.csv", sep=";", index=False, encoding="cp1252")
    return path


def make_sheet(folder: Path, rng: np.random.Generator) -> Path:
    """A workbook with a title, two rows of names, title case, and labels spelt in several ways."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Intake 2023"])
    sheet.append(["Form", None, None, "Vitals", None, "Decision", None])
    sheet.append(["Form ID", "Received", "Chief\nComplaint", "Age", "Temp (F)", "Level", "Clinic"])
    complaints = make_complaints(rng, "pain chest fever cough rash knee swelling dizzy back")
    days = pd.to_datetime(make_days(rng, "%Y-%m-%d"))
    tiers = rng.choice(["Emergent", "Urgent", " urgent", "Semi-Urgent", "Non-Urgent"], N)
    clinics = rng.choice(["Cardiology", "Orthopedics", "cardiology "], N)
    for i in range(N):
        heat = None if i % 9 == 0 else round(float(rng.normal(99, 1)), 1)
        age = int(rng.integers(0, 99))
        row = [i + 1, days[i].to_pydatetime(), complaints[i], age, heat, tiers[i], clinics[i]]
        sheet.append(row)
    book.save(path := folder / "intake.xlsx")
    return path


def make_fhir(folder: Path, rng: np.random.Generator) -> Path:
    """A FHIR response a line."""
    complaints = make_complaints(rng, "pain chest fever cough rash knee swelling dizzy back")
    days = make_days(rng, "%Y-%m-%dT08:12:00Z")
    lines = []
    for i in range(N):
        answers = {
            "complaint": {"valueString": complaints[i]},
            "age": {"valueInteger": int(rng.integers(0, 99))},
            "triage": {"valueCoding": {"code": str(rng.choice(["emergent", "urgent", "routine"]))}},
            "clinic": {"valueCoding": {"code": str(rng.choice(["cardiology", "orthopedics"]))}},
        }
        response = {
            "resourceType": "QuestionnaireResponse",
            "id": f"qr-{i}",
            "status": "completed",
            "authored": days[i],
            "subject": {"reference": f"Patient/{rng.integers(1, 150)}"},
            "item": [{"linkId": key, "answer": [value]} for key, value in answers.items()],
        }
        lines.append(json.dumps(response) + "\n")
    (path := folder / "intake.ndjson").write_text("".join(lines), encoding="utf-8")
    return path


def make_numbered_tiers(folder: Path, rng: np.random.Generator) -> Path:
    """Emergency visits with tiers 1.0 to 4.0, some missing, and no second label."""
    tiers = rng.choice(["1.0", "2.0", "3.0", "4.0", ""], N, p=[0.1, 0.3, 0.4, 0.15, 0.05])
    table = pd.DataFrame(
        {
            "stay_id": rng.permutation(np.arange(30_000_000, 30_000_000 + N)),
            "subject_id": rng.integers(10_000, 10_200, N),
            "intime": make_days(rng, "%Y-%m-%d 10:20:00"),
            "gender": rng.choice(["F", "M"], N),
            "disposition": rng.choice(["HOME", "ADMITTED"], N),
            "o2sat": rng.integers(88, 101, N),
            "acuity": tiers,
            "chiefcomplaint": make_complaints(rng, "chest pain fall dyspnea fever headache"),
        }
    )
    table.to_csv(path := folder / "ed.csv", index=False)
    return path


def make_chinese(folder: Path, rng: np.random.Generator) -> Path:
    """Complaints without blanks, in GB18030."""
    table = pd.DataFrame(
        {
            "编号": np.arange(1, N + 1),
            "年龄": rng.integers(0, 99, N),
            "主诉": make_complaints(rng, "头痛 发热 咳嗽 胸闷 腹泻 膝盖 皮疹 两天", sep=""),
            "就诊日期": make_days(rng, "%Y年%m月%d日"),
            "科室": rng.choice(["心内科", "儿科", "皮肤科"], N),
            "分诊等级": rng.choice(["一级", "二级", "三级"], N),
        }
    )
    table.to_csv(path := folder / "表.csv", index=False, encoding="gb18030")
    return path


def make_french(folder: Path, rng: np.random.Generator) -> Path:
    """Separated by bars, days first, tiers of which one has a letter."""
    table = pd.DataFrame(
        {
            "id_passage": np.arange(1, N + 1),
            "ipp": rng.integers(1000, 1200, N),
            "date_entree": make_days(rng, "%d/%m/%Y"),
            "motif": make_complaints(rng, "douleur hier fièvre toux genou céphalée chute dos"),
            "âge": rng.integers(0, 99, N),
            "niveau_tri": rng.choice(["Tri 2", "Tri 3A", "Tri 3B", "Tri 4"], N),
            "orientation": rng.choice(["cardiologie", "chirurgie", "pédiatrie"], N),
            "devenir": rng.choice(["hospitalisé", "sortie"], N),
        }
    )
    table.to_csv(path := folder / "urgences.csv", sep="|", index=False)
    return path


MAKERS = [make_german, make_sheet, make_fhir, make_numbered_tiers, make_chinese, make_french]


def write_table(path: Path, **columns: object) -> Path:
    """A table of columns that every test of one feature needs, and of its own ones."""
    rng = np.random.default_rng(1)
    usual = {
        "form": [f"F{i}" for i in range(N)],
        "complaint": make_complaints(rng, "pain chest fever cough rash knee swelling"),
        "triage": rng.choice(["emergent", "urgent", "routine"], N),
        "clinic": rng.choice(["cardiology", "dermatology"], N),
    }
    table = pd.DataFrame({**usual, **columns})
    table[[name for name in table if table[name].notna().any()]].to_csv(path, index=False)
    return path


def template_for(table: Path) -> str:
    """params.yaml that tells the encoding of a table where its words are too few to tell it."""
    encoding = {"Förmulare, neu.csv": "cp1252", "表.csv": "gb18030"}.get(table.name, "")
    return TEMPLATE.replace("    encoding: ", f"    encoding: {encoding} ", 1)


@pytest.fixture
def draft_of(tmp_path: Path) -> Callable[..., str]:
    """The draft for a table, as text."""

    def draft_it(table: Path | None = None, **columns: object) -> str:
        table = table or write_table(tmp_path / "forms.csv", **columns)
        template = template_for(table)
        return draft_params(table, template, read_back(template, tmp_path))

    return draft_it


def read_back(drafted: str, tmp_path: Path) -> Params:
    (path := tmp_path / "params.yaml").write_text(drafted, encoding="utf-8")
    return load_params(path)


def mapping_of(drafted: str) -> dict:
    return yaml.safe_load(drafted)["data"]["file"]


def line_of(drafted: str, start: str) -> str:
    return next(line for line in drafted.splitlines() if line.strip().startswith(start))


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__.removeprefix("make_"))
def test_a_strange_table_passes_prepare_without_an_edit_and_no_word_of_a_complaint_is_told(
    make, tmp_path, rng, draft_of
):
    drafted = draft_of(make(tmp_path, rng))
    assert MARKER not in drafted
    records = split_source(read_back(drafted, tmp_path).data)
    assert len(records.frame) == N
    assert records.frame["text"].str.contains(MARKER).all()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            make_german,
            {
                "encoding": "cp1252",
                "separator": ";",
                "decimal": ",",
                "date_format": "%d.%m.%Y",
                "record_id": "Fallnummer",
                "text": "Vorstellungsgrund",
                "urgency": "Dringlichkeit",
                "specialty": "Fachabteilung",
                "group": "Patienten-Nr.",
                "date": "Eingangsdatum",
                "urgency_levels": ["sofort", "dringend", "nicht dringend"],
                "subgroups": {"sex": "Geschlecht", "site": "Standort"},
            },
        ),
        (
            make_sheet,
            {
                "header_row": 3,
                "record_id": "Form ID",
                "text": "Chief\nComplaint",
                "date": "Received",
                "group": None,
                "urgency_levels": ["Emergent", "Urgent", "Semi-Urgent", "Non-Urgent"],
                "specialties": ["Cardiology", "Orthopedics"],
            },
        ),
        (make_fhir, {"record_id": "id", "text": "complaint", "group": "subject"}),
        (
            make_numbered_tiers,
            {"specialty": None, "group": "subject_id", "urgency_levels": ["1", "2", "3", "4"]},
        ),
        (make_chinese, {"text": "主诉", "urgency_levels": ["一级", "二级", "三级"]}),
        (make_french, {"separator": "|", "group": "ipp", "date_format": "%d/%m/%Y"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_columns_are_known_by_their_names_and_by_what_they_hold(
    make, expected, tmp_path, rng, draft_of
):
    mapping = mapping_of(draft_of(make(tmp_path, rng)))
    assert {key: mapping[key] for key in expected} == expected


def test_a_measure_has_the_bounds_of_the_tables_own_unit(tmp_path, rng, draft_of):
    fields = mapping_of(draft_of(make_sheet(tmp_path, rng)))["fields"]
    assert fields["temperature"] == {
        "column": "Temp (F)",
        "kind": "numeric",
        "low": 86,
        "high": 113,
    }
    assert fields["age"]["column"] == "Age"


def test_a_word_among_numbers_is_drafted_as_a_missing_mark(tmp_path, rng, draft_of):
    pain = np.where(rng.random(N) < 0.1, "not asked", rng.integers(0, 11, N))
    mapping = read_back(draft_of(pain=pain), tmp_path).data.file
    assert mapping.missing[-1] == "not asked"
    assert mapping.fields["pain"].kind == "numeric"


@pytest.mark.parametrize("other", ["triage", "allergy"])
def test_no_mark_is_drafted_that_would_delete_a_class_or_category(other, rng, draft_of):
    columns = {
        "triage": rng.choice(["emergent", "urgent", "routine"], N),
        "pain": np.where(rng.random(N) < 0.3, "none", rng.integers(1, 11, N)),
        other: rng.choice(["urgent", "None", "routine"], N),
    }
    drafted = draft_of(**columns)
    mapping = mapping_of(drafted)
    assert "none" not in mapping["missing"]
    assert mapping["fields"]["pain"]["high"] == 10
    check = f"{CHECK} 'none' among its numbers is a value of {other!r} too: list it in missing"
    assert check in line_of(drafted, "column: pain")


def test_a_word_among_a_few_numbered_tiers_is_a_tier_and_a_range_is_no_mark(rng, draft_of):
    tiers = rng.choice(["1", "2", "3", "4", "fast track"], N)
    pain = np.where(rng.random(N) < 0.1, "5-6", rng.integers(0, 11, N))
    drafted = draft_of(triage=tiers, pain=pain)
    assert not {"fast track", "5-6"} & set(mapping_of(drafted)["missing"])
    assert "# - fast track" in drafted
    assert "numbers with words, units or other marks" in line_of(drafted, "column: pain")


@pytest.mark.parametrize(
    ("name", "cells", "kept"),
    [
        ("temp", ["37.2", "36.9", "38.1", "<35"], (30, 45)),
        ("Temperature", [f"3{a}.{b} °C" for a in (6, 7, 8) for b in range(9)], (30, 45)),
        ("pain", [f"{a}/10" for a in range(11)], (0, 10)),
        ("age", [*map(str, range(60)), "6 months", "3 weeks"], (0, 120)),
        ("crp", ["1.5", "2.25", "3,5", "4,5", "11.5", "2.5"], (1, 20)),
        ("platelets", ["250", "1,200.5", "180", "90.5"], (90, 300)),
    ],
)
def test_numbers_with_words_or_units_among_them_stay_a_field_to_be_mended(
    name, cells, kept, tmp_path, rng, draft_of
):
    drafted = draft_of(**{name: rng.choice(cells, N)})
    (field,) = read_back(drafted, tmp_path).data.file.fields.values()
    assert (field.kind, field.low, field.high) == ("numeric", *kept)
    written = line_of(drafted, f"column: {name}")
    assert f"{CHECK} numbers with words, units or other marks among them: mend " in written
    assert not any(cell in written for cell in cells if not cell.replace(".", "").isdigit())


def test_few_cells_to_mend_are_not_counted(rng, draft_of):
    heat = rng.normal(37, 0.5, N).round(1).astype(str)
    heat[:4] = "not taken"
    written = line_of(draft_of(temp=heat), "column: temp")
    assert "mend under 11 cells" in written
    assert "taken" not in written


@pytest.mark.parametrize("bands", [["0-17", "18-64", "65+"], ["<65", "65+"]])
def test_bands_of_a_measure_are_categories(bands, tmp_path, rng, draft_of):
    drafted = draft_of(age_group=rng.choice(bands, N))
    (field,) = read_back(drafted, tmp_path).data.file.fields.values()
    assert field.kind == "categorical"


def test_days_of_two_formats_are_to_be_mended(rng, draft_of):
    days = [*make_days(rng, "%d.%m.%Y")[: N // 2], *make_days(rng, "%Y-%m-%d")[: N - N // 2]]
    drafted = draft_of(received=days)
    assert f"{CHECK} days of several formats" in line_of(drafted, "date: received")
    assert mapping_of(drafted)["date_format"] is None


@pytest.mark.parametrize(
    ("name", "least", "most", "measure"),
    [
        ("RR syst.", 90, 180, "systolic"),
        ("RR diast.", 50, 100, "diastolic"),
        ("RR", 90, 180, "systolic"),
        ("RR", 10, 30, "respiratory_rate"),
    ],
)
def test_a_name_of_two_measures_is_told_by_its_numbers(name, least, most, measure, rng, draft_of):
    fields = mapping_of(draft_of(**{name: rng.integers(least, most, N)}))["fields"]
    assert list(fields) == [measure]


def test_a_key_that_a_person_set_settles_how_the_table_is_read(tmp_path, rng):
    book = openpyxl.Workbook()
    for name in ("May", "June"):
        sheet = book.active if name == "May" else book.create_sheet()
        sheet.title = name
        sheet.append(["form", "complaint", f"tier in {name}"])
        for i in range(30):
            sheet.append([i, f"pain since {i} days", "urgent" if i % 3 else "routine"])
    book.save(path := tmp_path / "two.xlsx")
    with pytest.raises(InputError, match="several sheets have cells"):
        draft_params(path, TEMPLATE, read_back(TEMPLATE, tmp_path))
    told = TEMPLATE.replace("    sheet: ", "    sheet: June ", 1)
    mapping = mapping_of(draft_params(path, told, read_back(told, tmp_path)))
    assert (mapping["sheet"], mapping["urgency"]) == ("June", "tier in June")


def test_all_but_source_path_and_file_stays_as_it_is_comments_included(tmp_path, draft_of):
    changed = TEMPLATE.replace("  seed: 1 ", "  seed: 7 ").replace(
        "tokenizer:", "# mine\ntokenizer:"
    )
    table = write_table(tmp_path / "forms #1: new.csv")
    drafted = draft_params(table, changed, read_back(changed, tmp_path))
    before, after = yaml.safe_load(changed), yaml.safe_load(drafted)
    assert after["data"].pop("source") == "file"
    assert Path(after["data"].pop("path")) == table
    for params in (before["data"], after["data"]):
        for key in ("source", "path", "file"):
            params.pop(key, None)
    assert after == before
    assert "# synthetic | namcs | file" in line_of(drafted, "source:")
    start = "\n# mine\ntokenizer:"
    assert drafted[drafted.index(start) :] == changed[changed.index(start) :]


@pytest.mark.parametrize(
    "name",
    ["age: years", "a #1", "weight\n(kg)", "'", '"', "yes", "12", "- x", "{a}", "a\u2028b", "名"],
)
def test_a_column_may_be_called_anything(name, tmp_path, rng, draft_of):
    drafted = draft_of(**{name: rng.integers(0, 200, N)})
    data = read_back(drafted, tmp_path).data
    assert name in {field.column for field in data.file.fields.values()}


def test_what_is_known_after_the_decision_or_says_who_it_is_is_left_out(rng, draft_of):
    drafted = draft_of(
        discharge_diagnosis=rng.choice(["I20", "J18"], N),
        date_of_birth=make_days(rng, "%Y-%m-%d"),
        physician=rng.choice(["A", "B", "C"], N),
        remarks=[f"seen again {a}" for a in rng.integers(0, 999, N)],
        nothing=["same"] * N,
    )
    assert mapping_of(drafted)["fields"] == {}
    left_out = drafted[drafted.index("# left out:") : drafted.index("\ntokenizer:")]
    assert left_out.splitlines()[1:] == [
        "    # discharge_diagnosis: known only after the decision?",
        "    # date_of_birth: may say who it is",
        "    # physician: who or where, not what",
        "    # remarks: more free text",
        "    # nothing: one value",
    ]


def test_a_value_of_few_people_is_not_shown_unless_it_is_usual_everywhere(rng, draft_of):
    clinics = rng.choice(["cardiology", "skin"], N).astype(object)
    clinics[:5], clinics[5:8] = "neurology", "Dr. Rarename"
    drafted = draft_of(clinic=clinics)
    assert "Rarename" not in drafted
    assert set(mapping_of(drafted)["specialties"]) == {"cardiology", "skin", "neurology"}
    assert "under 20 records" in line_of(drafted, "- neurology")
    assert f"{CHECK} 1 rare or long values are not shown" in line_of(drafted, "specialties:")
    assert f"{CHECK} true leaves 1 small ones out" in line_of(drafted, "drop_small:")


def test_no_value_of_a_label_is_shown_that_the_screen_refuses(rng, draft_of):
    drafted = draft_of(clinic=rng.choice(["call 212-555-0143", "cardiology"], N))
    assert "555" not in drafted


def test_codes_of_many_people_are_shown_though_they_look_like_numbers_of_somebody(rng, draft_of):
    codes = rng.choice(["394579002", "394585009", "408467006"], N).astype(object)
    assert set(mapping_of(draft_of(clinic=codes))["specialties"]) == set(codes)
    codes[0] = "212-555-0143"
    drafted = draft_of(clinic=codes)
    assert "555" not in drafted
    assert f"{CHECK} 1 values that may identify somebody" in line_of(drafted, "specialties:")


@pytest.mark.parametrize("word", ["unbekannt", "TBD", "unknown", "n.n.", "Non renseigné", "不明"])
def test_a_label_that_says_that_none_is_known_is_no_class_before_a_person_says_so(
    word, tmp_path, rng, draft_of
):
    tiers = rng.choice(["urgent", "routine", word], N).astype(object)
    clinics = rng.choice(["cardiology", "dermatology"], N).astype(object)
    clinics[:12] = word
    drafted = draft_of(triage=tiers, clinic=clinics)
    mapping = read_back(drafted, tmp_path).data.file
    assert mapping.urgency_levels == ["urgent", "routine"]
    assert set(mapping.specialties) == {"cardiology", "dermatology"}
    lines = [line for line in drafted.splitlines() if line.strip().startswith(f"# - {word} ")]
    assert len(lines) == 2
    assert all(f"{CHECK} not known? list it in missing, or here" in line for line in lines)


def test_ages_and_outermost_values_are_of_many_people(rng, draft_of):
    ages = rng.integers(20, 70, N)
    ages[:30], ages[30] = 95, 117
    drafted = draft_of(age=ages, weight=np.where(np.arange(N) == 7, 398, rng.integers(50, 90, N)))
    assert "mostly 20 to 90+" in line_of(drafted, "column: age")
    assert "398" not in drafted
    assert "117" not in drafted


def test_unknown_numbers_get_round_bounds_that_hold_for_all(tmp_path, rng, draft_of):
    values = np.round(rng.normal(3, 1, N), 2)
    field = read_back(draft_of(crp=values), tmp_path).data.file.fields["crp"]
    assert field.low <= values.min()
    assert values.max() <= field.high
    assert str(values.max()) not in str(field)


def test_a_day_that_may_be_read_in_two_ways_is_to_be_checked(rng, draft_of):
    days = [f"{a:02d}/{b:02d}/2023" for a, b in rng.integers(1, 13, (N, 2))]
    written = line_of(draft_of(received=days), "date_format:")
    assert CHECK in written
    assert "%d/%m/%Y" in written
    assert "%m/%d/%Y" in written


def test_a_comma_that_may_be_either_mark_is_to_be_checked(rng, draft_of):
    drafted = draft_of(
        count=[f"{number // 1000},{number % 1000:03d}" for number in rng.integers(1000, 9999, N)]
    )
    assert f"{CHECK} or ." in line_of(drafted, "decimal:")


def test_small_tiers_are_proposed_for_merging_with_a_neighbour(rng, tmp_path, draft_of):
    tiers = rng.choice(["2", "3", "4"], N).astype(object)
    tiers[:9], tiers[9:15] = "1", "5"
    drafted = draft_of(triage=tiers)
    proposed = line_of(drafted, "urgency: {}").split("beside: ")[1]
    proposed, other = proposed.split(f"; {CHECK} ")
    assert other == "decision.urgent_tiers counts the tiers that are left"
    assert yaml.safe_load(proposed) == {"1": "2", "5": "4"}
    edited = drafted.replace(line_of(drafted, "urgency: {}"), f"      urgency: {proposed}")
    records = split_source(read_back(edited, tmp_path).data)
    assert records.schema.urgency == ("2", "3", "4")


@pytest.mark.parametrize(
    "tiers",
    [
        ["Urgent", "soon", "ROUTINE"],
        ["red", "orange", "yellow", "green", "blue"],
        ["very urgent", "urgent", "not urgent"],
        ["ESI 1", "ESI 2", "ESI 3"],
        ["P1 immediate", "P2 urgent", "P3 delayed"],
        ["I", "II", "III", "IV"],
        ["Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级"],
    ],
)
def test_tiers_are_put_into_order_by_what_they_are_called(tiers, rng, draft_of):
    assert mapping_of(draft_of(triage=rng.choice(tiers, N)))["urgency_levels"] == tiers


@pytest.mark.parametrize(
    ("column", "tiers"),
    [
        ("urgent", ["1", "0"]),
        ("is_urgent", ["yes", "no"]),
        ("Notfall", ["ja", "nein"]),
        ("not_urgent", ["0", "1"]),
    ],
)
def test_yes_and_no_are_put_into_order_by_what_the_column_is_called(column, tiers, rng, draft_of):
    drafted = draft_of(**{"triage": None, column: rng.choice(tiers, N)})
    mapping = mapping_of(drafted)
    assert (mapping["urgency"], mapping["urgency_levels"]) == (column, tiers)


@pytest.mark.parametrize(
    ("column", "tiers"),
    [("triage", ["amber", "plum", "teal"]), ("priority", ["0", "1"]), ("priority", ["y", "n"])],
)
def test_tiers_that_nothing_puts_into_order_do_not_load_before_a_person_has_ordered_them(
    column, tiers, tmp_path, rng, draft_of
):
    drafted = draft_of(**{"triage": None, column: rng.choice(tiers, N)})
    assert f"{CHECK} put the tiers here instead of [], most urgent first" in line_of(
        drafted, "urgency_levels:"
    )
    with pytest.raises(InputError, match="urgency_levels: empty; list the tiers, most urgent"):
        read_back(drafted, tmp_path)
    ordered = drafted.replace("urgency_levels: []", "urgency_levels:").replace("    # - ", "    - ")
    assert set(read_back(ordered, tmp_path).data.file.urgency_levels) == set(tiers)


def test_a_label_of_too_many_values_is_named_with_their_number_and_none_is_shown(rng, draft_of):
    drafted = draft_of(clinic=[f"place {chr(65 + k % 26)}{k}" for k in rng.integers(0, 40, N)])
    assert mapping_of(drafted)["specialty"] is None
    assert "'clinic' has 40: list them" in line_of(drafted, "specialty:")
    assert "place" not in drafted


def test_two_tiers_ask_for_fewer_urgent_ones(rng, draft_of):
    drafted = draft_of(triage=rng.choice(["emergency", "no emergency"], N))
    assert mapping_of(drafted)["urgency_levels"] == ["emergency", "no emergency"]
    assert "decision.urgent_tiers" in line_of(drafted, "urgency_levels:")


def test_a_table_without_any_label_or_id_is_drafted_and_says_so(tmp_path, draft_of):
    rng = np.random.default_rng(1)
    drafted = draft_of(triage=None, clinic=None, form=rng.integers(0, 9, N))
    assert mapping_of(drafted)["record_id"] is None
    assert all(CHECK in line_of(drafted, key) for key in ("record_id:", "urgency:", "specialty:"))
    with pytest.raises(InputError, match="urgency and specialty are both null"):
        read_back(drafted, tmp_path)


def test_a_table_without_rows_or_a_folder_is_refused(tmp_path, draft_of):
    table = write_table(tmp_path / "forms.csv")
    table.write_text(table.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no rows below the names of its columns"):
        draft_of(table)
    with pytest.raises(InputError, match="a folder: name one table in it"):
        draft_of(tmp_path)


def test_a_table_without_a_header_is_refused_and_its_first_row_not_told(tmp_path, draft_of):
    table = write_table(tmp_path / "forms.csv")
    lines = table.read_text(encoding="utf-8").split("\n", 1)
    table.write_text(lines[1], encoding="utf-8")
    with pytest.raises(InputError, match="no row looks like the names of columns") as error:
        draft_of(table)
    assert MARKER not in str(error.value)


def test_how_an_earlier_table_was_saved_does_not_stand_in_the_way_of_the_next(tmp_path, rng):
    earlier = draft_params(
        sheet := make_sheet(tmp_path, rng), TEMPLATE, read_back(TEMPLATE, tmp_path)
    )
    drafted = draft_params(
        table := make_french(tmp_path, rng), earlier, read_back(earlier, tmp_path)
    )
    fresh = draft_params(table, TEMPLATE, read_back(TEMPLATE, tmp_path))
    assert mapping_of(drafted) == mapping_of(fresh)
    again = draft_params(sheet, drafted, read_back(drafted, tmp_path))
    assert mapping_of(again) == mapping_of(earlier)


def run_command(monkeypatch: pytest.MonkeyPatch, folder: Path, table: Path) -> None:
    (folder / "params.yaml").write_text(template_for(table), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["draft", str(table)])
    draft.main()


def test_the_command_writes_a_draft_and_says_what_to_look_at(tmp_path, rng, monkeypatch, capsys):
    table = make_german(tmp_path, rng)
    run_command(monkeypatch, tmp_path, table)
    said = capsys.readouterr().out
    drafted = (tmp_path / "draft.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "params.yaml").read_text(encoding="utf-8") == template_for(table)
    assert Path(yaml.safe_load(drafted)["data"]["path"]) == table
    assert MARKER not in said
    assert said.count(CHECK) == drafted.count(f"{CHECK} ") > 0
    assert said.endswith(
        "2. data.identifiers_region is us: set it to the countries whose telephone numbers your"
        " forms hold\n3. mv draft.yaml params.yaml\n4. dvc repro prepare\n"
    )


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        ({"complaint": None}, "data.file.text: empty; name the column of the complaint"),
        ({"triage": None, "clinic": None}, "data.file: urgency and specialty are both null; name"),
    ],
)
def test_the_command_ends_with_what_keeps_a_draft_from_loading(
    taken, missing, tmp_path, monkeypatch, capsys
):
    run_command(monkeypatch, tmp_path, write_table(tmp_path / "forms.csv", **taken))
    *_, before, last = capsys.readouterr().out.splitlines()
    assert before == "3. it is no params.yaml yet; mend this, then mv draft.yaml params.yaml:"
    assert last.startswith(f"draft.yaml: {missing}")


def test_an_earlier_draft_is_not_written_over(tmp_path, rng, monkeypatch):
    (tmp_path / "draft.yaml").write_text("corrected by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"draft.yaml: is there already"):
        run_command(monkeypatch, tmp_path, make_french(tmp_path, rng))
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8") == "corrected by hand"
