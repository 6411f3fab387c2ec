"""Turns, median, spread, paired ratios and growth."""

import pytest

from benchmarks.repeats import (
    growth_against_linear,
    growth_exponent,
    ratios,
    spread,
    take_turns,
)

SIZES = (10_000, 40_000, 160_000)


def test_candidates_take_turns_within_each_repeat() -> None:
    called = []
    results = take_turns(
        "test", 2, {name: lambda name=name: called.append(name) or len(called) for name in "ab"}
    )
    assert called == ["a", "b", "a", "b"]
    assert results == {"a": [1, 3], "b": [2, 4]}


def test_spread_is_median_least_and_greatest_in_any_order() -> None:
    assert spread([5.0, 1.0, 9.0]) == {"median": 5.0, "min": 1.0, "max": 9.0}


def test_median_of_an_even_number_lies_between() -> None:
    assert spread([1.0, 2.0, 4.0, 100.0])["median"] == 3.0


def test_figures_keep_four_digits_however_large_or_small() -> None:
    assert spread([1234.56])["median"] == 1235.0
    assert spread([0.000123456])["median"] == 0.0001235


def test_ratio_is_taken_within_each_repeat() -> None:
    # The third repeat was slow for both; the quotient of the medians would be 10 / 5 too, but the
    # spread of the pairs shows no trace of it.
    assert ratios([10.0, 12.0, 100.0], [5.0, 6.0, 50.0]) == {"median": 2.0, "min": 2.0, "max": 2.0}


def test_ratio_needs_a_partner_for_every_repeat() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_exponent_is_that_of_a_power_law(power: float) -> None:
    assert growth_exponent(SIZES, [3 * size**power for size in SIZES]) == pytest.approx(power)


def test_growth_against_linear_is_one_where_time_is_proportional() -> None:
    assert growth_against_linear(SIZES, [2.0, 8.0, 32.0]) == 1.0
    assert growth_against_linear(SIZES, [2.0, 8.0, 64.0]) == 2.0


def test_a_fixed_start_makes_growth_less_than_linear() -> None:
    seconds = [5 + size / 1_000 for size in SIZES]
    assert growth_against_linear(SIZES, seconds) < 1
    assert growth_exponent(SIZES, seconds) < 1
