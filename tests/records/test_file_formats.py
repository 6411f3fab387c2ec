"""Survey rows written out as a user's table, in any format, are prepared to the same bytes."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from intake_triage.file_params import FileParams
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.tabular.linear import train_linear
from intake_triage.params import DataParams, Params
from intake_triage.records.namcs import SPECIALTY, STRICT_FIELDS, URGENCY, read_namcs
from intake_triage.records.prepare import split_source, write_prepared

ROOT = Path(__file__).resolve().parents[2]
OWN_NAMES = {
    "record_id": "Visit no.",
    "text": "What brings you here?",
    "age": "age (years)",
    "sex": "patient sex",
    "payment": "payer",
    "injury": "Injury?",
    "established": "seen before",
    "referred": "referral",
    "month": "m",
    "weekday": "day of week",
    "age_band": "band",
    "race": "RACE",
    "group": "doctor",
    "date": "date",
    "urgency": "reason major",
    "specialty": "went to",
}


def write_sheet(rows: pd.DataFrame, path: Path) -> None:
    """An Excel workbook with a title above the names; pandas would take twice as long."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Visits")
    sheet.append(["Survey of visits"])
    sheet.append(list(rows))
    for row in rows.astype(object).where(rows.notna(), None).itertuples(index=False):
        sheet.append(row)
    book.save(path)


def write_zip(rows: pd.DataFrame, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("__MACOSX/._forms.csv", b"\0")
        packed.writestr("export/forms.csv", rows.to_csv(index=False))


GERMAN = "Rückenschmerzen nach Sturz, Übelkeit und Müdigkeit; größte Beschwerden früh"
EUROPEAN = {"index": False, "sep": ";", "decimal": ",", "date_format": "%d.%m.%Y"}
# Each writes the rows to a path; the changes are what `data.file` must then say.
WRITERS: dict[str, tuple[Callable[[pd.DataFrame, Path], object], dict]] = {
    "comma.csv": (lambda rows, path: rows.to_csv(path, index=False), {}),
    "semicolon.csv": (
        lambda rows, path: rows.assign(Notiz=GERMAN).to_csv(path, encoding="latin-1", **EUROPEAN),
        {},
    ),
    "named.csv": (
        lambda rows, path: rows.assign(Notiz="€").to_csv(path, encoding="cp1252", **EUROPEAN),
        {"encoding": "cp1252", "separator": ";", "decimal": ",", "date_format": "%d.%m.%Y"},
    ),
    "tabs.tsv": (
        lambda rows, path: rows.to_csv(path, index=False, sep="\t", encoding="utf-16"),
        {},
    ),
    "pipes.txt": (
        lambda rows, path: rows.to_csv(
            path, index=False, sep="|", na_rep="NULL", date_format="%m/%d/%Y"
        ),
        {"date_format": "%m/%d/%Y"},  # all days are the first of a month
    ),
    "lines.jsonl": (
        lambda rows, path: rows.to_json(path, orient="records", lines=True, date_format="iso"),
        {},
    ),
    "forms.parquet": (lambda rows, path: rows.to_parquet(path), {}),
    "forms.xlsx": (write_sheet, {"header_row": 2}),
    "forms.csv.gz": (lambda rows, path: rows.to_csv(path, index=False), {}),
    "forms.zip": (write_zip, {}),
}


def prepare(data: DataParams, params: Params, folder: Path) -> Path:
    """Prepare a source in a folder of its own."""
    write_prepared(split_source(data), params.tokenizer, pretrained=None, layout=Layout(folder))
    return folder


@pytest.fixture(scope="module")
def data_params(params) -> Callable[..., DataParams]:
    """A function that gives the committed section `data` with some keys changed."""

    def change(**changes) -> DataParams:
        changes = {"n_records": 3000, "seed": 7} | changes
        return DataParams.model_validate(params.data.model_dump() | changes)

    return change


@pytest.fixture(scope="module")
def survey_rows(survey) -> pd.DataFrame:
    """One year of the survey as a table of somebody who calls everything otherwise."""
    rows = read_namcs(survey, years=[2006], fields="strict").frame.rename(columns=OWN_NAMES)
    assert set(rows) == set(OWN_NAMES.values())
    return rows.sample(frac=1, axis="columns", random_state=1)  # columns in another order


@pytest.fixture(scope="module")
def survey_folder(survey, data_params, params, tmp_path_factory) -> Path:
    """The same year, prepared as the survey that it is."""
    namcs = {"years": [2006], "fields": "strict"}
    data = data_params(source="namcs", path=str(survey), namcs=namcs)
    return prepare(data, params, tmp_path_factory.mktemp("from_survey"))


@pytest.fixture
def survey_mapping(file_params) -> Callable[..., FileParams]:
    """A function that gives the mapping of a survey that was written out under `OWN_NAMES`."""
    plain = ("record_id", "text", "urgency", "specialty", "group", "date")
    bounds = {"numeric": ("low", "high"), "categorical": ()}
    own = {name: OWN_NAMES[name] for name in plain} | {
        "fields": {
            field.name: {"column": OWN_NAMES[field.name], "kind": field.kind}
            | {side: getattr(field, side) for side in bounds[field.kind]}
            for field in STRICT_FIELDS
        },
        "subgroups": {name: OWN_NAMES[name] for name in ("sex", "age_band", "race")},
        "urgency_levels": list(URGENCY),
        "specialties": list(SPECIALTY),
    }
    return lambda **changes: file_params(**own | changes)


@pytest.mark.parametrize("name", WRITERS)
def test_survey_rows_in_a_table_of_any_kind_are_prepared_to_the_same_bytes(
    survey_rows, survey_folder, survey_mapping, data_params, params, tmp_path, name
):
    write, changes = WRITERS[name]
    table = tmp_path / name
    write(survey_rows, table)
    file = survey_mapping(**changes).model_dump()
    data = data_params(source="file", path=str(table), file=file)
    folder = prepare(data, params, tmp_path / "from_file")

    names, survey_names = (
        {path.relative_to(root) for path in root.rglob("*") if path.is_file()}
        for root in (folder, survey_folder)
    )
    assert names == survey_names
    for part in names:
        file_bytes, survey_bytes = ((root / part).read_bytes() for root in (folder, survey_folder))
        assert file_bytes == survey_bytes, part


def test_survey_rows_in_a_plain_table_give_the_same_scores(
    survey_rows, survey_folder, survey_mapping, data_params, params, tmp_path
):
    table = tmp_path / "forms.csv"
    survey_rows.to_csv(table, index=False)
    data = data_params(source="file", path=str(table), file=survey_mapping().model_dump())
    logits = []
    for root in (survey_folder, prepare(data, params, tmp_path / "from_file")):
        fit = tmp_path / f"fit of {root.name}"
        fit.mkdir()
        train_linear(Fit("linear", ("urgency",), 0), Layout(root), fit, params=params.linear)
        logits.append(np.load(fit / "logits_urgency.npy"))
    np.testing.assert_array_equal(*logits)
