"""Numbers that the word before them makes identifiers, whatever stands between the two."""

import re

from intake_triage.records.identifiers.pattern import (
    END,
    NO_UNIT,
    UNIT,
    Holds,
    count_digits,
    pattern,
)

SIGNS = r"[\s:;#=.,()\[\]{}\"'/*_|~№-]"
NUMBER = (
    r"(?:no|nos|nr|num|numbers?|ids?|identifier|code|nummer|numero|número|numéro|n[°º])(?![a-z])"
)
LINK = (
    r"(?:is|was|are|as|the|my|his|her|their|patient|pt|s|card|on file|listed|given|here|which|"
    r"reads|called|ending(?: (?:in|with))?|ends(?: in| with)?|"
    r"last (?:4|four)(?: digits)?(?: of)?|follows|"
    r"of|for|ist|lautet|est|es|son|è|é|de|del|du|da)(?![a-z])"
)


def gap(words: str, at_most: int) -> str:
    """What may stand between a word and its number: signs, and some little words."""
    return rf"(?:{SIGNS}{{0,4}}(?:{words})){{0,{at_most}}}{SIGNS}{{0,6}}"


# A word ends here, unless "no" or the like is glued to it: "plate" is none in "platelets".
WORD_END = rf"(?:(?<=[#:.])|(?![a-z])|(?={NUMBER}))"
NEAR, FAR = gap(rf"{NUMBER}|(?:is|was)(?![a-z])", 3), gap(rf"{NUMBER}|{LINK}", 5)
# Letters and figures, joined by dashes; then blocks of figures.
BLOCK = rf" (?:\d{{2,}}|[a-z]{{1,2}}\d{{2,}}|\d+[a-z])(?!\w|%|[/.]\d)(?!{UNIT})"
VALUE = (
    r"(?P<found>(?:(?-i:[A-Z]{1,4}) |[a-z]{1,4} (?=(?:\d ?){6}))?"
    r"(?=[a-z]{0,5}[./-]?\d)[a-z\d]+(?:[./-][a-z\d]+)*"
    rf"(?:{BLOCK}){{0,6}}){NO_UNIT}{END}"
)

# Words of many languages that announce nothing but an identifier.
STRONG = (
    r"m\.?r\.?n\.?|mr ?#|med(?:ical)?\.? ?rec(?:ord)?s?|chart|acct|account|invoice|serial|s/n|"
    r"patient[ -]?(?:id|no\.|#|number)|p(?:t|at)\.?[ -]?(?:id|number|no\.|nr|#)|member[ -]?id|"
    r"driv(?:er|ing)\W?s? lic(?:en[cs]e|\b)|dl ?[#:]|licen[cs]e plate|passport|hicn|mbi|npi|dea|"
    r"medicare|medicaid|health ?card|nhi|nhc|reisepass|aktenzeichen|rijksregister\w*|"
    r"s[ée]cu(?:rit[ée] sociale)?|carte vitale|passeport|pasaporte|"
    r"historia cl[íi]nica|codice fiscale|tessera sanitaria|cart[ãa]o sus|prontu[áa]rio|utente|"
    r"(?:身份证|病历|住院|门诊|医保|患者|診察券|保険証|マイナンバー|カルテ|주민등록|환자|등록|차트)"
    r"(?:号码?|番号|번호)?"
)
# Of one country, where none is short; elsewhere "CPR" and "DNI" are what is done, or not done.
NATIONAL = (
    r"nhs|ohip|ramq|ihi|pps|aadhaa?r|uhid|abha|kvnr|svnr|ahv|avs|bsn|niss|pesel|cpr|nir|dni|nuss|"
    r"cpf"
)
# Everyday words, which announce one only with "number" or where it is long.
WEAK = (
    r"patient|pt|mr|har|hosp(?:ital)?|unit|member|subscriber|insurance|insured|beneficiary|policy|record|file|case|"
    r"claim|encounter|visit|csn|fin|reference|ref|accession|specimen|device|certificate|licen[cs]e|"
    r"plate|group|order|booking|ticket|badge|employee|student|health|identity|identification|id|tax|"
    r"ein|sin|ur|chi|nie|nif|cf|rg|cns|ni|dossier|ipp|tag|plan|referral|auth(?:orization)?|bcbs|"
    r"confirmation|blue cross|aetna|cigna|humana|kaiser"
)
GERMANIC = r"[a-zäöüßøåéë.-]{3,30}(?:nummer|nr)\.?"  # "Fallnummer", "Pat.-Nr."
ROMANCE = r"(?:num[eé]ro|número|n[°º]\.?)(?: d[eiu]l?l?a?)?(?: [a-zéèíóç']+){1,3}"
SSN_WORD = r"s\.?s\.?n\b\.?|ss ?(?=#|no|num)|soc(?:ial)?\.? ?sec(?:urity)?\.?"

# A month, a day, which is for `dates`, a blood pressure, a score, a range, a laboratory value.
OTHERWISE = re.compile(
    r"\d{1,2}/(?:19|20)\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}-\d{1,2}-\d{4}|"
    r"\d{4}([/.-])\d\d?\1\d\d?(?:t\d\d)?|\d{1,3}[/-]\d{1,3}|\d{1,2}\.\d",
    re.IGNORECASE,
)
CLOCK = r"(?:[01]\d|2[0-3])[0-5]\d"
YEAR_OR_TIME = re.compile(rf"(?:19|20)\d\d|{CLOCK}(?:[ -]{CLOCK})*")
SAID = re.compile(rf"[#:=№]|(?<![a-z])(?:{NUMBER}|[ms]\.?[rs]\.?n(?![a-z]))", re.IGNORECASE)


def _with_digits(least: int, *, unsaid: int) -> Holds:
    """So many digits; `unsaid` of them where neither "number" nor a sign for it stands before."""

    def holds(match: re.Match[str]) -> bool:
        value = match["found"]
        said = SAID.search(match.string, match.start(), match.start("found"))
        if OTHERWISE.fullmatch(value) or (YEAR_OR_TIME.fullmatch(value) and not said):
            return False
        return count_digits(value) >= (least if said else unsaid)

    return holds


BEFORE = r"(?<![a-z])"
ANNOUNCED = (
    pattern("ssn", rf"{BEFORE}(?:{SSN_WORD}){WORD_END}{FAR}{VALUE}", _with_digits(4, unsaid=4)),
    *(
        pattern("record_number", rf"{BEFORE}(?:{words}){WORD_END}{between}{VALUE}", holds)
        for words, between, holds in (
            (STRONG, FAR, _with_digits(3, unsaid=4)),
            (NATIONAL, FAR, _with_digits(7, unsaid=7)),
            (WEAK, NEAR, _with_digits(3, unsaid=6)),
            (rf"{GERMANIC}|{ROMANCE}", NEAR, _with_digits(4, unsaid=4)),
        )
    ),
)
