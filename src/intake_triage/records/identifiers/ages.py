"""Ages over 89, which Safe Harbor wants as one group of 90 and above, in the clerks' shorthand."""

import re

from intake_triage.records.identifiers.pattern import NO_UNIT, not_after, pattern

AGE = r"(?P<age>9\d|1[01]\d|12[0-5])(?!\d)"
FREE = rf"(?<![\w.,/:-]){AGE}"  # "140/90", "89-95" and "1.95" end in no age
SEX = (
    r"(?:(?:fe)?males?|(?:wo)?m[ae]n|lady|gent(?:lem[ae]n)?|widow(?:er)?|männl\w*|weibl\w*|frau|"
    r"femme|homme|dame)\b"
)
# "95 YOWF": letters of sex, and of what the clerk takes for race
SHORT_SEX = r"[wbah]?[mf]\b"
YEARS = (
    r"(?:y(?=\d)|(?:years?|yrs?|y|jahre?|jährig\w*|ans|años?|anni|anos|jaar|jr|jarige|år(?:ig)?|lat|"
    r"letni\w*)\b)"
)
TEENS = r"(?:one|two|three|four|five|six|seven|eight|nine)"
SPELT = rf"(?:ninety(?:[ -]{TEENS})?|hundred(?:[ -]and)?(?:[ -](?:{TEENS}|ten|eleven|twelve))?)"

TOP_GROUP_BEFORE = re.compile(r"(?:over|above|least|than|[>≥]=?) ?$", re.IGNORECASE)
TOP_GROUP_AFTER = re.compile(
    r"[\s-]*(?:[a-z/.]+[\s-]*){0,3}(?:\+|plus\b|(?:and|or|&) (?:over|above|older|up)\b)",
    re.IGNORECASE,
)


def _is_exact(match: re.Match[str]) -> bool:
    """Whether it is an age, and not the group "90 and above" that Safe Harbor allows."""
    before = match.string[max(0, match.start() - 12) : match.start("age")]
    after = match.string[match.end("age") : match.end("age") + 24]
    return match["age"] != "90" or not (
        TOP_GROUP_BEFORE.search(before) or TOP_GROUP_AFTER.match(after)
    )


# "97F" is a person or a temperature, "94 m" a person or a distance: the words around it tell.
PERSON_BEFORE = re.compile(
    r"\b(?:an?|the|this|our|(?:pt|patient|s?he)(?: is)?|elderly|frail|pleasant|old|grand\w+)"
    r"\W{1,2}$",
    re.IGNORECASE,
)
PERSON_AFTER = re.compile(
    r",?\s*(?:with\b|w/|who\b|c/o|complain|present|p/?w\b|s/p\b|from\b|here\b|brought|bib|fell\b|"
    r"found\b|ha[sd]\b|hx\b|h/o|lives?\b|resident|slipped|tripped|reports?|states?|denies)",
    re.IGNORECASE,
)
TEMPERATURE_BEFORE = re.compile(
    r"(?:\b(?:t|temp\w*|tmax|\w*febrile|fever\w*|degrees?|oral|rectal|axillary|tympanic|thermom\w*|"
    r"vitals?|vs|hr|bp|rr|pulse|sp?o2|sats?|hypotherm\w*|baby|infant|hot|chills?)\b[^.;\n]{0,22}|"
    r"(?:°|\b(?:to|was|of|at|is|over|above|below|under|around|about|hit|ran|runn?ing|reads?|reading|"
    r"spik\w+|reached|low|high)|[<>=~+])\W{0,2})$",
    re.IGNORECASE,
)
TEMPERATURE_AFTER = re.compile(
    r"[\s,]*(?:temp|oral|rectal|axill|tymp|tmax|no fever|\w?febrile|at home|"
    r"(?:at|on|in) (?:triage|arrival)|this (?:am|morning)|last night|"
    r"yesterday|today|max\b|to \d|[/-]|(?:hr|bp|rr|p|pulse|spo2|o2)\b)",
    re.IGNORECASE,
)
JOULES_OR_DAYS_BEFORE = re.compile(
    r"\b(?:s?cho[ck]\w*|[ck]ardiov\w*|dccv|defib?\w*|joules?|depuis|pendant|pdt|durant|pour|qsp|arr[êe]t|"
    r"apr[èe]s|dans|x)\b[^.;\n]{0,12}$",
    re.IGNORECASE,
)
FEVER_AFTER = re.compile(r"[\s,]*(?:and )?(?:fever|chill)", re.IGNORECASE)
DISTANCE_BEFORE = re.compile(
    r"(?:\b(?:walk\w*|ran|run\w*|sw[ai]m\w*|jog\w*|for|about|within|after|every|than|least|of|only|x|"
    r"last\w*|to)|[<>=~+$])\s*$",
    re.IGNORECASE,
)
DISTANCE_AFTER = re.compile(
    r"\s*(?:walk|sprint|dash|race|away|sw[ai]m|before|without|on (?:the )?(?:flat|level)|ago|"
    r"uphill|radius|distance|high|deep|wide|(?:and )?then stop|"
    r"gehstrecke|gehen|weit|lauf|(?:de )?marche|à pied)",
    re.IGNORECASE,
)
NEARBY = 60  # signs that these look at


