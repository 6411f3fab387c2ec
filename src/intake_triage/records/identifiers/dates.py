"""Days of the calendar, in figures and in the words of many languages, whatever the country."""

from intake_triage.records.identifiers.pattern import END, NO_UNIT, START, pattern

DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
YEAR = r"(?:19|20)\d{2}"
# English, German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian and Polish.
MONTH_NAME = (
    r"(?:jan(?:uar[iy]?|vier|eiro)?|jänner|gen(?:naio)?|ene(?:ro)?|stycznia|"
    r"feb(?:ruar[iy]?|rero|braio)?|f[ée]v(?:rier|ereiro)?|lutego|"
    r"mar(?:ch|s|zo|ts?|ca|ço)?|märz|mrz|maart|apr(?:ile?)?|avr(?:il)?|abr(?:il)?|kwietnia|"
    r"ma[iyj]|mayo|maja|maio|mag(?:gio)?|mei|jun[ie]?|juin|jun[ih]o|giu(?:gno)?|czerwca|"
    r"jul[iy]?|jul[ih]o|juil(?:let)?|lug(?:lio)?|lipca|"
    r"aug(?:ust(?:us|i)?)?|août|agosto|sierpnia|"
    r"sept?(?:emb(?:er|re))?|sett?embre|setembro|set(?:iembre)|septiembre|września|"
    r"o[ck]t(?:ob(?:er|re))?|octubre|ott(?:obre)?|outubro|października|"
    r"nov(?:emb(?:er|re|ro)|iembre)?|listopada|"
    r"de[cz](?:emb(?:er|ro))?|d[ée]c(?:embre)?|dic(?:iembre|embre)?|desember|grudnia)"
)
LONG_NAME = r"(?:january|february|march|april|june|july|august|september|october|november|december)"
TH = r"(?:st|nd|rd|th)"
ORDINAL = rf"(?:{TH}|er|º|ª|\.)"
OF = r"(?:(?:of|de|del|den) |d')?"
FIRST = rf"{START}(?<!\d[./-])"  # "1.31.05.2024" holds no date
BIRTH = (
    r"\bd\.?o\.?b\b\.?|\bbirth ?dates?|\bdate of birth|\bb(?:irth|')day|\bborn|\bgeb(?:oren|\.|\b)|"
    r"geburtsdatum|\bn[ée]e? le|date de naissance|nacid[oa]|nacimiento|\bnat[oa]|nasci(?:t|d)[ao]|"
    r"nascimento|geboortedatum|född|født|urodzon[ya]|出生日期|生年月日|생년월일"
)

DATES = (
    pattern(  # in figures
        "date",
        rf"{FIRST}(?:(?:{DAY}(\s?[/-]\s?){MONTH}\1|{MONTH}(\s?[/-]\s?){DAY}\2){YEAR}|"
        rf"(?:{DAY}([/-]){MONTH}\3|{MONTH}([/-]){DAY}\4)\d\d(?![/-]\d){NO_UNIT}|"
        rf"{DAY}\. ?{MONTH}\. ?{YEAR}|{MONTH}\.{DAY}\.{YEAR}|\d\d\.\d\d\.\d\d(?!\.\d)|"
        rf"{YEAR}(\s?[/.-]\s?){MONTH}\5{DAY})(?!\d)",
    ),
    pattern("date", rf"{START}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){END}"),
    pattern(  # with the month's name and a year
        "date",
        rf"{FIRST}(?:{YEAR}[ ,./-]?{MONTH_NAME}\.?[ ,./-]{{0,2}}{DAY}|"
        rf"(?:{DAY}{ORDINAL}?[ ./-]{{0,2}}{OF}{MONTH_NAME}\.?[ ,./-]{{0,2}}{OF}|"
        rf"{MONTH_NAME}[ ./-]{{0,2}}{DAY}{ORDINAL}?[ ,./-]{{1,2}})(?:{YEAR}|'\d\d)|"
        rf"{DAY}-?{MONTH_NAME}-\d\d)(?!\d)",
    ),
    pattern(  # without a year: an ordinal, a long name, or behind a preposition
        "date",
        rf"{START}(?:{MONTH_NAME}\.? {DAY}{TH}|{DAY}{TH} {OF}(?!may\b){MONTH_NAME}|"
        rf"{DAY} {OF}{LONG_NAME}|(?:{LONG_NAME}|(?:(?<=\bon )|(?<=\bsince )){MONTH_NAME}\.?) {DAY}|"
        rf"(?:(?<=\bam )|(?<=\bvom )|(?<=\bseit )){DAY}\. ?(?:{MONTH_NAME}|{MONTH}\.(?:\d\d)?))"
        rf"{END}(?![/:.-]?\d){NO_UNIT}",
    ),
    pattern(  # Chinese, Japanese, Korean
        "date",
        rf"(?:(?:{YEAR}|(?:昭和|平成|令和|大正)\s?(?:\d{{1,2}}|元))\s?[年년]\s?)?"
        rf"(?<!\d){MONTH}\s?[月월]\s?{DAY}\s?[日号일]",
    ),
    pattern(  # whatever stands behind a word for birth
        "date",
        rf"(?:{BIRTH})(?:[\s:=.,()#-]|\b(?:is|on|am|was|el|il|em|op)\b){{0,8}}"
        rf"(?P<found>\d{{1,2}}([/. -])\d{{1,2}}(?:\2\d{{2,4}})?|\d{{8}}|\d{{6}}|"
        rf"{DAY}{ORDINAL}? ?{OF}{MONTH_NAME}|{MONTH_NAME} {DAY}{TH}?){END}{NO_UNIT}",
    ),
)
