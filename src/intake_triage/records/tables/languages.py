"""How well a text reads as a language: the evidence for or against a guessed encoding."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# The letters beyond a to z.
ALPHABETS = {
    "German": "äöüßéèàç",
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
    "Slovak": "áäčďéíľňóôŕšťúýž",
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
LATIN = set("abcdefghijklmnopqrstuvwxyz")
ENGLISH = LATIN | set("äéöüß")  # with those of loan words that Windows encodings share
# Letters that may stand alone: words of some language, and in Greek those of science.
ALONE = set("àáåæèéíóöøő" + "авжзиікосуя" + ALPHABETS["Greek"])
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
USUAL_CHARACTERS = 0.85  # least share of frequent ones
ENOUGH_WORDS = 5  # different ones
ENOUGH_SIGNS = 5
FITTING_WORDS = 0.95

WORD = re.compile(r"\b[^\W\d_]+\b")
# Signs that texts hold beside letters; any other one speaks against a reading, and so does one
# of the second kind right after a letter, or of either kind between two.
SIGNS = "‘‚“”„«»‹›–—…·°®™²³ªº’\u00a0" + "€£¥©±÷×½¼¾µ¡¿§•¨´"
ENGLISH_SIGNS = "‘’“”–—…•°²³®™€£±×½¼¾\u00a0"
FRAMES = set(map(chr, range(0x2500, 0x2600)))  # lines and blocks, which older encodings have
MISREAD = re.compile(r"[^\W\d_][€£¥©±÷×½¼¾µ¡¿§•¨´]|[^\W\d_][‘‚“”„«»‹›°®™²³ªº]+[^\W\d_]")
# Signs where English has them. Left out is what would be a word of another language in an encoding
# that has a letter in the sign's place: país would be pa’s, sí would end in an apostrophe, voilà in
# three dots, a lone ó would be a long dash, and 38º be 38¼.
USUAL = re.compile(
    r"(?<=[a-z])(?<!\bpa)(?<!\bpar)’(?=(?:s|t|d|m|ll|re|ve)\b)"
    r"|(?<!\w)“(?=\w[^“”\r\n]*[\w.,!?]”(?!\w))"
    r"|(?<=[\w,.;)] )–(?= \w)|(?<=\d)–(?=\d)"
    r"|(?<=\d)\ ?°(?=[CF]?(?!\w))|(?<![^\W\d_])µ(?=(?:g|l|m|mol)\b)"
    r"|(?<![\w.])\d?½(?!\w)|(?<!\w)£(?=\d)",
    re.IGNORECASE,
)
UNUSUAL = re.compile(MISREAD.pattern + r"|[^\W\d_](?<!\bO)’(?=[^\W\d_])")


@dataclass(frozen=True)
class Evidence:
    """How much of what is beyond ASCII reads as a language, and how much does not.

    Counts different words that have a letter beyond ASCII; in English, signs such as apostrophes
    of print; in Chinese, Japanese and Korean, characters.
    """

    for_it: int
    against: int
    enough: bool  # is there evidence to conclude anything from
    least_share: float  # of it that must speak for the language
    of_signs: bool = False  # it counts every sign, and not different words

    @property
    def share(self) -> float:
        """In [0, 1]; 0 where nothing is beyond ASCII."""
        return self.for_it / max(1, self.for_it + self.against)

    @property
    def fits(self) -> bool:
        """Whether the text may well be in the language."""
        return self.enough and self.share >= self.least_share


def weigh(text: str, languages: Sequence[str]) -> Evidence:
    """The evidence that a text is in one of the languages, whichever fits best.

    A word fits by its letters, case and script; a sign by its place; a character by being frequent.
    Nothing fits in a text with control characters, frames, or characters that no standard assigns.
    """
    foreign = Counter(c for c in text if c > "\x7f")
    if any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") or c in FRAMES for c in foreign):
        return Evidence(0, foreign.total(), enough=False, least_share=1.0)
    found = [_weigh_characters(foreign, name) for name in languages if name in FREQUENT]
    found.append(_weigh_words(text, set(foreign), [n for n in languages if n in ALPHABETS]))
    if "English" in languages:
        found.append(_weigh_signs(text))
    return max(found, key=lambda evidence: (evidence.share, evidence.for_it))


def _weigh_words(text: str, foreign: set[str], languages: Sequence[str]) -> Evidence:
    words = {word for word in WORD.findall(text) if not word.isascii()}
    misread = set(MISREAD.findall(text)) | {c for c in foreign if not (c.isalpha() or c in SIGNS)}
    # For each word in usual case, the letters that its language must have.
    letters = [
        set(word.lower())
        for word in words
        if _is_in_usual_case(word) and (len(word) > 1 or word.lower() in ALONE)
    ]
    fitting = 0
    for language in languages:
        alphabet = set(ALPHABETS[language])
        if language not in WITHOUT_LATIN:
            alphabet |= LATIN
        fitting = max(fitting, sum(map(alphabet.issuperset, letters)))
    n_words = len(words) + len(misread)
    return Evidence(fitting, n_words - fitting, n_words >= ENOUGH_WORDS, FITTING_WORDS)


def _weigh_signs(text: str) -> Evidence:
    """Of English: signs alone speak for a reading; words with letters that it lacks, against."""
    rest, n_usual = USUAL.subn("", text)
    odd_words = [
        word
        for word in re.findall(r"\w+", rest)
        if not (word.isascii() or (_is_in_usual_case(word) and ENGLISH.issuperset(word.lower())))
    ]
    odd_signs = [c for c in rest if not (c.isascii() or c.isalpha() or c in ENGLISH_SIGNS)]
    return Evidence(
        n_usual,
        len(odd_words) + len(odd_signs) + len(UNUSUAL.findall(rest)),
        n_usual >= ENOUGH_SIGNS,
        FITTING_WORDS,
        of_signs=True,
    )


def _is_in_usual_case(word: str) -> bool:
    return word in (word.lower(), word.upper(), word.capitalize())


def _weigh_characters(foreign: Counter[str], language: str) -> Evidence:
    letters = {c: n for c, n in foreign.items() if c.isalpha()}
    total = sum(letters.values())
    kana = sum(n for c, n in letters.items() if "\u3041" <= c <= "\u30ff")
    standard, frequent = FREQUENT[language]
    first_bytes = {c: _first_byte(c, standard) for c in letters}
    usual = sum(n for c, n in letters.items() if first_bytes[c] in frequent)
    if language == "Japanese":
        usual = usual + kana if kana >= LEAST_KANA * total else 0
    if language == "Chinese":
        beyond = sum(n for c, n in letters.items() if first_bytes[c] in BEYOND_KOREAN)
        usual = usual if beyond >= LEAST_BEYOND_KOREAN * total else 0
    return Evidence(usual, total - usual, len(letters) >= ENOUGH_CHARACTERS, USUAL_CHARACTERS)


def _first_byte(character: str, standard: str) -> int:
    try:
        encoded = character.encode(standard)
    except UnicodeEncodeError:
        return 0
    return encoded[0] if len(encoded) == 2 else 0
