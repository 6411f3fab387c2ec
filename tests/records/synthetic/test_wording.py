"""Texts say what is mentioned, in its place, and nothing else about the patient."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.records.synthetic.classes import ALSO, DENIED, NOW, PAST, RELATIVE
from intake_triage.records.synthetic.fields import DURATIONS
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.network import Circumstances
from intake_triage.records.synthetic.wording import Writer

N = 400


@pytest.fixture
def writer(catalogue, model) -> Writer:
    """A writer without typing errors and filler, so that phrases can be looked for."""
    zero = np.zeros(len(model.network.kind))
    habits = replace(model.network.habits, typo=zero, filler=zero)
    return Writer(catalogue, habits, model.network.month)


def write(
    writer: Writer,
    mentions: list[tuple[int, int, int]],
    *,
    seed: int = 0,
    site: int = 3,
    day: int = 5,
    told: bool = False,
) -> list[str]:
    """400 texts of the same mentions, each (thing, role, intensity), at one site on one day."""
    same = np.zeros(N, dtype=np.int64)
    where = Circumstances(same + site, same + day, same, same, same, same, same)
    thing, role, intensity = np.array(mentions).T
    repeated = Mentions(
        record=np.repeat(np.arange(N), len(mentions)),
        thing=np.tile(thing, N),
        role=np.tile(role, N),
        intensity=np.tile(intensity, N),
        course_now=np.zeros((N, 2), dtype=np.int64),
        course_aside=np.zeros((N, 2), dtype=np.int64),
    )
    week = np.full(N, list(DURATIONS).index(7))
    rng = np.random.default_rng(seed)
    return writer.write(rng, where, repeated, duration=week, told=np.full(N, told))


def phrases_of(catalogue, name: str) -> list[str]:
    return [p for words in catalogue.things[name].model_dump().values() for p in words]


def says(text: str, phrases: list[str]) -> bool:
    return any(phrase in text for phrase in phrases)


def test_every_mention_is_written(catalogue, writer):
    names = list(catalogue.things)
    mentions = [(names.index("fever"), NOW, 0), (names.index("rash"), DENIED, 0)]
    for text in write(writer, mentions):
        assert says(text, phrases_of(catalogue, "fever")), text
        assert says(text, phrases_of(catalogue, "rash")), text


@pytest.mark.parametrize(
    ("role", "key"), [(DENIED, "denied"), (PAST, "past"), (RELATIVE, "relative"), (ALSO, "also")]
)
def test_a_mention_off_the_present_carries_the_cue_of_its_place(catalogue, writer, role, key):
    cough = list(catalogue.things).index("cough")
    clause = catalogue.wording.clauses[key]
    cues = [
        p for side in (clause.before, clause.after) for w in side.model_dump().values() for p in w
    ]
    texts = write(writer, [(cough, role, 0)])
    assert all(says(text, cues) for text in texts)
    assert len(set(texts)) > 10


def test_an_intensity_stands_beside_its_own_complaint(catalogue, writer):
    names = list(catalogue.things)
    mentions = [(names.index("headache"), NOW, 2), (names.index("fever"), NOW, 0)]
    severe = [p for w in catalogue.wording.intensities["severe"].model_dump().values() for p in w]
    for text in write(writer, mentions):
        beside = [
            f"{a} {b}"
            for word in severe
            for phrase in phrases_of(catalogue, "headache")
            for a, b in ((word, phrase), (phrase, word))
        ]
        assert says(text, beside), text


def test_a_form_without_a_present_complaint_says_so_vaguely(catalogue, writer):
    cough = list(catalogue.things).index("cough")
    vague = [p for words in catalogue.wording.vague.model_dump().values() for p in words]
    assert all(says(text, vague) for text in write(writer, [(cough, PAST, 0)]))


def test_the_duration_is_written_where_it_is_told(catalogue, writer):
    mentions = [(list(catalogue.things).index("cough"), NOW, 0)]
    weeks = ("1 week", "1w")
    assert all(says(text, weeks) for text in write(writer, mentions, told=True))
    assert not any(says(text, weeks) for text in write(writer, mentions, told=False))


def test_sites_differ_in_their_habits_and_the_lay_register_grows(catalogue, writer):
    """The same mentions: abbreviations by site, patients' own words by date."""
    mentions = [(list(catalogue.things).index("breathlessness"), NOW, 0)]
    sob = [np.mean(["sob" in t for t in write(writer, mentions, site=s)]) for s in range(12)]
    assert max(sob) > 2 * min(sob) + 0.05
    lay = catalogue.things["breathlessness"].lay
    early, late = (
        np.mean([says(t, lay) for s in range(12) for t in write(writer, mentions, site=s, day=day)])
        for day in (0, 729)
    )
    assert late > early + 0.04


def test_typing_errors_swap_letters_inside_words_only(catalogue, model):
    often = replace(model.network.habits, typo=np.full(len(model.network.kind), 0.02))
    writer = Writer(catalogue, often, model.network.month)
    mentions = [(list(catalogue.things).index("tiredness"), NOW, 0)] * 2
    clean = Writer(
        catalogue,
        replace(often, typo=np.zeros(len(model.network.kind))),
        model.network.month,
    )
    pairs = list(zip(write(writer, mentions), write(clean, mentions), strict=True))
    changed = [(a, b) for a, b in pairs if a != b]
    assert len(changed) > 50
    for wrong, right in changed:
        assert [sorted(word) for word in wrong.split()] == [sorted(w) for w in right.split()]