def _is_person(match: re.Match[str]) -> bool:
    """Whether "97F" or "94 M" is a person's age and sex, and no temperature or distance."""
    before = match.string[max(0, match.start() - NEARBY) : match.start()]
    after = match.string[match.end() : match.end() + NEARBY]
    introduced = not before.strip(" \n\t\"'(*-") or bool(PERSON_BEFORE.search(before))
    if match["sex"] in "mM":
        if DISTANCE_BEFORE.search(before) or DISTANCE_AFTER.match(after):
            return False
        return introduced or match["sex"] == "M" or bool(PERSON_AFTER.match(after))
    if TEMPERATURE_AFTER.match(after):
        return False
    if 100 <= int(match["age"]) <= 105 and FEVER_AFTER.match(after):
        return False
    return introduced or not TEMPERATURE_BEFORE.search(before)


AGES = (
    pattern(
        "age_over_89",
        rf"{FREE}[\s-]*(?:{YEARS}(?:[\s./-]*(?:of age|old|alt|oud|o)\b)?|y[\s./-]*o(?:ld)?)"
        rf"(?:[\s./-]*(?:{SHORT_SEX}|{SEX})|(?![a-z]))(?!\s*(?:ago|supply|warranty|history))",
        _is_exact,
    ),
    pattern("age_over_89", rf"{FREE}\s?(?:y[mf]\b|岁|歳|才|세|살)"),
    pattern("age_over_89", rf"{FREE}(?:[\s-]?(?:{SEX}|[wbah][mf]\b)|\s?/\s?[mf]\b)"),
    pattern("age_over_89", rf"^\W*{AGE}, ?(?:{SEX}|[mf]\b)"),
    pattern("age_over_89", rf"^\W*[mf] {AGE}(?!\.\d){NO_UNIT}"),
    pattern(
        "age_over_89",
        r"\b(?:(?:s?he|pt|patient(?:e|in)?|mother|father|mom|dad|grand\w+|husband|wife|aunt|uncle|"
        r"frau|herr|mutter|vater|dame|mère|père)(?:(?:,|'s| is) \(?| \()|(?<![\d°] )[mfwh], ?)"
        rf"{AGE}(?=\s?(?:[,;)\n]|\.(?!\d)|$))",
    ),
    pattern(  # German "92 J.", also without the dot before the patient
        "age_over_89",
        rf"{FREE}[\s-]?j(?:\.|\b(?=,? ?(?:pat|alt|männ|weib|[mw]\b)))",
        not_after(JOULES_OR_DAYS_BEFORE),
    ),
    pattern(  # French "F 92 a."
        "age_over_89",
        rf"(?:^\W*|\b(?:[fhm]|femme|homme|patiente?|dame)[ ,:]{{1,2}}){AGE} ?a\.(?!\s?(?:m\b|fib))",
    ),
    pattern(
        "age_over_89",
        rf"\b(?:[mf]\s?/\s?|(?:fe)?male,? |(?:wo)?man of |lady of ){AGE}(?!\w|\.\d){NO_UNIT}",
    ),
    pattern(
        "age_over_89",
        r"\b(?:ages?|aged|turn(?:ed|s|ing)|alter|edad|âge|âgée? de|età|idade)"
        rf"(?:[\s:=-]|\bis\b|\bof\b|\bde\b|\bvon\b|\((?:in )?y\w*\)){{0,5}}{AGE}"
        r"(?!\.\d|\s?(?:%|d\b|days?|w\b|weeks?|wks?|mo\w*|h\b|hours?|hrs?|min))",
        _is_exact,
    ),
    pattern("age_over_89", rf"{FREE}(?:st|nd|rd|th) b(?:irth|-?)day"),
    pattern(
        "age_over_89",
        r"\bin (?:his|her|their|my) (?:late |early |mid[ -]?)?(?:(?:90|100)'?s|nineties)\b|"
        rf"\b{SPELT}[\s-]*(?:years?|yrs?)[\s-]*(?:old|of age)\b|\b(?:nonagen|centen)arian\b",
    ),
    pattern("age_over_89", rf"{FREE}[ -]?(?P<sex>[fm])(?![\w°])", _is_person),
)
