"""The survey is read as its documentation says, and nothing of it that leaks is an input."""

import csv
import gzip
import re
import shutil
from pathlib import Path
from typing import TextIO

import pandas as pd
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from intake_triage.errors import InputError
from intake_triage.records.checks import check_records
from intake_triage.records.namcs import SPECIALTY, URGENCY, read_namcs
from intake_triage.records.schema import RecordTable

YEARS = [2006, 2008]  # one before and one after the codes changed
LEAKS = (
    *("diag1", "diag2", "diag3", "prdiag1", "timemd", "refothmd", "retappt", "admithos"),
    *("eradmhos", "speccat", "cstratm", "cpsum", "patwt", "phycode", "patcode", "mddo"),
    *("settype", "region", "msa", "primcare", "bpsys", "bpdias", "tempf", "htin", "wtlb", "bmi"),
    *("specr", "major", "specialty", "urgency", "group", "race", "racer", "ethnic"),
)


def read(folder: Path, *, years: tuple[int, ...] = (2006, 2008), fields="strict") -> RecordTable:
    return read_namcs(folder, years=list(years), fields=fields)


@pytest.fixture(scope="session")
def table(survey) -> RecordTable:
    """Two years, strict fields; to be left as it is."""
    return read(survey)


def survey_file(folder: Path, name: str) -> Path:
    """A file of the survey, packed or not."""
    return next(folder.glob(f"{name}*"))


def open_text(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="latin-1") if path.suffix == ".gz" else path.open()


def raw_visits(folder: Path, year: int) -> list[dict[str, str]]:
    """The rows of a year's CSV as they stand in the file."""
    with open_text(survey_file(folder, f"namcs{year}.csv")) as file:
        return list(csv.DictReader(file))


def raw_words(folder: Path, year: int) -> dict[int, str]:
    """The block RFVF of a year's SAS labels, read line by line."""
    words, inside = {}, False
    with open_text(survey_file(folder, f"nam{year % 100:02d}for.txt")) as file:
        for line in file:
            if line.split()[:2] == ["VALUE", "RFVF"]:
                inside = True
            elif inside and line.strip() == ";":
                return words
            elif inside and "=" in line:
                code, label = line.split("=", 1)
                words[int(code)] = label.strip()[1:-1].rstrip(". ")
    raise AssertionError("the block does not end")


def urgency_of(major: int) -> str | None:
    if major == 1:
        return "acute"
    if major == 3:
        return "soon"
    if major in (2, 4):
        return "routine"
    return "preventive" if major == 5 else None


def specialty_of(specr: int) -> str | None:
    if specr in (1, 3):
        return "primary_care"
    names = "pediatrics general_surgery obstetrics_gynecology orthopedics cardiology dermatology"
    names += " urology psychiatry neurology ophthalmology otolaryngology"
    return dict(enumerate(names.split(), start=4)).get(specr)


def test_every_kept_record_equals_its_row_in_the_file(survey, table):
    expected = []
    for year in YEARS:
        words = raw_words(survey, year)
        for visit in raw_visits(survey, year):
            reasons = [int(visit[f"RFV{i}"]) for i in (1, 2, 3)]
            text = "; ".join(words[code] for code in reasons if code > 0 and code != 90000)
            specialty = specialty_of(int(visit["SPECR"]))
            if specialty and text:
                expected.append(
                    {
                        "record_id": f"{year}-{visit['PHYCODE']}-{visit['PATCODE']}",
                        "text": text,
                        "age": float(visit["AGE"]),
                        "sex": {"1": "female", "2": "male"}[visit["SEX"]],
                        "referred": "yes" if visit["REFER"] == "1" else "no",
                        "established": {"1": "yes", "2": "no"}[visit["SENBEFOR"]],
                        "injury": {"0": "no", "1": "yes"}[visit["INJURY"]],
                        "month": visit["VMONTH"],
                        "weekday": visit["VDAYR"],
                        "group": f"{year}-{visit['PHYCODE']}",
                        "urgency": urgency_of(int(visit["MAJOR"])),
                        "specialty": specialty,
                    }
                )
    expected = pd.DataFrame(expected)
    pd.testing.assert_frame_equal(table.frame[list(expected)], expected)


def test_the_payment_is_read_under_both_of_its_names(table):
    frame = table.frame
    assert {"private", "medicare", "medicaid"} <= set(frame["payment"].dropna())
    for year in YEARS:
        of_year = frame[frame["group"].str.startswith(f"{year}-")]
        assert 0 < of_year["payment"].isna().mean() < 0.3


