"""Days of the calendar, in figures and in the words of many languages, whatever the country.

A full date is taken wherever it stands. Day and month without a year are taken where the month is a
word that cannot be misread ("June 14th"); in figures only behind a preposition of time ("on 3/15",
"le 12/03", "am 5.5.") or a word for birth, since alone they are as often a score, a fraction or a
pressure. A month or a year without a day is left alone.
"""

import re

from intake_triage.records.identifiers.pattern import END, NO_UNIT, START, not_after, pattern

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
SINCE = (
    r"(?:on|since|until|am|vom|seit|le|du|depuis|el|desde|il|dal|em|sinds|den|lmp|edd)"
    r"(?: (?:the|dem|le|el)|:)?"
)
FRACTION = r"(?:1/[234]|2/3|3/4|[0-5]/5)(?!\d)"  # also the strength of a muscle
FIRST = rf"{START}(?<!\d[./-])"  # "1.31.05.2024" holds no date
BIRTH = (
    r"(?<![a-z])(?:d\.?o\.?b\b\.?|birth ?dates?|date of birth|b(?:irth|')day|born|"
    r"geb(?:oren|\.|\b)|geburtsdatum|n[ée]e? le|ddn|date de naissance|nacid[oa]|nacimiento|nat[oa]|"
    r"nasci(?:t|d)[ao]|nascimento|geboortedatum|född|født|urodzon[ya]|出生日期|生年月日|생년월일)"
)
VERSION_OR_DOSE = re.compile(
    r"\b(?:versions?|ver|v|firmware|software|sw|ios|android|insulin\w*|humalog|novo\w*|apidra)\W*$",
    re.IGNORECASE,
)
SCORE = re.compile(
    r"\b(?:rate[sd]?|scor\w*|scale|nrs|vas|eva|gcs|glasgow|apgar|bp|t\.?a|p\.?a|press\w*|tension)"
    r"\b[^.;,\n]{0,12}$",
    re.IGNORECASE,
)


DATES = (
    pattern(  # in figures
        "date",
        rf"{FIRST}(?:(?:{DAY}(\s?[/-]\s?){MONTH}\1|{MONTH}(\s?[/-]\s?){DAY}\2){YEAR}|"
        rf"{DAY}\. ?{MONTH}\. ?{YEAR}|{MONTH}\.{DAY}\.{YEAR}|"
        rf"{YEAR}(\s?[/.-]\s?){MONTH}\3{DAY})(?!\d)",
    ),
    pattern(  # with two figures of the year
        "date",
        rf"{FIRST}(?:{DAY}([/.-]){MONTH}\1|{MONTH}([/.-]){DAY}\2)\d\d{END}(?![/.-]\d){NO_UNIT}",
        not_after(VERSION_OR_DOSE),
    ),
    pattern("date", rf"{START}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){END}"),
    pattern(  # with the month's name and a year
        "date",
        rf"{FIRST}(?:{YEAR}[ ,./-]?{MONTH_NAME}\.?[ ,./-]{{0,2}}{DAY}|"
        rf"(?:{DAY}{ORDINAL}?[ ./-]{{0,2}}{OF}{MONTH_NAME}\.?[ ,./-]{{0,2}}{OF}|"
        rf"{MONTH_NAME}[ ./-]{{0,2}}{DAY}{ORDINAL}?[ ,./-]{{1,2}})(?:{YEAR}|'\d\d)|"
        rf"{DAY}-?{MONTH_NAME}-\d\d)(?!\d)",
    ),
    pattern(  # with two figures of the year; "march 5 10" and "may 5 10" may be no date
        "date",
        rf"{FIRST}(?:{DAY}{ORDINAL}?[ ./-]{{0,2}}{MONTH_NAME}\.?[ ./-]{{1,2}}|"
        rf"(?!may\b|march\b){MONTH_NAME}\.? {DAY}{ORDINAL}?,? )\d\d{END}(?![/:.,-]?\d){NO_UNIT}",
        not_after(VERSION_OR_DOSE),
    ),
    pattern(  # without a year: an ordinal or a long name
        "date",
        rf"{START}(?:{MONTH_NAME}\.? {DAY}{TH}|{DAY}{TH} {OF}(?!may\b){MONTH_NAME}|"
        rf"{DAY} {OF}{LONG_NAME}|{LONG_NAME} {DAY}){END}(?![/:.-]?\d){NO_UNIT}",
    ),
    pattern(  # or behind a preposition
        "date",
        rf"\b{SINCE} (?P<found>(?<!\bam )(?!{FRACTION})(?:{DAY}/{MONTH}|{MONTH}/{DAY})|"
        rf"{DAY}\. ?{MONTH}\.(?:\d\d)?|{DAY}(?<=\d\d)\.{MONTH}(?<=\.\d\d)(?! ?uhr)|"
        rf"{DAY}{ORDINAL}? ?{OF}{MONTH_NAME}|{MONTH_NAME}\.? {DAY}){END}(?![/:.-]?\d)"
        rf"(?! ?(?:of|be|course|pain|strength)\b){NO_UNIT}",
        not_after(SCORE),
    ),
    pattern(  # Chinese, Japanese, Korean
        "date",
        rf"(?:(?:{YEAR}|(?:昭和|平成|令和|大正)\s?(?:\d{{1,2}}|元))\s?[年년]\s?)?"
        rf"(?<!\d){MONTH}\s?[月월]\s?{DAY}\s?[日号일]",
    ),
    pattern(  # whatever stands behind a word for birth
        "date",
        rf"{BIRTH}(?:[\s:=.,()#-]|\b(?:is|on|am|was|el|il|em|op)\b){{0,8}}"
        rf"(?P<found>\d{{1,2}}([/. -])\d{{1,2}}(?:\2\d{{2,4}})?|\d{{8}}|\d{{6}}|"
        rf"{DAY}{ORDINAL}? ?{OF}{MONTH_NAME}|{MONTH_NAME} {DAY}{TH}?){END}{NO_UNIT}",
    ),
)
