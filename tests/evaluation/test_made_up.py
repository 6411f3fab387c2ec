"""Nobody stands behind a made-up form: nothing is hidden for the smallness of its group.

What is compared is the same split twice, its forms made up or of a clinic's own file.
"""

from dataclasses import replace

import numpy as np
import pytest
from small_split import with_costs

from intake_triage.evaluation.compare import Comparison, compare_systems
from intake_triage.evaluation.curves.operating import WEIGHTS
from intake_triage.statistics.disclosure import smallest_to_show


@pytest.fixture
def params(params):
    """Late ones are wanted, and few of them."""
    return params.model_copy(update={"decision": with_costs(params.decision, too_late_urgent=3.0)})


@pytest.fixture
def split(split):
    """A site that few forms have, and tiers of which the first is rare."""
    labels = split.labels["urgency"]
    labels[np.flatnonzero(labels == 0)[9:]] = 2
    split.subgroups["site"] = np.where(np.arange(300) < 284, "large", "small")
    return split


@pytest.fixture
def compare(fits, forecasts, split, fitted, params):
    """A function from a source to the comparison of its forms."""

    def compare(source: str) -> Comparison:
        shown = {"smallest_shown": smallest_to_show(source)}
        rules = replace(fitted, calibrate=replace(fitted.calibrate, **shown))
        return compare_systems(fits, forecasts, replace(split, **shown), rules, params)

    return compare


def count_none(value) -> int:
    if isinstance(value, dict):
        return sum(map(count_none, value.values()))
    if isinstance(value, list):
        return sum(map(count_none, value))
    return int(value is None)


def without_key(row):
    return {name: value for name, value in vars(row).items() if name not in ("n", "units")}


def test_every_figure_is_shown_that_there_is(compare):
    made_up, people = compare("synthetic"), compare("file")
    assert all(row.shown for row in made_up.results.rows)
    hidden = [row for row in people.results.rows if not row.shown]
    assert {row.measure for row in hidden} >= {"under_triage", "placed", "urgency_right"}
    none = [row for row in made_up.results.rows if row.value is None]
    assert all(row.measure in ("slope", "intercept", "ppv", "observed_to_expected") for row in none)
    assert all(row.n is not None for row in made_up.results.rows if row.value is not None)
    shown = {tuple(without_key(row).items()) for row in made_up.results.rows}
    assert {tuple(without_key(row).items()) for row in people.results.rows if row.shown} <= shown


def test_every_point_of_a_plot_is_drawn(compare):
    made_up, people = compare("synthetic"), compare("file")
    names = {row["system"] for row in made_up.plots["operating"]}
    assert len(made_up.plots["operating"]) == len(names) * len({*WEIGHTS, 3.0})
    for orders in made_up.safety["deferral"].values():
        assert len(orders["at"]) == orders["shares_kept"]
    assert count_none(made_up.plots["confusion"]) == 0 < count_none(people.plots["confusion"])
    for name in ("operating", "risk_coverage", "net_benefit", "load", "conformal"):
        assert len(made_up.plots[name]) > len(people.plots[name]), name


def test_a_subgroup_of_few_is_noise_whoever_it_is(compare, params):
    assert params.compare.min_subgroup == 20
    for source in ("synthetic", "file"):
        rows = compare(source).results.rows
        assert {row.subgroup for row in rows if row.column == "site"} == {"large"}
