"""What is an identifier by its own shape, in whatever country: addresses of the web, numbers."""

import re

from intake_triage.records.identifiers.pattern import (
    END,
    NO_UNIT,
    START,
    count_digits,
    is_no_code,
    pattern,
)

OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
WEB = (
    pattern("email", r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+"),
    pattern(
        "url",
        r"(?:(?:https?://|\bwww\.)\S*|"
        r"(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:com|org|net|edu|gov)\b(?:/\S*)?)"
        r"(?<![.,;:!?)\]])|"
        r"(?<![\w@.])@[a-z_][\w.]{2,}",  # the last: a name on a social network
    ),
    pattern(  # of a country whose letters are no word, which a missing blank would bring here
        "url",
        r"(?<![\w.-])[a-z][\w-]{2,62}(?:\.[\w-]{1,63}){0,3}\."
        r"(?:(?:co|org|ac|gov|nhs)\.uk|de(?! (?:la|el|los|las|una?)\b)|at(?!\s)|ch|fr|nl|info)"
        r"(?![\w-]|\s?\d)(?:/\S*)?"
        r"(?<![.,;:!?)\]])",
    ),
)
NETWORK = (
    pattern("ip_address", rf"(?<![\d.])(?:{OCTET}\.){{3}}{OCTET}(?!\.?\d)"),
    pattern("ip_address", r"(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}:?[0-9a-f]{1,4}(?![\w:])"),
    pattern("ip_address", r"(?<![\w:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?!\w)"),
)
SSN = pattern("ssn", rf"{START}(?:\d{{3}}|[x*]{{3}})([ .-])(?:\d\d|[x*]{{2}})\1\d{{4}}{END}")

CARDS = (
    pattern(  # IBAN
        "card_number",
        rf"{START}[a-z]{{2}}\d\d(?: ?[a-z\d]{{4}}){{3,7}}(?: ?[a-z\d]{{1,3}})?{END}",
        lambda match: count_digits(match[0]) >= 12,
    ),
    pattern("card_number", rf"{START}(?:\d{{4}}([ -])\d{{4}}\1\d{{4}}\1\d{{1,4}}){END}"),
    pattern("card_number", rf"{START}\d{{4}}([ -])\d{{6}}\1\d{{5}}{END}"),
)

DAY, MONTH = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"


def _is_dni(match: re.Match[str]) -> bool:
    """Whether the letter of a Spanish number is the one that its digits give."""
    number = int(match["digits"].upper().translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == match["letter"].upper()


# With letters and marks as no running number has them ...
MARKED_IDS = tuple(
    pattern("national_id", START + regex + END)
    for regex in (
        r"[a-z]{6}\d\d[a-ehlmprst]\d\d[a-z]\d{3}[a-z]",  # Italian codice fiscale
        r"\d{3}\.\d{3}\.\d{3}-\d\d",  # Brazilian CPF
        r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d",  # Belgian
        r"756\.\d{4}\.\d{4}\.\d\d",  # Swiss AHV
        # British National Insurance
        r"(?-i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]) ?\d\d ?\d\d ?\d\d ?[a-d]",
        r"[1-9][a-z][a-z\d]\d-?[a-z][a-z\d]\d-?[a-z]{2}\d\d",  # US Medicare
    )
)
# ... and those that a made-up id may look like.
NUMBER_IDS = (
    *(
        pattern("national_id", START + regex + END)
        for regex in (
            # French: sex, year, month, department, commune, order, key
            r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[ab]) ?\d{3} ?\d{3}(?: ?\d\d)?",
            rf"\d{{6}}(?:19|20)\d\d{MONTH}{DAY}\d{{3}}[\dx]",  # Chinese
            rf"\d\d{MONTH}{DAY}-\d{{7}}",  # Korean
            rf"(?:19|20)?\d\d{MONTH}{DAY}[+-]\d{{4}}",  # Swedish
            rf"{DAY}{MONTH}\d\d-\d{{4}}",  # Danish
            rf"[2-9]\d{{3}}([ -])\d{{4}}\1\d{{4}}{NO_UNIT}",  # Indian Aadhaar
            r"(?-i:[A-Z]{5}\d{4}[A-Z])",  # Indian PAN
        )
    ),
    pattern("national_id", rf"{START}(?P<digits>[xyz\d]\d{{7}})-?(?P<letter>[a-z]){END}", _is_dni),
)


def _is_nhs_number(match: re.Match[str]) -> bool:
    """Whether the last digit of ten is the one that the others give."""
    digits = [int(sign) for sign in match[0] if sign.isdigit()]
    weighted = sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False))
    return -weighted % 11 == digits[-1]


# Of a country that must be named, since elsewhere a telephone number may be so.
REGION_IDS = {
    "gb": pattern(
        "national_id", rf"{START}(?<!\d[ -])\d{{3}}([ -])\d{{3}}\1\d{{4}}{END}", _is_nhs_number
    ),
}

LONG_NUMBERS = (
    pattern(  # 17 figures and letters, as cars have
        "vehicle", rf"{START}(?=(?:[a-z]*\d){{6}})(?=\d*[a-z])[a-hj-npr-z\d]{{17}}{END}"
    ),
    pattern(
        "record_number",
        rf"(?<![\w.,/-])[a-z]{{0,3}}-?\d{{9,}}{END}(?![.,/-]\d){NO_UNIT}",
        is_no_code,
    ),
)
