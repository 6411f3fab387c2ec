"""A made-up clinic's tables of forms in every format, under a mapping with German columns."""

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.records.forms import FormMapping
from intake_triage.records.schema import FormField, RecordSchema

SCHEMA = RecordSchema(
    fields=(
        FormField("age", "numeric", 0, 120),
        FormField("temperature", "numeric", 30, 45),
        FormField("sex", "categorical", categories=("female", "male")),
    ),
    urgency=("now", "today", "later"),
    specialty=("heart", "skin"),
    subgroups=("sex", "site"),
)
MAPPING = FormMapping(
    encoding=None,
    separator=None,
    quoting=None,
    sheet=None,
    header_row=1,
    decimal=",",
    date_format="%d.%m.%Y",
    missing=["k.A.", "-"],
    record_id="Nummer",
    text="Beschwerde",
    date="Eingang",
    fields={"age": "Alter", "temperature": "Temperatur", "sex": "Geschlecht"},
    subgroups={"sex": "Geschlecht", "site": "Ort"},
    labels={},
)
WORDS = (
    *("Übelkeit", "Brust", "Schmerzen, stark", "seit gestern", "Knie", 'sagt "gar nicht"', "müde"),
    *("no fever", "Hautausschlag;", "größer", "chest pain", "a|b", "zwei\nZeilen", "@ home"),
)
FORMATS = (
    *("comma.csv", "semicolon.csv", "tab.csv", "bar.csv", "cp1252.csv", "utf-16.csv", "bom.csv"),
    *("backslash.csv", "forms.csv.gz", "forms.zip", "forms.parquet", "typed.parquet", "forms.xlsx"),
    *("forms.jsonl", "forms.json", "cr.csv"),
)


def make_cells(n_forms: int, seed: int = 0) -> pd.DataFrame:
    """So many forms as the clinic's own cells, with gaps, marks and spellings."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n_forms), "D")
    temperature = [f"{t:.1f}".replace(".", ",") for t in rng.uniform(35, 41, n_forms)]
    return pd.DataFrame(
        {
            "Nummer": [f"A-{i:06d}" for i in range(n_forms)],
            "leer": "",
            "Eingang": days.strftime("%d.%m.%Y"),
            "Beschwerde": [" ".join(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(n_forms)],
            "Alter": rng.choice(["", "k.A.", "7", "41", "88", "130"], n_forms),
            "Temperatur": np.where(rng.random(n_forms) < 0.3, "", temperature),
            "Geschlecht": rng.choice(["female", "Male", "MALE ", "", "divers", "-"], n_forms),
            "Ort": rng.choice(["Süd", "Nord", ""], n_forms),
        }
    )


def write_table(path: Path, cells: pd.DataFrame) -> Path:
    """Write cells in the format that the file's name tells, one of `FORMATS`."""
    kind, ending = path.name.split(".", 1)
    marks = {"semicolon": ";", "tab": "\t", "bar": "|"}
    options = {"index": False, "sep": marks.get(kind, ",")}
    if kind == "backslash":
        options |= {"doublequote": False, "escapechar": "\\"}
    if kind == "cr":
        options |= {"lineterminator": "\r"}
    text = cells.to_csv(**options)
    encodings = {"cp1252": "cp1252", "utf-16": "utf-16", "bom": "utf-8-sig"}
    data = text.encode(encodings.get(kind, "utf-8"))
    if kind == "typed":
        as_types(cells).to_parquet(path, row_group_size=7)
    elif ending == "parquet":
        cells.to_parquet(path, index=False)
    elif ending == "xlsx":
        as_types(cells).to_excel(path, index=False)
    elif ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in cells.to_dict("records")))
    elif ending == "json":
        path.write_text(json.dumps({"forms": cells.to_dict("records")}), encoding="utf-8")
    elif ending == "csv.gz":
        path.write_bytes(gzip.compress(data))
    elif ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("forms.csv", data)
    else:
        path.write_bytes(data)
    return path


def as_types(cells: pd.DataFrame) -> pd.DataFrame:
    """The same with numbers and days as such, where a column has no mark among them."""
    temperature = cells["Temperatur"].str.replace(",", ".").replace("", None).astype(float)
    return cells.assign(
        Temperatur=temperature, Eingang=pd.to_datetime(cells["Eingang"], format="%d.%m.%Y")
    ).replace("", None)