def test_a_physician_of_one_year_is_a_group_with_one_specialty(table):
    frame = table.frame
    assert frame.groupby("group")["specialty"].nunique().max() == 1
    assert frame["group"].str.fullmatch(r"(2006|2008)-\d+").all()
    assert frame["record_id"].is_unique
    codes = frame["group"].str.split("-").str[1]
    assert frame["group"].nunique() > codes.nunique()  # codes repeat across years


def test_the_strict_fields_hold_nothing_that_leaks(table):
    names = [field.name for field in table.schema.fields]
    assert names == [
        *("age", "sex", "payment", "injury", "established", "referred", "month", "weekday")
    ]
    assert not set(names) & set(LEAKS)
    outside = {"record_id", "text", "group", "date", "urgency", "specialty", "age_band", "race"}
    assert set(table.frame) == {*names, *outside}


def test_referred_does_not_tell_primary_care(table):
    # "Not applicable" is asked of primary care alone: as a third value it would be the label.
    assert set(table.frame["referred"]) == {"yes", "no"}


def test_the_extended_fields_are_the_strict_ones_and_the_physicians_notes(survey, table):
    strict, extended = table, read(survey, fields="extended")
    added = [f.name for f in extended.schema.fields[len(strict.schema.fields) :]]
    assert extended.schema.fields[: len(strict.schema.fields)] == strict.schema.fields
    assert added[:2] == ["arthrtis", "asthma"]
    assert added[-3:] == ["tobacco", "injury_cause", "past_visits"]
    assert not set(added) & set(LEAKS)
    pd.testing.assert_frame_equal(extended.frame[list(strict.frame)], strict.frame)
    assert set(extended.frame["asthma"]) == {"yes", "no"}
    assert {"0", "1-2", "3-5"} <= set(extended.frame["past_visits"].dropna())


def test_the_classes_stand_in_their_order_and_the_records_pass_the_checks(table):
    assert table.schema.urgency == URGENCY == ("acute", "soon", "routine", "preventive")
    assert table.schema.specialty == SPECIALTY
    assert set(table.frame["specialty"]) == set(SPECIALTY)
    assert set(table.frame["urgency"].dropna()) == set(URGENCY)
    check_records(table, source="namcs")
    assert table.oracle.empty


def test_the_years_stand_in_their_order_however_they_are_asked_for(made_up_survey):
    pd.testing.assert_frame_equal(
        read(made_up_survey, years=(2008, 2006)).frame, read(made_up_survey).frame
    )
    one = read(made_up_survey, years=(2008,)).frame
    assert one["group"].str.startswith("2008-").all()


def test_four_real_years_hold_about_110500_records_with_both_labels(real_survey):
    years = (2006, 2007, 2008, 2009)
    columns = ["MAJOR", "SPECR", "RFV1", "RFV2", "RFV3"]
    raw = pd.concat(
        [pd.read_csv(real_survey / f"namcs{year}.csv.gz", usecols=columns) for year in years]
    )
    assert len(raw) == 29392 + 32778 + 28741 + 32281
    labelled = raw["MAJOR"].between(1, 5) & raw["SPECR"].between(1, 14)
    assert labelled.sum() == pytest.approx(110_500, abs=100)
    wordless = raw[["RFV1", "RFV2", "RFV3"]].isin([0, 90000, -9]).all(axis=1)
    frame = read(real_survey, years=years).frame
    both = frame["urgency"].notna() & frame["specialty"].notna()
    assert both.sum() == (labelled & ~wordless).sum()
    assert 0 < (~both).sum() < 2500  # records with one label are kept too
    information = mutual_info_score(frame["urgency"][both], frame["specialty"][both])
    assert information == pytest.approx(0.148, abs=0.0005)  # as the data card has it
    tiers = frame["urgency"][both].value_counts()
    assert information / entropy(tiers) == pytest.approx(0.12, abs=0.005)


