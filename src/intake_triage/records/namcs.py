"""Source `namcs`: public-use files of the US National Ambulatory Medical Care Survey.

One row is one office visit. Its major reason stands in for urgency and its physician's specialty
for routing; both are proxies. What the physician learned or decided during the visit (diagnoses,
vital signs, disposition) is never read, for it gives the specialty away.
"""

import gzip
import re
import struct
import zlib
from functools import partial
from pathlib import Path

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.schema import FormField, RecordSchema, RecordTable
from intake_triage.records.synthetic import SPECIALTY  # the clinic has the survey's sub-specialties

URGENCY_OF_MAJOR = {1: "acute", 3: "soon", 2: "routine", 4: "routine", 5: "preventive"}
URGENCY = ("acute", "soon", "routine", "preventive")
# General and family practice is 1; internal medicine is 3, and the others follow.
SPECIALTY_OF_SPECR = {1: "primary_care"} | dict(enumerate(SPECIALTY, start=3))

REASONS = ("RFV1", "RFV2", "RFV3")
STRICT_COLUMNS = (
    *REASONS,
    *("AGE", "SEX", "INJURY", "SENBEFOR", "REFER", "VMONTH", "VYEAR", "VDAYR", "RACER"),
    *("PHYCODE", "PATCODE", "MAJOR", "SPECR"),
)
CODES = ("PHYCODE", "PATCODE")  # which need be no numbers
BROKEN_FILE = (ValueError, OSError, EOFError, zlib.error, struct.error)
BLANK_REASONS = (0, 90000)  # and every negative code
PAYMENT = {1: "private", 2: "medicare", 3: "medicaid", 4: "workers_compensation", 5: "self_pay"}
PAYMENT |= {6: "no_charge", 7: "other"}
YES_NO = {0: "no", 1: "yes"}
CHRONIC = (
    *("ARTHRTIS", "ASTHMA", "CANCER", "CEBVD", "CHF", "CRF", "COPD", "DEPRN", "DIABETES"),
    *("HYPLIPID", "HTN", "IHD", "OBESITY", "OSTPRSIS"),
)
INJURY_CAUSE_2006 = {1: "unintentional", 2: "intentional", 3: "adverse_effect", 4: "none"}
INJURY_CAUSE = INJURY_CAUSE_2006 | {3: "unknown_intent", 4: "adverse_effect", 5: "none"}
AGE_ENDS, AGE_BANDS = [-1, 17, 44, 64, 200], ["0-17", "18-44", "45-64", "65+"]
PAST_VISITS_2006 = {1: "0", 2: "1-2", 3: "3-5", 4: "6+"}

KNOWN_BEFORE = ("sex", "payment", "injury", "established", "referred", "month", "weekday")
WRITTEN_DOWN = (*map(str.lower, CHRONIC), "tobacco", "injury_cause", "past_visits")
STRICT_FIELDS = (
    FormField("age", "numeric", low=0, high=120),
    *(FormField(name, "categorical") for name in KNOWN_BEFORE),
)
EXTENDED_FIELDS = (*STRICT_FIELDS, *(FormField(name, "categorical") for name in WRITTEN_DOWN))


def read_namcs(folder: Path, *, years: list[int], fields: str) -> RecordTable:
    """Read the visits of some survey years that carry a reason, and at least one label.

    Parameters
    ----------
    folder : Path
        Holds `namcs<year>.csv`, `.csv.gz`, `.parquet` or `.dta` with the official variable names,
        and `nam<yy>for.txt` or `.txt.gz`, the year's SAS value labels.
    years : list of int
        Four-digit survey years.
    fields : {"strict", "extended"}
        `extended` adds what the visited physician wrote down: it carries the specialty.

    Raises
    ------
    InputError
        If a file or a column is missing or damaged.
    """
    visits = [_read_year(folder, year, extended=fields == "extended") for year in sorted(years)]
    frame = pd.concat(visits, ignore_index=True)
    labelled = frame["urgency"].notna() | frame["specialty"].notna()
    schema = RecordSchema(
        fields=EXTENDED_FIELDS if fields == "extended" else STRICT_FIELDS,
        urgency=URGENCY,
        specialty=SPECIALTY,
        subgroups=("sex", "age_band", "race"),
    )
    kept = frame[labelled & (frame["text"] != "")].reset_index(drop=True)
    return RecordTable(kept, schema, schema.without_oracle())


