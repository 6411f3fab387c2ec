"""A screen for identifiers that should have been removed before the records came here.

It looks for those of HIPAA's Safe Harbor list (45 CFR 164.514(b)(2)) that a pattern can find. It
does not find names or places, so a clean result is no proof of de-identification.
"""

import re

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.schema import RecordSchema

MAX_AGE = 90  # Safe Harbor: ages over 89 become one category of 90 and above

DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
YEAR = r"(?:19|20)\d{2}"

# Order matters: what an earlier pattern takes, a later one no longer sees.
PATTERNS = {
    "email": r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b",
    "url": r"\b(?:https?://|www\.)\S+",
    "ssn": r"\b\d{3}-\d{2}-\d{4}\b",
    "ip_address": r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b",
    "phone": r"(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}\b|\b\d{10}\b",
    "record_number": r"\b(?:mrn|medical record|record (?:no|number)|account (?:no|number)|acct|"
    r"member id|policy (?:no|number))\b[\s.:#]*[a-z]{0,3}-?\d{4,}\b",
    "date": rf"\b(?:(?:{DAY}([/-]){MONTH}\1|{MONTH}([/-]){DAY}\2)(?:{YEAR}|\d{{2}})|"
    rf"{DAY}\.{MONTH}\.{YEAR}|{MONTH}\.{DAY}\.{YEAR}|\d{{2}}\.\d{{2}}\.\d{{2}}|"
    rf"{YEAR}([/.-]){MONTH}\3{DAY}|"
    rf"{MONTH_NAME}\.? {DAY}(?:st|nd|rd|th)?,? {YEAR}|"
    rf"{DAY}(?:st|nd|rd|th)? (?:of )?{MONTH_NAME}\.?,? {YEAR})\b",
    # Two capitals before it, as a state has: "of 50000 units" is no address.
    "zip_code": r"\b(?:(?:zip(?: code)?[\s:]*|(?-i:[A-Z]{2}) )\d{5}(?:-\d{4})?|\d{5}-\d{4})\b",
    "age_over_89": r"\b(?:(?:9\d|1[01]\d)[\s-]*(?:years?|yrs?|y)[\s/-]*(?:old|o)?|"
    r"aged?[\s:]*(?:9\d|1[01]\d))\b",
}
COMPILED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in PATTERNS.items()}


def screen_identifiers(
    frame: pd.DataFrame, schema: RecordSchema, *, source: str, redact: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Look through text, categorical fields and subgroups; refuse, or replace, what is found.

    Parameters
    ----------
    frame : DataFrame with the columns of `schema`
    source : str
        File or folder, named in the message.
    redact : bool
        Replace each match by its kind in brackets instead of refusing the table.

    Returns
    -------
    frame : a copy with matches replaced and the field `age`, where there is one, top-coded at 90
    found : number of records by kind

    Raises
    ------
    InputError
        Without `redact`, counts by kind and the first rows; never the matched text.
    """
    screened = frame.copy()
    rows_by_kind: dict[str, set[int]] = {}
    numeric = {field.name for field in schema.fields if field.kind == "numeric"}
    named = dict.fromkeys([*(field.name for field in schema.fields), *schema.subgroups])
    for column in ["text", *(name for name in named if name not in numeric)]:
        values = screened[column].astype(object).where(screened[column].notna(), "")
        # Values repeat (coded reasons, categories), so each distinct one is looked at once.
        verdicts = {value: _redact(value) for value in values.unique()}
        redacted, kinds = (values.map({v: verdicts[v][i] for v in verdicts}) for i in (0, 1))
        hit = kinds.map(bool).to_numpy(bool)
        for position in hit.nonzero()[0]:
            for kind in kinds.iloc[position]:
                rows_by_kind.setdefault(kind, set()).add(int(position) + 1)
        if hit.any():
            screened[column] = screened[column].where(~hit, redacted)
    found = {kind: len(rows) for kind, rows in sorted(rows_by_kind.items())}
    if found and not redact:
        rows = set().union(*rows_by_kind.values())
        kinds = ", ".join(f"{kind} {count}" for kind, count in found.items())
        first = ", ".join(str(row) for row in sorted(rows)[:5])
        raise InputError(
            f"{source}: possible identifiers in {len(rows)} records ({kinds}), first in rows "
            f"{first}; remove them, or set data.identifiers to redact"
        )
    if "age" in screened and pd.api.types.is_numeric_dtype(screened["age"]):
        screened["age"] = screened["age"].clip(upper=MAX_AGE)
    return screened, found


def _redact(value: str) -> tuple[str, list[str]]:
    """The value with each match replaced by its kind, and the kinds that were found."""
    kinds = []
    if not any(character.isdigit() or character in "@.:" for character in value):
        return value, kinds  # every pattern needs one of these
    for kind, pattern in COMPILED.items():
        value, replaced = pattern.subn(f"[{kind}]", value)
        if replaced:
            kinds.append(kind)
    return value, kinds