@pytest.mark.parametrize("form", ["dta", "parquet", "lower_case.csv"])
@pytest.mark.parametrize("year", YEARS)
def test_every_form_of_the_file_reads_the_same(survey, tmp_path, form, year):
    visits = pd.read_csv(survey_file(survey, f"namcs{year}.csv"), nrows=700)
    numbers = visits.select_dtypes("number").astype("int32")
    for labels in survey.glob(f"nam{year % 100:02d}for.txt*"):
        shutil.copy(labels, tmp_path)
    numbers.to_csv(tmp_path / f"namcs{year}.csv", index=False)
    expected = read(tmp_path, years=(year,), fields="extended").frame
    (tmp_path / f"namcs{year}.csv").unlink()
    if form == "dta":
        numbers.to_stata(tmp_path / f"namcs{year}.dta", write_index=False)
    elif form == "parquet":
        numbers.to_parquet(tmp_path / f"namcs{year}.parquet")
    else:
        numbers.rename(columns=str.lower).to_csv(tmp_path / f"namcs{year}.csv", index=False)
    assert len(expected) > 300
    pd.testing.assert_frame_equal(read(tmp_path, years=(year,), fields="extended").frame, expected)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "namcs2006.csv").unlink(), "no namcs2006 as .csv, .csv.gz"),
        (lambda folder: (folder / "nam06for.txt").unlink(), "no nam06for.txt or nam06for.txt.gz"),
        (
            lambda folder: (folder / "nam06for.txt").write_text("VALUE SEXF\n1 ='Female'\n;\n"),
            "no block `VALUE RFVF`",
        ),
        (lambda folder: drop_columns(folder, "RFV2", "AGE"), "namcs2006: no column RFV2, AGE;"),
        (lambda folder: drop_columns(folder, "SPECR"), "namcs2006: no column SPECR;"),
        (lambda folder: drop_columns(folder, "PAYTYPE"), "namcs2006: no column PAYTYPER;"),
    ],
)
def test_a_missing_file_or_column_is_named_in_one_line(made_up_survey, tmp_path, spoil, says):
    folder = tmp_path / "survey"
    shutil.copytree(made_up_survey, folder)
    spoil(folder)
    with pytest.raises(InputError, match=re.escape(says)) as refused:
        read(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("namcs2006.csv", b""),
        ("namcs2006.csv", b"AGE,SPECR\n\xff\xfe\x81,1\n"),
        ("namcs2006.csv", b"AGE,SPECR\n1,2\n1,2,3\n"),
        ("namcs2006.csv.gz", b"no gzip"),
        ("namcs2006.csv.gz", gzip.compress(b"AGE,SPECR\n1,2\n" * 99, mtime=0)[:-12]),
        ("namcs2006.parquet", b"no Parquet"),
        ("namcs2006.dta", b"no Stata"),
        ("nam06for.txt.gz", b"no gzip"),
    ],
)
def test_a_damaged_file_is_named_in_one_line(made_up_survey, tmp_path, name, content):
    folder = tmp_path / "survey"
    shutil.copytree(made_up_survey, folder)
    for other in folder.glob(f"{name.split('.')[0]}.*"):
        other.unlink()
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{folder / name}: empty, broken")) as refused:
        read(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("AGE", "Under 1", "namcs2006: row 8, column AGE: not a number (1 such rows); "),
        ("SPECR", "skin", "namcs2006: row 8, column SPECR: not a number (1 such rows); "),
        ("VMONTH", 13, "namcs2006: row 8, column VMONTH, VYEAR: not a month (1 such rows); "),
        ("VYEAR", None, "namcs2006: row 8, column VMONTH, VYEAR: not a month (1 such rows); "),
    ],
)
def test_a_damaged_visit_is_named_in_one_line(made_up_survey, tmp_path, column, value, says):
    folder = tmp_path / "survey"
    shutil.copytree(made_up_survey, folder)
    visits = pd.read_csv(folder / "namcs2006.csv").astype({column: object})
    visits.loc[7, column] = value
    visits.loc[[0, 3], "SPECR"] = 99  # out of scope, though rows are counted with them
    visits.to_csv(folder / "namcs2006.csv", index=False)
    with pytest.raises(InputError, match=f"^{re.escape(says)}"):
        read(folder)


def test_the_extended_fields_ask_for_their_columns(made_up_survey, tmp_path):
    folder = tmp_path / "survey"
    shutil.copytree(made_up_survey, folder)
    drop_columns(folder, "ASTHMA")
    assert len(read(folder).frame) == len(read(made_up_survey).frame)
    with pytest.raises(InputError, match="namcs2006: no column ASTHMA"):
        read(folder, fields="extended")


def drop_columns(folder: Path, *names: str) -> None:
    path = folder / "namcs2006.csv"
    pd.read_csv(path).drop(columns=list(names)).to_csv(path, index=False)
