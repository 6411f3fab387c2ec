"""What spoke for a suggestion is what its chance loses without a word or an entry."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.release.score import explain as module
from intake_triage.release.score.explain import MOST_WORDS, explain, locate_words
from intake_triage.release.score.rows import score_forms
from tests.form_tables import SCHEMA
from tests.release.score.conftest import TASKS, judge

FRAME = pd.DataFrame(
    {
        "record_id": ["1", "2", "3", "4"],
        "text": ["chest pain pain now", "?!", "Knie knie Knie", "no fever, no cough, no rash, ok"],
        "age": [7.0, np.nan, 41.0, np.nan],
        "temperature": [np.nan, np.nan, 36.0, 40.0],
        "sex": pd.Series(["female", None, "divers", None], dtype="str"),
    }
)
WITHOUT = {  # by form, what each word and entry leaves of it
    0: {
        "chest": {"text": " pain pain now"},
        "pain": {"text": "chest   now"},
        "now": {"text": "chest pain pain "},
        "form_age": {"age": np.nan},
        "form_sex": {"sex": None},
    },
    1: {},
    2: {
        "knie": {"text": "  "},
        "form_age": {"age": np.nan},
        "form_temperature": {"temperature": np.nan},
        "form_sex": {"sex": None},
    },
}


@pytest.mark.parametrize("at_once", [1, 3, 4096])
def test_points_are_those_of_leaving_out_by_hand(bundle, monkeypatch, at_once):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    scored = score_forms(bundle, FRAME)
    told = explain(bundle, scored)
    for task in TASKS:
        assert len(told[task]) == len(FRAME)
        for i, parts in WITHOUT.items():
            form = FRAME.iloc[i].to_dict()
            decided = scored.decided[task][i]
            full = judge(SCHEMA, task, form)[decided]
            points = {
                name: 100 * (full - judge(SCHEMA, task, form | change)[decided])
                for name, change in parts.items()
            }
            largest = sorted(points, key=lambda name: -abs(points[name]))[:5]
            expected = [f"{n} {points[n]:+.0f}" for n in largest if round(abs(points[n])) > 0]
            assert told[task][i] == ", ".join(expected)
    assert told["urgency"][1] == ""
    assert max(len(each.split(", ")) for each in told["urgency"]) == 5


def test_words_are_found_where_they_stand():
    text = "Chest pain, NO\u00adfever! İstanbul e\u0301te 胸が 38.5 a_b = x"
    places = locate_words(text)
    assert [text[start:end] for ((start, end),) in places.values()] == [
        *("Chest", "pain", "NO\u00adfever", "İstanbul", "e\u0301te", "胸", "が", "38", "5"),
        *("a", "b", "x"),
    ]
    assert locate_words("pain and Pain") == {"pain": [(0, 4), (9, 13)], "and": [(5, 8)]}
    assert locate_words("?! ") == locate_words("") == {}


def test_of_a_long_text_the_first_words_are_asked_and_those_everywhere():
    text = " ".join(f"w{i}" for i in range(3 * MOST_WORDS)) + " w0"
    places = locate_words(text)
    assert len(places) == MOST_WORDS
    assert len(places["w0"]) == 2


@pytest.mark.parametrize("name", ["linear", "gbm", "gbm+mtl"])
def test_every_kind_of_model_is_asked_the_same_question(real_bundle, prepared, name):
    bundle = real_bundle(name)
    frame = prepared.frame.head(12).reset_index(drop=True)
    scored = score_forms(bundle, frame)
    told = explain(bundle, scored)
    some = False
    for i, text in enumerate(frame["text"]):
        for entry in filter(None, told["urgency"][i].split(", ")):
            word, points = entry.rsplit(" ", 1)
            one = frame.iloc[[i]].reset_index(drop=True)
            if word.startswith("form_"):
                one[word.removeprefix("form_")] = one[word.removeprefix("form_")].mask([True])
            else:
                kept = [part for part in text.replace("-", " - ").split() if part != word]
                one["text"] = pd.Series([" ".join(kept)], dtype="str")
            decided = scored.decided["urgency"][i]
            before = scored.said["urgency"].probabilities[i, decided]
            after = bundle.forecast(one)["urgency"].probabilities[0, decided]
            assert f"{100 * (before - after):+.0f}" == points
            some = True
    assert some
