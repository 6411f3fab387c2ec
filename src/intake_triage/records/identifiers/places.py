"""Post codes and street addresses."""

from intake_triage.records.identifiers.pattern import END, NO_UNIT, START, Pattern, pattern

POST_CODE_WORD = r"zip(?:[ -]?code)?|post ?code|postal code|postleitzahl|plz|c[óo]d(?:e|igo) postal"
STATE = (
    r"(?-i:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|"
    r"S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
)
BRITISH = r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"
CANADIAN = r"[a-z]\d[a-z][ -]?\d[a-z]\d"

# What makes "10 feet off road" and "20 minute drive" no address.
NO_NAME = (
    r"(?!(?:feet|foot|ft|min\w*|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?|miles?|km|m|mm|cm|"
    r"mg|mph|cars?|people|percent|blocks?|yards?|steps|times|x|y/?o|old|per|more|other|on|off|in|at|"
    r"the|from|of|down|up|by|to|and|with|for|while|near|into|is|was|her|his|my|a|an)\b)"
)
ROAD = (
    r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|drive|highway|hwy|parkway|pkwy|terrace|"
    r"(?-i:St|Dr(?!\.? [A-Z])|Ln|Ct|Court|Pl|Place|Way|Circle|Square|Crescent|Close))\b"
)
STREET_WORD = (  # one of those that the patterns below look for
    rf"{ROAD}|\b(?:p\.? ?o\.? ?box|\d(?:th|st|nd|rd) st|rue|boulevard|chemin|impasse|quai|calle|"
    r"avenida|avda|plaza|viale|corso|piazza|rua|travessa)\b|stra(?:ß|ss)e|str\.|"
    r"(?:gasse|allee|straat|str|weg|platz)\b"
)
# German words that begin or end as a street does: "Menstr. 12", "Atemweg 2".
NO_STREET = (
    r"(?!(?:(?:men|demon|regi|(?:ad)?mini|(?:re)?kon|ob|de|re|fene|seque|ga|ka|seme)str(?!a)|"
    r"(?:atem|luft|harn|gallen|verdauungs|infektions|übertragungs|zugangs|arbeits|heim|hin|rück)weg|"
    r"(?:arbeits|pflege|intensiv|sitz|steh|park|schlaf|therapie|studien|warte|betten)platz))"
)
NO_GERMAN_UNIT = (
    r"(?! ?(?:h|std|stunden?|tage?n?|wochen?|monaten?|jahren?|mal|uhr|meter|m|cm|mm)\b)"
)
NAME = r"(?-i:[A-Z][\w' ]{2,25}?)"

PLACES = (
    pattern(
        "street_address",
        rf"(?<![\w.,/:-])\d{{1,5}}[a-z]?,? (?:[nsew]{{1,2}}\.? )?"
        rf"(?:{NO_NAME}[a-z][\w'-]*\.? ){{1,3}}?{ROAD}|"
        r"(?<![\w.,/:-])\d{1,5} [nsew]\.? \d{1,3}(?:st|nd|rd|th) (?:st|ave)\w*|"
        r"\bp\.? ?o\.? ?box \d+|"
        rf"\b{NO_STREET}(?:[a-zäöüß-]{{3,30}}(?:stra(?:ß|ss)e|str\.|gasse|allee|straat) ?|"
        r"(?-i:[A-ZÄÖÜ][a-zäöüß-]{2,30}(?:str|weg|platz)) |"
        r"(?-i:(?!Auf|Der|Die|Dieser?|Einer?|Zur)[A-ZÄÖÜ][a-zäöüß-]{2,30} "
        r"(?:Stra(?:ß|ss)e|Str\.?|Gasse|Allee)) ?)"
        rf"\d{{1,4}}[a-z]?\b{NO_GERMAN_UNIT}{NO_UNIT}|"
        r"(?<![\w/.])\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|chemin|impasse|quai) "
        r"(?:d|(?-i:[A-Z]))|"
        r"\b(?:calle|avenida|avda\.|plaza|viale|corso|piazza|rua|travessa) "
        rf"{NAME},? (?:n[º°.] ?)?\d{{1,4}}{NO_UNIT}",
    ),
    pattern(
        "zip_code",
        # A state before it, in capitals: "of 50000 units" is no address.
        rf"{START}(?:(?:{POST_CODE_WORD})[\s:#-]*(?:is )?(?:\d{{5}}(?:-\d{{4}})?|{BRITISH}|"
        rf"{CANADIAN}|\d{{4}}(?: ?[a-z]{{2}})?|\d{{2,5}}[ -]\d{{2,4}})|"
        rf"{STATE},? \d{{5}}(?:-\d{{4}})?|\d{{5}}-\d{{4}}){END}{NO_UNIT}",
    ),
)
# A dose may have this shape, so the country must be named, and the letters must be capitals.
POST_CODES = {
    "gb": r"(?-i:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})",
    "ca": r"(?-i:[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)",
}


def place_patterns(regions: list[str]) -> tuple[Pattern, ...]:
    """What is an address, with the post codes that only a named country has in this shape."""
    codes = (POST_CODES[region] for region in regions if region in POST_CODES)
    return (*PLACES, *(pattern("zip_code", START + code + END) for code in codes))
