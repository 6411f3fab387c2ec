"""Invented tables of different make, and what is asked of their drafts."""

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import yaml

from intake_triage.params import Params, load_params

ROOT = Path(__file__).resolve().parents[3]
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


def read_back(drafted: str, tmp_path: Path) -> Params:
    (path := tmp_path / "params.yaml").write_text(drafted, encoding="utf-8")
    return load_params(path)


def mapping_of(drafted: str) -> dict:
    return yaml.safe_load(drafted)["data"]["file"]


def line_of(drafted: str, start: str) -> str:
    return next(line for line in drafted.splitlines() if line.strip().startswith(start))
