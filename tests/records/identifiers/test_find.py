"""Texts one by one: what each kind looks like, and what looks like it and is none."""

from typing import get_args

import pytest
from planted import PHONES as PLANTED_PHONES

from intake_triage.params import Region
from intake_triage.records.identifiers.find import (
    Found,
    find_identifiers,
    redact,
    text_patterns,
)
from intake_triage.records.identifiers.phones import PHONES

US = text_patterns(["us"])
IDENTIFIERS = [
    ("email", "reach me at jo.doe+clinic@mail.example.org please"),
    ("url", "see https://example.org/me"),
    ("url", "see www.example.org"),
    ("url", "message @jane_doe99 instead"),
    ("url", "found on drsmith.co.uk yesterday"),
    ("url", "siehe praxis-mueller.de, bitte"),
    ("ssn", "ssn 123-45-6789"),
    ("ssn", "SSN on file: 123456789"),
    ("ssn", "her social security number, ending in 6789"),
    ("ip_address", "sent from 192.168.0.17"),
    ("ip_address", "from ab:cd:ef:ab:cd:ef"),
    ("phone", "call 555-123-4567"),
    ("phone", "call (555) 123-4567 after 5"),
    ("phone", "call +1 555.123.4567"),
    ("phone", "call 5551234567"),
    ("phone", "cell 555-0123"),
    ("phone", "rash, 212–555–0187"),
    ("phone", "rash, ２１２−５５５−０１８７"),
    ("record_number", "MRN: 00123456"),
    ("record_number", "mrn is listed as 778899"),
    ("record_number", "MRN 12 34 56"),
    ("record_number", "acct #AB-12345"),
    ("record_number", "medical record 778899"),
    ("record_number", "med. rec. no. 55443"),
    ("record_number", "chart 88213"),
    ("record_number", "pt id (99887)"),
    ("record_number", "Patient Id = P-00881"),
    ("record_number", "policy no. XYZ 123 456 789"),
    ("record_number", "病历号：00881234"),
    ("national_id", "RSSMRA80A01H501U"),
    ("card_number", "4111 1111 1111 1111"),
    ("vehicle", "crashed, 1HGCM82633A004352"),
    ("date", "fell on 5/31/2024"),
    ("date", "fell on 31-05-24"),
    ("date", "fell on 31.05.2024"),
    ("date", "fell on 2024-05-31"),
    ("date", "fell on May 31st, 2024"),
    ("date", "fell on 31 may 2024"),
    ("date", "seen 15 MAR 24"),
    ("date", "he was here 15 Mar 62"),
    ("date", "op Sep 5 23"),
    ("date", "Kontrolle 3.Mai 62"),
    ("date", "seen march 3rd"),
    ("date", "geboren am 5. Mai 1950"),
    ("date", "5 de mayo de 1950"),
    ("date", "1950年5月5日"),
    ("date", "DOB 05311960"),
    ("date", "Sturz 3.4.24"),
    ("date", "letzte Kontrolle 12.3.24"),
    ("date", "* 5.5.50, Fieber"),
    ("date", "seen on 3/15 for this"),
    ("date", "knee pain since 3/10"),
    ("date", "LMP: 3/15"),
    ("date", "vue le 12/03, toux"),
    ("date", "opéré le 14 juillet"),
    ("date", "Sturz am 5.5., Fieber"),
    ("date", "Husten seit dem 14.2."),
    ("zip_code", "lives in Boston MA 02139"),
    ("zip_code", "zip code 02139"),
    ("zip_code", "02139-4307"),
    ("street_address", "lives at 42 Elm Street"),
    ("street_address", "lives at 4 Elm Street"),
    ("street_address", "wohnt Kölner Str. 12"),
    ("street_address", "wohnt Kölner Straße 12"),
    ("street_address", "wohnt Berliner Strasse 5a"),
    ("street_address", "wohnt Hauptstr 12"),
    ("street_address", "wohnt Blumenstr. 12"),
    ("street_address", "wohnt Olgastraße 5"),
    ("street_address", "wohnt Lange Gasse 3"),
    ("street_address", "wohnt Birkenweg 7"),
    ("street_address", "wohnt Marktplatz 3"),
    ("age_over_89", "a 93-year-old"),
    ("age_over_89", "93 yo, dizzy"),
    ("age_over_89", "101 y/o"),
    ("age_over_89", "age: 90"),
    ("age_over_89", "95 YOF"),
    ("age_over_89", "101yom"),
    ("age_over_89", "97F c/o dizziness"),
    ("age_over_89", "91F fever and chills"),
    ("age_over_89", "pt is a 94M with cough"),
    ("age_over_89", "F/92"),
    ("age_over_89", "92 J., Sturz"),
    ("age_over_89", "93j. Pat. mit Fieber"),
    ("age_over_89", "95 J. männl."),
    ("age_over_89", "95jährige"),
    ("age_over_89", "Patientin, 94, verwirrt"),
    ("age_over_89", "m, 93, Sturz"),
    ("age_over_89", "92 jr, koorts"),
    ("age_over_89", "F 92 a., chute"),
    ("age_over_89", "93 ans"),
    ("age_over_89", "ninety-two year old"),
]
WITH_CAPITALS = {"zip_code", "street_address"}  # a state is told from a word by its capitals
LOOK_ALIKES = [
    *("bp 140/90", "BP 120/80, then 130/85", "10/10 pain", "pain 5/10-10/10", "20/20/20 rule"),
    *("3 to 5 days", "12.5 mg", "temp 101.5", "o2 98% on 2 l", "400-600 mg", "1000-2000 ml"),
    *("version 2.1.10", "firmware v12.4.1", "t12-l1 and l4/l5", "24/7 since 2019", "in may 2020"),
    *("takes of 50000 units weekly", "72 yo", "89 years old", "95 bpm", "95 days", "age 9"),
    *("dial 911", "2x/day", "a1c 9.1", "t. 37.2", "weight 150-160 lbs", "chart reviewed 2024"),
    *("temp 98F", "fever to 101F", "T 99 F, HR 98", "98F at triage", "walks 100 m", "102F fever"),
    *("on social security since 2015", "policy of 3 visits", "pt no 140/90", "SNOMED 195967001"),
    *(
        "90+ yo",
        "aged 90 or older",
        "90 years and over",
        "≥90 years",
        "80-89 years",
        "95 pack years",
        "HR in the 90s",
        "OD +2.50 -1.25 x 180",
    ),
    *("platelets 150000", "IDDM 342", "IDM 150", "CPR 0415 ROSC 0430", "CPR 0415-0430", "DNI 1200"),
    *(
        "chart 1030",
        "ED visit 12/2023",
        "units 100000",
        "GB 14500",
        "plt 98, RR 20",
        "pt 98, RR 20",
    ),
    *(
        "100 m Gehstrecke",
        "F 97.8",
        "cardioverted 100 J.",
        "depuis 90 j. sans effet",
        "VS: 98 F, 92, RR 20",
    ),
    *(
        "pump software 3.2.10",
        "3.4.24 mg",
        "3.5.2",
        "Insulin 12-10-14",
        "on 1/2 tab",
        "on 3-4 meds",
    ),
    *("UE 5/5, LE 4/5", "pain 3/10", "MMSE 12/15", "at 8 am 3/10", "rated on 3/10", "PA em 12/8"),
    *("pH 7.35 / 45 / 24 / 90", "10 feet off road", "20 minute drive", "64 Slice CT", "room 5123"),
    *(
        "2 mar",
        "2 mar tabs",
        "3 dec in wt",
        "3 may 20 mg",
        "may 5 10",
        "sep 10 20 mg",
        "dec 10 20%",
    ),
    *("c.o. pain", "vit.d", "scan.pdf", "pain.at night", "14.Fr", "Katheter.Ch 14", "dolor.de la"),
    *("Atemweg 2", "Gehweg 20 m", "Arbeitsplatz 3", "Auf der Straße 2 Stunden", "Menstr. 12"),
    *("Umweg 2 km", "Heimweg 3 mal", "Radweg 20 min", "Konstr 3", "unterwegs 2"),
]


