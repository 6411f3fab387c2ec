"""An encoding is taken from the file's mark, or guessed where no other one is plausible."""

import codecs
import time

import numpy as np
import pytest
from written_tables import FORMS, ROWS, rows_of

from intake_triage.errors import InputError
from intake_triage.file_params import UNTOLD
from intake_triage.records.tables.read import read_table

# Invented complaints, and the encodings that exports of such a table have.
COMPLAINTS = {
    "German": "Übelkeit seit gestern/Schmerzen im Rücken/Husten für drei Tage/müde und schwach/"
    "Ausschlag am Fuß/geschwollener Knöchel/Schwäche in den Händen/Durchfall/Schürfwunde",
    "French": "douleur à la poitrine/fièvre et frissons/mal de tête sévère/éruption cutanée/"
    "gêne respiratoire à l'effort/brûlures d'estomac/douleur au côté gauche/choc reçu à l'œil",
    "Spanish": "dolor desde anoche/fiebre y escalofríos/niño con tos/erupción en la espalda/"
    "lesión en la muñeca/visión borrosa/presión alta, qué hago/años con migraña/señal de ardor",
    "Polish": "ból w klatce piersiowej/gorączka i dreszcze/swędzenie, wysypka/skręcona kostka/"
    "zawroty głowy/nie mogę spać/duszność przy wysiłku/złamana ręka/mdłości i żółta skóra",
    "Czech": "bolest na hrudi od včera/horečka a zimnice/svědění kůže/vyvrtnutý kotník/závratě/"
    "nemůžu spát/dušnost při zátěži/kašel tři dny/zlomená ruka/nevolnost, žízeň/řezná rána",
    "Turkish": "göğüs ağrısı/ateş ve üşüme/sırtta döküntü, kaşıntı/ayak bileği burkulması/"
    "baş dönmesi/bel ağrısı, uyuyamıyorum/nefes darlığı/öksürük/kırık kol/mide bulantısı",
    "Russian": "боль в груди/температура и озноб/сыпь на спине, зуд/вывих лодыжки/головокружение/"
    "не могу спать/рана гноится/одышка/вся спина горит/кашляю три дня/"
    "сломана рука/тошнота и рвота",
    "Greek": "πόνος στο στήθος από χθες/πυρετός και ρίγη/εξάνθημα στην πλάτη/διάστρεμμα/"
    "ζάλη και ναυτία/πόνος στη μέση/δύσπνοια στην κόπωση/βήχας/σπασμένο χέρι/πονοκέφαλος",
    "Chinese": "昨天开始胸痛/发热伴寒战/背部皮疹瘙痒/踝关节扭伤/头晕恶心/腰痛睡不着/"
    "活动后气短/咳嗽三天/手臂骨折/头痛剧烈",
    "traditional Chinese": "昨天開始胸痛/發熱伴寒戰/背部皮疹搔癢/踝關節扭傷/頭暈噁心/"
    "腰痛睡不著/咳嗽三天/手臂骨折",
    "Japanese": "昨日から胸が痛い/熱と寒気がある/背中に発疹、かゆい/足首をひねった/めまいと吐き気/"
    "腰が痛くて眠れない/三日間咳が続く/腕の骨折/ひどい頭痛",
    "Korean": "어제부터 가슴이 아파요/열이 나고 오한이 있어요/등에 발진과 가려움/발목을 삐었어요/"
    "어지럽고 메스꺼움/허리가 아파서 잠을 못 자요/사흘째 기침/팔이 부러졌어요/심한 두통",
    "English": "can’t sleep/doesn’t eat, it’s worse/“sharp” pain – left knee/cut at the café/"
    "38.5 °C for 3–5 days/50 µg daily/½ tablet/paid £20/hurts… then numb/pain—fever/I’ve a rash",
}
SAVED = [
    *(("German", "cp1252"), ("German", "latin-1"), ("German", "cp850"), ("French", "cp1252")),
    *(("Spanish", "cp1252"), ("Polish", "cp1250"), ("Polish", "iso8859-2"), ("Czech", "cp1250")),
    ("Polish", "cp852"),
    *(
        ("Turkish", "cp1254"),
        ("Turkish", "iso8859-9"),
        ("Russian", "cp1251"),
        ("Russian", "koi8-r"),
    ),
    *(("Russian", "cp866"), ("Greek", "cp1253"), ("Greek", "iso8859-7"), ("Chinese", "gb18030")),
    *(("traditional Chinese", "big5"), ("Japanese", "shift_jis"), ("Japanese", "euc_jp")),
    *(("Korean", "cp949"), ("English", "cp1252")),
]


def make_table(language: str, n_rows: int, rng: np.random.Generator) -> str:
    complaints = rng.choice(COMPLAINTS[language].split("/"), n_rows)
    return "id,complaint,level\n" + "".join(
        f'{i:04d},"{complaint}",{i % 3}\n' for i, complaint in enumerate(complaints)
    )