def _read_year(folder: Path, year: int, *, extended: bool) -> pd.DataFrame:
    """One year's visits in the repository's own columns; out-of-scope specialties are left out."""
    visits = _read_table(folder, year)
    payment = "PAYTYPE" if "PAYTYPE" in visits else "PAYTYPER"
    used = [payment, *STRICT_COLUMNS]
    if extended:
        used += [*CHRONIC, "USETOBAC", "INJDET", "PASTVIS"]
    _require_columns(visits, *used, year=year)
    visits = visits[visits["SPECR"].isin(SPECIALTY_OF_SPECR)]
    visits = _with_numbers(visits, [name for name in used if name not in CODES], year=year)
    dates = _read_months(visits, year=year)
    physician = f"{year}-" + visits["PHYCODE"].astype(str)
    columns = {
        "record_id": physician + "-" + visits["PATCODE"].astype(str),
        "text": _reasons_in_words(visits, _read_reason_labels(folder, year)),
        "age": visits["AGE"].where(visits["AGE"] >= 0).astype(float),
        "sex": visits["SEX"].map({1: "female", 2: "male"}),
        "payment": visits[payment].map(PAYMENT),
        "injury": visits["INJURY"].map(YES_NO),
        "established": visits["SENBEFOR"].map({1: "yes", 2: "no"}),
        # "Not applicable" repeats that the physician is in primary care, so it counts as "no".
        "referred": visits["REFER"].eq(1).map({True: "yes", False: "no"}),
        "month": visits["VMONTH"].astype(str),
        "weekday": visits["VDAYR"].astype(str),
    }
    if extended:
        columns |= _extended_columns(visits, year)
    columns |= {
        "age_band": pd.cut(visits["AGE"], AGE_ENDS, labels=AGE_BANDS).astype(str),
        "race": visits["RACER"].map({1: "white", 2: "black", 3: "other"}),
        "group": physician,
        "date": dates,
        "urgency": visits["MAJOR"].map(URGENCY_OF_MAJOR),
        "specialty": visits["SPECR"].map(SPECIALTY_OF_SPECR),
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _extended_columns(visits: pd.DataFrame, year: int) -> dict[str, pd.Series]:
    if year <= 2006:
        cause, past_visits = INJURY_CAUSE_2006, visits["PASTVIS"].map(PAST_VISITS_2006)
    else:
        cause = INJURY_CAUSE
        bands = pd.cut(visits["PASTVIS"], [-1, 0, 2, 5, 1000], labels=["0", "1-2", "3-5", "6+"])
        past_visits = bands.astype(object)
    return {condition.lower(): visits[condition].map(YES_NO) for condition in CHRONIC} | {
        "tobacco": visits["USETOBAC"].map({1: "not_current", 2: "current"}),
        "injury_cause": visits["INJDET"].map(cause),
        "past_visits": past_visits,
    }


def _read_table(folder: Path, year: int) -> pd.DataFrame:
    """The year's file in whichever of the supported forms is there."""
    read_csv = partial(pd.read_csv, low_memory=False)
    read_stata = partial(pd.read_stata, convert_categoricals=False)
    endings = {".csv": read_csv, ".csv.gz": read_csv, ".parquet": pd.read_parquet}
    for ending, read in (endings | {".dta": read_stata}).items():
        path = folder / f"namcs{year}{ending}"
        if path.exists():
            try:
                visits = read(path).rename(columns=str.upper)
            except BROKEN_FILE:
                raise _broken(path) from None
            _require_columns(visits, "SPECR", year=year)
            return _with_numbers(visits.reset_index(drop=True), ["SPECR"], year=year)
    raise InputError(
        f"{folder}: no namcs{year} as .csv, .csv.gz, .parquet or .dta; "
        "put the year's public-use file there or take the year out of data.namcs.years"
    )


def _require_columns(visits: pd.DataFrame, *names: str, year: int) -> None:
    absent = ", ".join(name for name in names if name not in visits)
    if absent:
        raise InputError(f"namcs{year}: no column {absent}; use the official variable names")


def _with_numbers(visits: pd.DataFrame, names: list[str], *, year: int) -> pd.DataFrame:
    """The visits with numbers in some columns, which a damaged file has as text."""
    numbers = {name: pd.to_numeric(visits[name], errors="coerce") for name in names}
    for name, values in numbers.items():
        _refuse_rows(values.isna() & visits[name].notna(), f"{name}: not a number", year=year)
    return visits.assign(**numbers)


def _read_months(visits: pd.DataFrame, *, year: int) -> pd.Series:
    """The first day of each visit's month."""
    parts = {"year": visits["VYEAR"], "month": visits["VMONTH"], "day": 1}
    dates = pd.to_datetime(parts, errors="coerce")
    _refuse_rows(dates.isna(), "VMONTH, VYEAR: not a month", year=year)
    return dates


def _refuse_rows(failed: pd.Series, what: str, *, year: int) -> None:
    """Refuse visits, the index of which counts the rows of the year's file from 0."""
    if failed.any():
        row, rows = int(failed.index[failed][0]) + 1, int(failed.sum())
        raise InputError(
            f"namcs{year}: row {row}, column {what} ({rows} such rows); download the file anew"
        )


def _broken(path: Path) -> InputError:
    return InputError(f"{path}: empty, broken or no such file as its ending says; download it anew")


def _read_reason_labels(folder: Path, year: int) -> dict[int, str]:
    """The words of each reason-for-visit code, from the block `VALUE RFVF` of the year's labels."""
    name = f"nam{year % 100:02d}for.txt"
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    if not found:
        raise InputError(f"{folder}: no {name} or {name}.gz; it holds the words of RFV1 to RFV3")
    path = found[0]
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="latin-1") as file:
            text = file.read()
    except BROKEN_FILE:
        raise _broken(path) from None
    block = re.search(r"VALUE\s+RFVF\b(.*?)\n\s*;", text, flags=re.DOTALL)
    if block is None:
        raise InputError(f"{path}: no block `VALUE RFVF`; take the year's SAS value labels")
    labels = re.findall(r"(-?\d+)\s*=\s*(['\"])(.*?)\2\s*\n", block[1] + "\n")
    return {int(code): words.rstrip(". ") for code, _, words in labels}


def _reasons_in_words(visits: pd.DataFrame, labels: dict[int, str]) -> pd.Series:
    """Up to three reasons, separated by semicolons, in the order in which they were written."""
    words = []
    for reason in REASONS:
        given = visits[reason].gt(0) & ~visits[reason].isin(BLANK_REASONS)
        words.append(visits[reason].where(given).map(labels).fillna(""))
    joined = words[0].str.cat(words[1:], sep="; ").str.replace(r"(?:; ){2,}", "; ", regex=True)
    return joined.str.removeprefix("; ").str.removesuffix("; ")
