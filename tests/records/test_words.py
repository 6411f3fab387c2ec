"""Words are found in every script, and stay apart where accents and vowel signs tell them apart."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import normalizers, pre_tokenizers

from intake_triage.records.words import find_pieces, find_words

ASCII = st.text(st.characters(codec="ascii"), max_size=80)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# What vectorizers and tokenizers of English find, and what the first runs of record were made with.
SCIKIT_LEARN = re.compile(r"(?u)\b\w\w+\b")
BERT = (normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer())


@given(text=ASCII)
@example(text="Don't lift >5 kg, pt_id_7 __ _ a_b 38.5C; O'Neil\x00x\x0by\x7f")
def test_of_ascii_the_words_are_those_of_scikit_learn(text):
    assert find_words(text) == SCIKIT_LEARN.findall(text.lower())


@given(text=ASCII.map(lambda text: re.sub(r"[^ -~\t\n\r]", "", text)))
@example(text="Don't lift >5 kg, pt_id_7 __ _ a_b 38.5C; O'Neil")
def test_of_ascii_the_pieces_are_those_of_bert(text):
    normalizer, pre_tokenizer = BERT
    normalized = normalizer.normalize_str(text)
    assert find_pieces(text) == [piece for piece, _ in pre_tokenizer.pre_tokenize_str(normalized)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("背肿了196天,CT检查,B超", "背 肿 了 196 天 ct 检 查 超"),
        ("二〇二四年、時々頭痛", "二 〇 二 四 年 時 々 頭 痛"),
        ("コーヒーで胸やけ ｶﾞ", "コー ヒー で 胸 や け ｶﾞ"),
        ("เจ็บคอ ๓๘ วัน", "เ จ็ บ ค อ ๓๘ วั น"),
        ("ເຈັບຄໍ", "ເ ຈັ ບ ຄໍ"),
        ("ឈឺក្បាល", "ឈឺ ក្ បា ល"),
        ("ခေါင်းကိုက်", "ခေါ င်း ကို က်"),
        ("मेरी माँ को सिरदर्द है", "मेरी माँ को सिरदर्द है"),
        ("Đau ngực, khó thở", "đau ngực khó thở"),
        ("Rückenschmerzen seit ÜBER 3 Wochen, 38,5 °C", "rückenschmerzen seit über wochen 38"),
        ("ألمٌ في الصدر", "ألمٌ في الصدر"),
        ("배 아픔, 열이 3일", "배 아픔 열이 3일"),
        ("l'estomac à côté", "estomac côté"),
        ("İDRAR yaparken yanma", "idrar yaparken yanma"),
        ("མགོ་ན་གི་འདུག", "མགོ གི འདུག"),
        ("soft\u00adhyphen می\u200cخواهم", "softhyphen میخواهم"),
        ("❤️ 😀 … → ?", ""),
    ],
)
def test_the_words_of_a_language(text, words):
    assert find_words(text) == words.split()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ma", "má"),  # Vietnamese: ghost, cheek
        ("schon", "schön"),
        ("año", "ano"),
        ("दिन", "दीन"),
        ("ขา", "ข้า"),
        ("はな", "ばな"),
        ("علم", "عَلَم"),
    ],
)
def test_marks_that_tell_words_apart_are_kept(one, other):
    assert find_words(one) != find_words(other)
    assert find_pieces(one) != find_pieces(other)


@given(text=ANY)
@example(text="Đau ngực dữ dội, è già, Öl, が, 각")
def test_composed_and_decomposed_accents_are_the_same_word(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert find_words(composed) == find_words(decomposed)
    assert find_pieces(composed) == find_pieces(decomposed)


@given(text=ANY)
def test_words_are_made_of_pieces_and_pieces_hold_all_but_blanks_and_what_is_not_seen(text):
    pieces = find_pieces(text)
    assert set("".join(find_words(text))) <= set("".join(pieces))
    assert not any(re.search(r"\s", piece) for piece in pieces)
    assert find_pieces(" ".join(pieces)) == pieces


def test_digits_and_letters_that_touch_characters_are_words_of_their_own():
    assert find_words("服用aspirin100mg后") == ["服", "用", "aspirin100mg", "后"]


def test_a_mark_without_a_letter_joins_nothing():
    assert find_pieces("° \u0301 x") == ["°", "\u0301", "x"]
    assert find_words(" \u0301 ") == []