@pytest.mark.parametrize("n_rows", [40, 2000])
@pytest.mark.parametrize(("language", "encoding"), SAVED)
def test_a_usual_encoding_of_a_language_is_found(tmp_path, rng, language, encoding, n_rows):
    text = make_table(language, n_rows, rng)
    (tmp_path / "forms.csv").write_bytes(text.encode(encoding))
    (tmp_path / "same.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "forms.csv", UNTOLD)
    assert rows_of(table) == rows_of(read_table(tmp_path / "same.csv", UNTOLD))


def test_long_lines_of_ascii_take_no_long_time(read, rng):
    lines = "".join(f"{i},{'pain ' * 800},1\n" for i in range(300))
    text = make_table("German", 40, rng) + lines
    start = time.process_time()
    assert len(read(text.encode("cp1252")).frame) == 340
    assert time.process_time() - start < 8  # a search that begins anew at each letter takes 20


def among_plain_rows(*complaints: str) -> str:
    """A table of a thousand rows, nearly all of them ASCII."""
    rows = ["itchy rash", "sore throat, fever"] * 500
    rows[100 : 100 + len(complaints)] = complaints
    return "id,complaint\n" + "".join(f'{i:04d},"{row}"\n' for i, row in enumerate(rows))


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman"])
@pytest.mark.parametrize(
    "complaints",
    [
        ["can’t sleep", "doesn’t eat", "it’s sore", "I’ve a rash", "knee won’t bend", "we’re here"],
        ["the patient’s knee"] * 6,
        ["it’s worse… and sore", "‘odd’ feeling", "pain—sharp", *["can’t sleep"] * 5],
        [f"“{how} pain” in one leg" for how in ("sharp", "dull", "odd", "new", "bad")],
        ["38.5 °C", "39 °", "37°", "36.6°C", "101 °F"],
    ],
)
def test_a_few_signs_of_print_in_an_english_table_are_enough(read, encoding, complaints):
    text = among_plain_rows(*complaints)
    table = read(text.encode(encoding))
    assert rows_of(table) == rows_of(read(text))
    assert table.found["encoding"] == encoding


@pytest.mark.parametrize(
    ("complaint", "encoding"),
    [("seen in Poznań", "cp1250"), ("Ménière’s disease", "cp1252"), ("a β-blocker", "cp1253")],
)
def test_one_word_that_encodings_read_differently_stops_an_english_table(
    refusal, complaint, encoding
):
    text = among_plain_rows(*["can’t sleep", "it’s sore"] * 50, complaint)
    assert "which encoding it is cannot be told for sure" in refusal(text.encode(encoding))


@pytest.mark.parametrize(
    ("complaint", "encoding"),
    [
        ("no es de este país", "mac-roman"),  # as cp1252: pa’s
        ("3 ó 4 dias", "mac-roman"),  # 3 — 4
        ("fiebre de 38º", "mac-roman"),  # 38¼
        ("si, sí", "mac-roman"),  # s’
        ("voilà", "cp850"),  # voil…
        ("can’t sleep", "iso8859-7"),  # as cp850: canót
    ],
)
def test_a_letter_that_could_be_a_sign_of_print_does_not_make_a_table_english(
    refusal, complaint, encoding
):
    text = among_plain_rows(*[complaint] * 9)
    assert "which encoding it is cannot be told for sure" in refusal(text.encode(encoding))


@pytest.mark.parametrize("language", COMPLAINTS)
@pytest.mark.parametrize("n_rows", [1, 3, 8, 20])
def test_a_short_table_is_read_right_or_refused(tmp_path, rng, language, n_rows):
    encodings = (
        *("cp1252", "cp1250", "iso8859-2", "iso8859-15", "cp1254", "cp1257", "cp1251", "koi8-r"),
        *("cp866", "cp850", "cp437", "cp852", "mac-roman", "mac-latin2", "mac-cyrillic", "cp1253"),
        *("gb18030", "big5", "shift_jis", "euc_jp", "cp949", "iso2022_jp"),
    )
    path = tmp_path / "forms.csv"
    for encoding in encodings:
        text = make_table(language, n_rows, rng)
        try:
            path.write_bytes(text.encode(encoding))
            table = read_table(path, UNTOLD)
        except (UnicodeEncodeError, InputError):
            continue
        path.write_text(text, encoding="utf-8")
        assert rows_of(table) == rows_of(read_table(path, UNTOLD)), encoding


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_a_mark(read, encoding, found):
    table = read(FORMS.encode(encoding))
    assert rows_of(table) == ROWS
    assert table.found["encoding"] == found


def test_big_endian_marks_are_read_too(read):
    for mark, encoding in ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_BE, "utf-32-be")):
        assert rows_of(read(mark + FORMS.encode(encoding))) == ROWS


def test_the_encoding_that_is_told_is_taken(read):
    text = "id,complaint\n1,à la tête\n"
    assert read(text.encode("cp1252"), encoding="cp1252").frame.iloc[0, 1] == "à la tête"
    assert read(text.encode("cp1252"), encoding="CP1250").frame.iloc[0, 1] == "ŕ la tęte"
    assert read(text.encode("utf-8-sig"), encoding="utf-8").frame.columns[0] == "id"


def test_encodings_that_give_other_texts_are_named(refusal):
    text = "id,complaint\n1,voilà\n2,là\n3,déjà\n"
    line = refusal(text.encode("cp1252"))
    assert "set data.file.encoding (cp1252, cp1250, " in line  # latin-1 would give the same
    assert "voil" not in line


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (
            "id,x\n1,voilà\n".encode("cp1252"),
            None,
            "not UTF-8, first in line 2, and which encoding it is cannot be told for sure; set",
        ),
        (b"id,x\n1,\x81\x8d\xfe\n", None, "not UTF-8, first in line 2, and which encoding"),
        (FORMS.encode() + b"4,\xff,1,skin\n", "utf-8", "not text in utf-8; name the encoding"),
        (b"\xff\xfe" + FORMS.encode("utf-16-le") + b"a", None, "not text in utf-16; name the"),
        (FORMS.encode("utf-16")[:31], "utf-16", "not text in utf-16; name the encoding"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_one_line(refusal, content, encoding, says):
    assert refusal(content, encoding=encoding).startswith(says)
