"""Telephone numbers: as each country writes its own, as abroad, and behind a word."""

from intake_triage.records.identifiers.announced import gap
from intake_triage.records.identifiers.pattern import (
    NO_UNIT,
    Pattern,
    count_digits,
    is_no_code,
    pattern,
)

SEP = r"[ ./-]"
BEFORE = r"(?<![0-9a-z+])(?<!\d[./-])"
AFTER = rf"(?![0-9a-z])(?![./-]\d){NO_UNIT}"  # no further group of figures


def _from_zero(low: int, high: int) -> str:
    """A number of `low` to `high` digits that begins with one zero, in groups of any length."""
    return rf"\(?0[1-9](?:(?:\)| [/-] |{SEP})?{SEP}?\d){{{low - 2},{high - 2}}}(?! ?\d)"


NORTH_AMERICA = rf"(?:1{SEP}?)?(?:(?:\(\d{{3}}\) ?|\d{{3}}{SEP})\d{{3}}{SEP}?\d{{4}}|\d{{10}})"
EIGHT = r"[2-9]\d(?: ?\d\d){3}|[2-9]\d\d \d\d \d{3}|[2-9]\d{3} \d{4}"
# By the code of the country (ISO 3166), without the country's prefix.
PHONES = {
    "us": NORTH_AMERICA,
    "ca": NORTH_AMERICA,
    "gb": _from_zero(10, 11),
    "ie": _from_zero(9, 10),
    "de": _from_zero(8, 12),
    "at": _from_zero(8, 13),
    "ch": _from_zero(10, 10),
    "fr": _from_zero(10, 10),
    "be": _from_zero(9, 10),
    "nl": _from_zero(10, 10),
    "es": rf"[6-9]\d\d(?:(?:{SEP}?\d{{3}}){{2}}|(?:{SEP}\d\d){{3}})|"
    rf"9\d{SEP}\d{{3}}(?:{SEP}\d\d){{2}}",
    "it": rf"{_from_zero(8, 11)}|3\d\d{SEP}?\d{{3}}{SEP}?\d{{3,4}}",
    "pt": rf"[29]\d\d(?:{SEP}?\d{{3}}){{2}}|2\d{SEP}\d{{3}}{SEP}\d\d{SEP}?\d\d",
    "pl": rf"[2-9]\d\d(?:{SEP}?\d{{3}}){{2}}|[1-9]\d{SEP}\d{{3}}{SEP}\d\d{SEP}\d\d",
    "se": _from_zero(8, 10),
    "no": EIGHT,
    "dk": EIGHT,
    "au": _from_zero(10, 10),
    "nz": _from_zero(9, 11),
    "in": rf"{_from_zero(11, 11)}|[6-9]\d{{4}}{SEP}?\d{{5}}|[6-9]\d\d{SEP}\d{{3}}{SEP}\d{{4}}",
    "cn": rf"{_from_zero(10, 12)}|1[3-9]\d{SEP}?\d{{4}}{SEP}?\d{{4}}",
    "jp": _from_zero(10, 11),
    "kr": _from_zero(9, 11),
    "br": r"(?:\([1-9]\d\) ?|[1-9]\d )(?:9 ?)?\d{4}[ -]?\d{4}|[1-9]{2}9\d{8}|9\d{4}-\d{4}",
}

ABROAD = pattern(
    "phone",
    rf"{BEFORE}(?:\(\+[1-9]\d{{0,2}}\)|(?:\+ ?|00|011[ -])[1-9]\d{{0,2}})(?:{SEP}?\(0?\d{{0,4}}\))?"
    rf"(?:{SEP}{{0,3}}\d{{2,12}}|{SEP}?\d(?={SEP}\d\d)){{1,6}}",
    lambda match: 8 <= count_digits(match[0]) <= 17,
)
WORD = (
    r"t[ée]l(?:[ée](?:ph|f)o+n[eo]?)?|phone|ph(?!\W{0,3}[67]\.)|cell(?:phone|ulare?)?|celular|"
    r"mobile?|mob|m[óo]vil|handy|portable|gsm|fax|pager|whats ?app|sms|text(?:ed)?|"
    r"call(?:ed|s|ing)?|contact|dial|ring|reach(?:ed|able)?|rufnummer|电话|手机|電話|携帯|전화|휴대폰|연락처"
)
LINK = (
    r"(?:(?:me|us|him|her|them|back|at|on|to|is|the|numbers?|no|nr|num|my|his|wife|husband|son|mother|"
    r"daughter|father|mom|dad|work|home|cell|phone|mobile|unter|au|al)(?![a-z])|号码?|番号|번호|は)"
)
ANNOUNCED_PHONE = pattern(
    "phone",
    rf"(?<![a-z])(?:{WORD}){gap(LINK, 5)}"
    rf"(?P<found>\+?\(?\d(?:[ ()./-]{{0,3}}\d){{6,14}})(?!\d){NO_UNIT}",
)


def phone_patterns(regions: list[str]) -> tuple[Pattern, ...]:
    """What is a telephone number in some countries; one from abroad is seen in each of them."""
    own = (f"{BEFORE}(?:{PHONES[region]}){AFTER}" for region in regions)
    return (ANNOUNCED_PHONE, ABROAD, *(pattern("phone", regex, is_no_code) for regex in own))
