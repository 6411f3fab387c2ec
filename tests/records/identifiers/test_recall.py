"""On invented texts: what the screen finds of what was planted, and what it takes by mistake."""

import random

import pytest
from decoys import decoy
from planted import FRAMES, KINDS, PHONES, fill, plant

from intake_triage.records.identifiers.find import find_identifiers, redact, text_patterns

EACH = 120  # texts of a kind; over 2,000 in all
EVERYWHERE = [*PHONES]


@pytest.fixture
def rng():
    return random.Random(20240531)


def is_found(text: str, start: int, end: int, patterns) -> bool:
    """Whether something is found in a part of a text, and no more than that part."""
    found = find_identifiers(text, patterns)
    return bool(found) and all(start <= one.start < one.end <= end for one in found)


def test_of_each_kind_19_in_20_are_found_and_98_in_100_of_all(rng):
    patterns = text_patterns(["us"])
    planted = {kind: [plant(rng, kind) for _ in range(EACH)] for kind in KINDS}
    misses = {
        kind: sum(not is_found(*text, patterns) for text in texts)
        for kind, texts in planted.items()
    }
    assert len(KINDS) >= 12
    assert {kind: n for kind, n in misses.items() if n > 0.05 * EACH} == {}
    assert sum(misses.values()) <= 0.02 * EACH * len(KINDS)


def test_once_redacted_a_text_holds_nothing_more_to_find(rng):
    patterns = text_patterns(EVERYWHERE)
    for kind in KINDS:
        text = plant(rng, kind)[0]
        redacted = redact(text, find_identifiers(text, patterns))
        assert find_identifiers(redacted, patterns) == []


@pytest.mark.parametrize("region", PHONES)
def test_the_telephone_numbers_of_a_named_country_are_found(rng, region):
    patterns = text_patterns([region])
    texts = [rng.choice(FRAMES).format(fill(PHONES[region], rng)) for _ in range(EACH)]
    assert sum(not find_identifiers(text, patterns) for text in texts) <= 0.02 * EACH


@pytest.mark.parametrize("text", ["rash, +49 171 1234567", "0049 171 1234567, rash"])
def test_a_number_with_its_country_is_found_whatever_the_region(text):
    assert find_identifiers(text, text_patterns(["us"]))


@pytest.mark.parametrize("text", ["rash, 0171 1234567", "22 33 44 55 since then"])
def test_a_number_of_a_country_that_is_not_named_is_left_alone(text):
    assert not find_identifiers(text, text_patterns(["us"]))
    assert find_identifiers(text, text_patterns(["us", "de", "no"]))


@pytest.mark.parametrize("regions", [["us"], EVERYWHERE], ids=["us", "everywhere"])
def test_of_clinical_numbers_at_most_one_in_200_is_taken(rng, regions):
    patterns = text_patterns(regions)
    taken = sum(bool(find_identifiers(decoy(rng), patterns)) for _ in range(2000))
    assert taken <= 0.005 * 2000
