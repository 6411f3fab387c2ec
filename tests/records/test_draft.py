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
from intake_triage.records.draft.block import CHECK
from intake_triage.records.draft.draft import draft_params
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


def test_a_word_among_numbers_is_drafted_as_a_missing_mark_and_is_no_class(tmp_path, rng, draft_of):
    pain = np.where(rng.random(N) < 0.1, "Unknown", rng.integers(0, 11, N))
    drafted = draft_of(pain=pain, triage=rng.choice(["urgent", "routine", "unknown"], N))
    mapping = read_back(drafted, tmp_path).data.file
    assert mapping.missing[-1] == "Unknown"
    assert mapping.urgency_levels == ["urgent", "routine"]
    assert mapping.fields["pain"].kind == "numeric"


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
    ],
)
def test_tiers_are_put_into_order_by_what_they_are_called(tiers, rng, draft_of):
    assert mapping_of(draft_of(triage=rng.choice(tiers, N)))["urgency_levels"] == tiers


def test_tiers_that_nothing_puts_into_order_are_to_be_checked(rng, draft_of):
    drafted = draft_of(triage=rng.choice(["amber", "plum", "teal"], N))
    assert f"{CHECK} most urgent first? in order of frequency" in line_of(
        drafted, "urgency_levels:"
    )


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


def test_a_table_without_rows_gets_a_draft_that_says_so(tmp_path, draft_of):
    table = write_table(tmp_path / "forms.csv")
    table.write_text(table.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    assert "# 0 rows" in draft_of(table)


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
    assert said.endswith("2. mv draft.yaml params.yaml\n3. dvc repro prepare\n")


def test_an_earlier_draft_is_not_written_over(tmp_path, rng, monkeypatch):
    (tmp_path / "draft.yaml").write_text("corrected by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"draft.yaml: is there already"):
        run_command(monkeypatch, tmp_path, make_french(tmp_path, rng))
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8") == "corrected by hand"