def find(text: str) -> list[Found]:
    return find_identifiers(text, US)


def test_every_kind_has_an_example():
    assert {kind for kind, _ in IDENTIFIERS} == {pattern.kind for pattern in US}


def test_params_names_the_countries_whose_numbers_are_known():
    assert set(get_args(Region)) == set(PHONES) == set(PLANTED_PHONES)


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_an_identifier_is_found_whatever_its_case(kind, text):
    for written in {text} if kind in WITH_CAPITALS else {text, text.upper(), text.lower()}:
        assert [one.kind for one in find(written)] == [kind]


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_redaction_puts_the_kind_where_the_match_was(kind, text):
    before, after = redact(text, find(text)).split(f"[{kind}]")
    assert text.startswith(before)
    assert text.endswith(after)
    assert not any(character.isdigit() for character in before)


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_clinical_numbers_are_left_alone(text):
    assert find(text) == []


@pytest.mark.parametrize("written", ["943 476 5919", "943-476-5919"])
def test_a_number_of_the_nhs_is_known_by_its_last_digit_where_the_region_is_named(written):
    kinds = [one.kind for one in find_identifiers(f"seen, {written}", text_patterns(["gb"]))]
    assert kinds == ["national_id"]
    assert not find_identifiers(f"seen, {written[:-1]}8", text_patterns(["gb"]))
    assert not find_identifiers(f"seen, {written}", text_patterns(["de"]))


def test_several_kinds_in_one_text_are_all_found_from_left_to_right():
    text = "call 555-123-4567 or a@b.org, born 5/31/1960, again 555-123-4567"
    assert redact(text, find(text)) == "call [phone] or [email], born [date], again [phone]"


def test_what_stands_between_texts_in_other_scripts_is_redacted_in_place():
    text = "请打电话１３８ 1234 5678，谢谢"
    found = find_identifiers(text, text_patterns(["cn"]))
    assert redact(text, found) == "请打电话[phone]，谢谢"


@pytest.mark.parametrize(
    "sign",
    [
        "a-",
        "aa.",
        "A ",
        "Aa",
        "Aa-",
        "3.",
        "Mar ",
        "3 mar ",
        "a",
        "1",
        "1 ",
        "a.-",
        "12-",
        "id: ",
        "www.",
        "+1",
        "(01)",
        "94 m ",
    ],
)
def test_a_long_monotonous_text_is_read_in_one_pass(sign):
    """Twice as long takes twice as long; a pattern that looks back would need minutes."""
    assert isinstance(find_identifiers(sign * 20_000, US), list)
