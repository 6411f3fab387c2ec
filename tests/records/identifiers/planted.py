"""Invented texts, each with an identifier: by kinds of HIPAA's Safe Harbor list, as people write.

The moulds come from how clerks and patients write and know nothing of the screen's patterns. Every
number is drawn at random; none is anybody's.
"""

import random
import string
from collections.abc import Callable

Made = Callable[[random.Random], str]

FRAMES = (
    "{}",
    "{} , wants to be seen today",
    "cough for 3 weeks. {}",
    "pt states chest pain since tuesday, {}. no fever",
    "Fell off a ladder 2 days ago, pain 7/10. {} please advise",
    "SOB, BP 140/90, HR 92, {}; sent by urgent care",
    "back pain\n{}\nno red flags",
    "hello, my rash came back ({}) and it itches, took cetirizine 10 mg",
    "needs refill of metformin 1000 mg - {}",
    "HEADACHE X 3 DAYS, {}, NO TRAUMA",
)
AGE_FRAMES = (
    "{} c/o chest pain x 2 days",
    "{} fell at nursing home, hit head",
    "{} with SOB and cough",
    "{}, HTN, DM2, here for refill",
    "Pt is a {} with weakness",
    "this is a {}, brought by daughter for confusion",
    "dizzy. {} lives alone. BP 120/80",
    "Hx from family: {} not eating, temp 98.6",
)
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
}
# A "#" is a digit, a "^" a capital.
PHONES = {
    "us": "(2##) 5##-#### | 2##-3##-#### | 2##.3##.#### | 2## 3## #### | +1 2## 3## #### | "
    "1-2##-3##-#### | 2##3###### | +12##3###### | (2##)3##-#### | 2##/3##-#### | 1 (8##) 4##-####",
    "ca": "(4##) 5##-#### | 4##-3##-#### | +1 6## 3## #### | 6##.3##.####",
    "gb": "020 7### #### | 07### ###### | 07######### | +44 7### ###### | 0131 4## #### | "
    "(01632) 96#### | +44 (0)20 7### #### | 0161-496-#### | 07### ### ###",
    "ie": "087 ### #### | 01 ### #### | +353 87 ### #### | 085####### | (021) ### ####",
    "de": "0171 ####### | 0171/####### | 030 ###### | 089/######## | +49 171 ####### | "
    "0151######## | (030) ### ## ## | 0049 171 ####### | +49 (0)30 ####### | 06221-###### | "
    "040 / ### ## ## | 0176-## ## ## ##",
    "at": "0664 ####### | 01 ### ## ## | +43 664 ### ## ## | 0316/######",
    "ch": "079 ### ## ## | 044 ### ## ## | +41 79 ### ## ## | 0041 44 ### ## ##",
    "fr": "01 ## ## ## ## | 06.##.##.##.## | 06######## | +33 6 ## ## ## ## | 04-##-##-##-## | "
    "+33 (0)1 ## ## ## ##",
    "be": "0471 ## ## ## | 02 ### ## ## | +32 471 ## ## ## | 0471/##.##.##",
    "nl": "06-######## | 020-####### | 06 ## ## ## ## | +31 6 ######## | 06########",
    "es": "6## ### ### | 6######## | 91 ### ## ## | +34 6## ### ### | 6## ## ## ##",
    "it": "3## ####### | 06 #### #### | +39 3## ### #### | 02-######## | 3#########",
    "pt": "91# ### ### | 21# ### ### | +351 91# ### ### | 91#######",
    "pl": "5## ### ### | 22 ### ## ## | +48 5## ### ### | 5##-###-###",
    "se": "070-### ## ## | 08-### ### ## | +46 70 ### ## ## | 070#######",
    "no": "4## ## ### | 22 ## ## ## | +47 4## ## ### | 9#######",
    "dk": "2# ## ## ## | +45 2# ## ## ## | 3#######",
    "au": "04## ### ### | (02) 9### #### | +61 4## ### ### | 04######## | 03 9### ####",
    "nz": "021 ### #### | 09 ### #### | +64 21 ### #### | 027#######",
    "in": "98### ##### | 9######### | +91 98### ##### | 022 2### #### | 080-2####### | "
    "+91-9#########",
    "cn": "138 #### #### | 139######## | 010-######## | +86 138 #### #### | 0571-########",
    "jp": "090-####-#### | 03-####-#### | 0120-###-### | +81 90 #### #### | 080########",
    "kr": "010-####-#### | 02-###-#### | +82 10-####-#### | 010########",
    "br": "(11) 9####-#### | 11 9####-#### | (21) 3###-#### | +55 11 9####-#### | 119########",
}


