"""How well a text reads as a language: the evidence for or against a guessed encoding."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

# The letters beyond a to z.
ALPHABETS = {
    "German": "äöüßéèàôç",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Dutch": "áéíóúäëïöüèê",
    "Italian": "àèéìíòóùú",
    "Spanish": "áéíñóúü",
    "Portuguese": "áàâãçéêíóôõú",
    "Catalan": "àçéèíïóòúü",
    "Danish": "æøåéèêòóôü",
    "Swedish": "åäöéàü",
    "Finnish": "åäöšž",
    "Estonian": "äõöüšž",
    "Icelandic": "áðéíóúýþæö",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýžöü",
    "Slovak": "áäčďéíĺľňóôŕšťúýžöü",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîșțşţ",
    "Croatian": "čćđšž",
    "Turkish": "çğıi̇öşüâîû",
    "Latvian": "āčēģīķļņšūž",
    "Lithuanian": "ąčęėįšųūž",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "Russian": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Bulgarian": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "Arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
}
WITHOUT_LATIN = ("Greek", "Russian", "Ukrainian", "Bulgarian", "Serbian", "Hebrew", "Arabic")
# A national standard, and the first bytes of the characters that it has for being used much.
FREQUENT = {
    "Chinese": ("gb2312", range(0xB0, 0xD8)),
    "traditional Chinese": ("big5", range(0xA4, 0xC7)),
    "Japanese": ("euc_jp", range(0xB0, 0xD0)),
    "Korean": ("euc_kr", range(0xB0, 0xC9)),
}
ENOUGH_CHARACTERS = 20  # different ones
LEAST_KANA = 0.1  # of a Japanese text
# Korean read as Chinese has frequent characters alone, but of these the first half, by their codes.
BEYOND_KOREAN, LEAST_BEYOND_KOREAN = range(0xC9, 0xD8), 0.1
ENOUGH_WORDS = 5  # different ones

WORD = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)*")
# Signs that texts hold beside letters; any other one speaks against a reading, and so does one
# of the second kind right after a letter, or of either kind between two.
SIGNS = "‘‚“”„«»‹›–—…·°®™²³ªº’\u00a0" + "€£¥©±÷×½¼¾µ¡¿§•¨´"
MISREAD = re.compile(r"[^\W\d_][€£¥©±÷×½¼¾µ¡¿§•¨´]|[^\W\d_][‘‚“”„«»‹›…°®™²³ªº]+[^\W\d_]")


def share_in_language(text: str, languages: Sequence[str]) -> tuple[float, int]:
    """How much of what is beyond ASCII reads as one of the languages, whichever is best.

    Returns
    -------
    share : float
        Of the different words that have a letter beyond ASCII, or an apostrophe of print, those
        whose letters, case and script fit; in Chinese, Japanese and Korean, of the characters.
        0 for a text with control characters or ones that no standard assigns.
    n_words : int
        How many different words or characters that is a share of; 0 for fewer than can tell.
    """
    foreign = Counter(c for c in text if c > "\x7f")
    if any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") for c in foreign):
        return 0.0, 0
    if languages[0] in FREQUENT:
        return _share_of_characters(foreign, languages[0])
    return _share_of_words(text, set(foreign), languages)


def _share_of_words(text: str, foreign: set[str], languages: Sequence[str]) -> tuple[float, int]:
    words = {word for word in WORD.findall(text) if not word.isascii()}
    misread = set(MISREAD.findall(text)) | {c for c in foreign if not (c.isalpha() or c in SIGNS)}
    # For each word in usual case, the letters that its language must have.
    letters = [
        set(word.lower()) - {"’"}
        for word in words
        if word in (word.lower(), word.upper(), word.capitalize())
    ]
    fitting = 0
    for language in languages:
        alphabet = set(ALPHABETS[language])
        if language not in WITHOUT_LATIN:
            alphabet |= set("abcdefghijklmnopqrstuvwxyz")
        fitting = max(fitting, sum(alphabet.issuperset(own) for own in letters))
    n_words = len(words) + len(misread)
    return fitting / max(1, n_words), n_words if n_words >= ENOUGH_WORDS else 0


def _share_of_characters(foreign: Counter[str], language: str) -> tuple[float, int]:
    letters = {c: n for c, n in foreign.items() if c.isalpha()}
    total = max(1, sum(letters.values()))
    kana = sum(n for c, n in letters.items() if "\u3041" <= c <= "\u30ff")
    standard, frequent = FREQUENT[language]
    first_bytes = {c: _first_byte(c, standard) for c in letters}
    usual = sum(n for c, n in letters.items() if first_bytes[c] in frequent)
    if language == "Japanese":
        usual = usual + kana if kana >= LEAST_KANA * total else 0
    if language == "Chinese":
        beyond = sum(n for c, n in letters.items() if first_bytes[c] in BEYOND_KOREAN)
        usual = usual if beyond >= LEAST_BEYOND_KOREAN * total else 0
    return usual / total, len(letters) if len(letters) >= ENOUGH_CHARACTERS else 0


def _first_byte(character: str, standard: str) -> int:
    try:
        encoded = character.encode(standard)
    except UnicodeEncodeError:
        return 0
    return encoded[0] if len(encoded) == 2 else 0