def fill(moulds: str, rng: random.Random) -> str:
    """One of the moulds, which " | " parts, with random digits and capitals."""
    signs = {"#": string.digits, "^": "ABCDEFGHJKLMNPRSTUVWXY"}
    mould = rng.choice(moulds.split(" | "))
    return "".join(rng.choice(signs[sign]) if sign in signs else sign for sign in mould)


def alone(moulds: str) -> Made:
    """What is an identifier by itself."""
    return lambda rng: fill(moulds, rng)


def announced(words: str, moulds: str) -> Made:
    """A number behind a word, with what people write between the two."""

    def make(rng: random.Random) -> str:
        word, number = rng.choice(words.split(" | ")), fill(moulds, rng)
        word = rng.choice((word, word, word.upper(), word.capitalize()))
        links = (" ", ": ", " # ", "#", " no. ", " number ", " is ", " - ", "=", " no: ", ":")
        return rng.choice((f"{word} ({number})", *(f"{word}{link}{number}" for link in links)))

    return make


def one_of(*makers: Made) -> Made:
    """One of some ways."""
    return lambda rng: rng.choice(makers)(rng)


def _day(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(1, 28), rng.randint(1, 12), rng.randint(1925, 2025)


def write_day(rng: random.Random) -> str:
    """A day as English is written."""
    d, m, y = _day(rng)
    name = MONTHS["en"].split()[m - 1]
    th = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(d, "th")
    forms = (
        *(f"{m}/{d}/{y}", f"{m:02}/{d:02}/{y}", f"{m:02}-{d:02}-{y}", f"{d:02}.{m:02}.{y}"),
        *(f"{y}-{m:02}-{d:02}", f"{y}/{m:02}/{d:02}", f"{y}{m:02}{d:02}", f"{m}/{d}/{y % 100:02}"),
        *(f"{name} {d}, {y}", f"{name[:3]} {d} {y}", f"{d} {name} {y}", f"{d}-{name[:3]}-{y}"),
        *(f"{d}{th} of {name} {y}", f"{name} {d}{th}, {y}", f"{name[:3].upper()} {d}, {y}"),
        *(f"{name[:3]}. {d}, {y}", f"{d:02}{name[:3].upper()}{y}", f"{name[:3]}-{d:02}-{y}"),
        *(
            f"{name} {d}{th}",
            f"{y}-{m:02}-{d:02}T10:30:00",
            f"on {m:02}/{d:02}",
            f"since {m:02}/{d:02}",
        ),
    )
    before = rng.choice(("on ", "", "seen ", "last visit ", "surgery ", "since "))
    return before + rng.choice(forms)


def write_birthday(rng: random.Random) -> str:
    """A day of birth behind its word, in forms that would mean little without."""
    d, m, y = _day(rng)
    name = MONTHS["en"].split()[m - 1]
    word = rng.choice(
        ("DOB", "dob:", "D.O.B.", "date of birth", "born", "born on", "birthday is", "DOB -")
    )
    forms = (f"{m}/{d}/{y}", f"{m:02}{d:02}{y}", f"{m}-{d}-{y % 100:02}", f"{name} {d} {y}")
    return f"{word} {rng.choice((*forms, f'{m:02} {d:02} {y}', f'{name} {d}'))}"


def write_day_abroad(rng: random.Random) -> str:
    """A day as one of a dozen other languages writes it."""
    d, m, y = _day(rng)
    language = rng.choice([*MONTHS])
    name = MONTHS[language].split()[m - 1]
    of = " de " if language in ("es", "pt") else " "
    dot = "." if language in ("de", "da") else ""
    return rng.choice(
        (
            *(f"{d}{dot}{of}{name}{of}{y}", f"{d}{dot}{of}{name}{of}{y}", f"{d:02}.{m:02}.{y}"),
            *(f"{d}. {m}. {y}", f"{d:02}/{m:02}/{y}", f"{d:02}-{m:02}-{y}"),
            *(f"{y}年{m}月{d}日", f"{y}년 {m}월 {d}일", f"{d}.{m}.{y % 100:02}"),
            *(f"seit dem {d}.{m}.", f"am {d:02}.{m:02}.", f"Sturz vom {d}.{m}.{y % 100:02}"),
            *(f"le {d:02}/{m:02}", f"depuis le {d:02}/{m:02}", f"le {d} {name}"),
        )
    )


def write_age(rng: random.Random) -> str:
    """An age over 89 and mostly the sex, in the shorthand of an emergency department."""
    age, sex = rng.choice([*range(90, 104)] * 3 + [*range(104, 115)]), rng.choice("MF")
    word = "female" if sex == "F" else "male"
    return rng.choice(
        (
            *(f"{age}{sex}", f"{age} {sex}", f"{age}yo{sex}", f"{age} YO{sex}", f"{age}YO{sex}"),
            *(f"{age} yo {sex}", f"{age}yo", f"{age} y/o", f"{age} y/o {word}", f"{age}y{sex}"),
            *(f"{age} y.o. {word}", f"{age}-year-old {word}", f"{age} year old {word}"),
            *(f"{age} yr old", f"{age}yr old {word}", f"{age} y {sex}", f"{age} yrs old"),
            *(f"{age} years of age", f"{age} y o {sex}", f"{age}-yr-old", f"{age} YOW{sex}"),
            *(f"{age} {word}", f"{age}Y/O{sex}", f"{age} YR OLD {word.upper()}", f"{age} years"),
        )
    )


def write_age_in_words(rng: random.Random) -> str:
    """An age over 89 in a sentence, in other languages, or without a figure."""
    age = rng.randint(91, 108)
    return rng.choice(
        (
            *(f"aged {age}", f"age {age}", f"age: {age}", f"AGE {age}", f"she turned {age}"),
            *(f"{age}/F", f"F/{age}", f"M/{age}", f"woman of {age}", f"Age (years): {age}"),
            *("ninety-two year old man", "ninety four years old", "in her 90s", f"she is {age}"),
            *(f"{age} Jahre alt", f"{age}-jährige Patientin", f"{age} ans", f"{age} años"),
            *(f"{age} anni", f"{age}岁", f"{age}歳", f"{age}세", f"{age}th birthday"),
            *(f"{age} J. männl.", f"{age}j. Pat.", f"Pat. ({age} J.)", f"{age}jährige Frau"),
            *(f"{age} J. alt", f"Patientin, {age}", f"{age} jr", f"H {age} ans", f"F {age} a."),
        )
    )


KINDS: dict[str, Made] = {
    "phone": one_of(
        alone(PHONES["us"]),
        announced("tel | cell | fax | phone | mobile", PHONES["us"] + " | 555-01##"),
        lambda rng: rng.choice(("call me at ", "my number is ")) + fill(PHONES["us"], rng),
    ),
    "fax or phone abroad": announced(
        "tel | Telefon | Handy | fax | téléphone | móvil | 电话", " | ".join(PHONES.values())
    ),
    "email": alone("jo.doe^#@mail.example.org | a^^#@clinic.co.uk | ^^^.smith@gmail.com"),
    "web address": alone(
        "https://www.facebook.com/^^^## | see www.my-page^#.net/me | http://example.org/~^^ | "
        "mypage^.com/p/##"
    ),
    "ip address": alone(
        "192.168.#.1# | sent from 10.0.#.2# | 2001:0db8:85a3:0000:0000:8a2e:0:73#4"
    ),
    "social security": one_of(
        announced(
            "ssn | social security | SS# | soc sec | social security number",
            "###-##-#### | ### ## #### | ######### | xxx-xx-####",
        ),
        alone("4##-##-#### | 5## ## ####"),
    ),
    "record number": announced(
        "mrn | med rec | medical record | chart | patient id | pt id | hospital number | MR# | "
        "medical record number | patient number | record no | chart #",
        "####### | 00###### | E####### | ##-##-## | ^^-##### | ##### | ### ### ### | #####-^",
    ),
    "health plan": announced(
        "member id | policy | policy number | insurance id | medicare id | medicaid | "
        "group number | subscriber id | health plan id | BCBS id | policy #",
        "^^^######### | W######### | ########## | #^^#-^^#-^^## | ^^^ ### ### ### | ######-##",
    ),
    "account": announced(
        "acct | account | account number | encounter | visit no | case no | claim number | csn | "
        "invoice no | visit number",
        "######## | ^^-###### | #####-##### | V######## | 20######",
    ),
    "license": announced(
        "driver's license | drivers license | DL # | license number | passport | license plate | "
        "passport no | NPI | DEA number | certificate no",
        "^####### | ^###-####-#### | ######### | #^^^### | C##^##^##",
    ),
    "device": announced(
        "serial | serial no | device id | pacemaker serial number | S/N | implant serial number",
        "^^^######^ | ########## | ^^##### | PJN###### | ####-####-#",
    ),
    "vehicle": alone("VIN 1HGCM82633A00#### | JH4KA7561PC00#### | vehicle 2T1BURHE0JC0#####"),
    "zip code": alone(
        "zip 0#1## | zip code: 6#6## | lives in Boston MA 021## | ZIP 9####-#### | 021##-#### | "
        "Springfield, IL 62### | zipcode 1#### | postcode SW1A #AA | moved to TX 75###"
    ),
    "street address": alone(
        "lives at 4# Elm Street | 1#2 Main St | 2### N. Oak Avenue | 7#5 SW Maple Rd | "
        "PO Box 1### | 1# Rose Lane | 3## Park Blvd. | 12#4 SUNSET DRIVE | "
        "Hauptstraße 1# | 1# rue de la Paix | Calle Mayor 1#"
    ),
    "date": write_day,
    "day of birth": write_birthday,
    "date abroad": write_day_abroad,
    "age over 89": write_age,
    "age over 89 in words": write_age_in_words,
    "card": alone(
        "4### #### #### #### | 5###-####-####-#### | card 4############### | "
        "amex 37## ###### ##### | DE## #### #### #### #### ## | iban GB##NWBK##############"
    ),
    "national number": one_of(
        announced("nhs no | nhs number | NHS | nhs #", "### ### #### | ##########"),
        announced("dni | DNI n° | NIE", "########Z | X#######L"),
        announced("Versichertennummer | Fallnummer | Pat.-Nr. | KVNR", "^######### | ########"),
        announced("personnummer | CPR | PESEL | BSN | CPF | Aadhaar", "########### | #########"),
        announced("numéro de sécurité sociale | n° de dossier | NIR", "1 8# 07 7# ### ### ##"),
        announced("身份证号 | 病历号 | 患者番号 | 환자번호", "########"),
        alone(
            "11010119900307#### | RSSMRA8#A01H501U | 1#3.4#6.7#9-0# | 2 84 05 75 #16 123 4# | "
            "900101-1###### | AB 12 34 5# C | 19850101-12## | 756.12##.5678.9# | 2345 67## 9012"
        ),
    ),
}


def plant(rng: random.Random, kind: str) -> tuple[str, int, int]:
    """A text with an identifier of a kind, and where that begins and ends."""
    made = KINDS[kind](rng)
    frame = rng.choice(AGE_FRAMES if kind == "age over 89" else FRAMES)
    start = frame.index("{}")
    return frame.format(made), start, start + len(made)
