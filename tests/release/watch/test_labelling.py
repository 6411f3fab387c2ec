"""Labels that are missing: at random or not, and what the rates would be."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from intake_triage.release.watch.alarms import FormTerms
from intake_triage.release.watch.forms import as_forms
from intake_triage.release.watch.labelling import describe_labelling, standardize
from tests.release.watch.conftest import SCHEMA, Truth, make_pilot


def describe(keep, *, n=2000, seed=0):
    frame, labels = make_pilot(n, seed=seed)
    labels.loc[~keep(frame), "urgency"] = None
    return describe_labelling(as_forms(frame, labels, SCHEMA))["urgency"]


def test_labels_missing_at_random_seldom_look_otherwise():
    """Of 60 pilots, by Holm's method, some 3 have a factor that looks as if it mattered."""
    found = [
        any(
            factor["depends"]
            for factor in describe(
                lambda frame, k=k: np.random.default_rng(1000 + k).random(len(frame)) < 0.6,
                seed=k,
                n=600,
            )["factors"].values()
        )
        for k in range(60)
    ]
    assert sum(found) <= 9


@pytest.mark.parametrize("factor", ["suggested", "to_nurse", "look", "site"])
def test_what_labels_depend_on_is_found(factor, rng):
    def keep(frame):
        seldom = {
            "suggested": frame["urgency"] == "later",
            "to_nurse": ~frame["to_nurse"],
            "look": frame["date"] >= frame["date"].max() - pd.Timedelta("20D"),
            "site": frame["form_site"] == "south",
        }[factor]
        return rng.random(len(frame)) < np.where(seldom, 0.4, 0.9)

    depends = [name for name, each in describe(keep)["factors"].items() if each["depends"]]
    assert factor in depends
    assert len(depends) <= 2  # p_missed goes with what is suggested


def test_the_p_value_is_that_of_chi_square(rng):
    frame, labels = make_pilot(500)
    keep = rng.random(500) < np.where(frame["to_nurse"], 0.9, 0.7)
    labels.loc[~keep, "urgency"] = None
    factor = describe_labelling(as_forms(frame, labels, SCHEMA))["urgency"]["factors"]["to_nurse"]
    p = stats.chi2_contingency(pd.crosstab(frame["to_nurse"], keep), correction=False).pvalue
    assert p <= factor["p"] <= 5 * p * 1.01, "corrected for five factors"
    assert factor["labelled"]["yes"] == pytest.approx(keep[frame["to_nurse"]].mean(), abs=1e-3)


def test_where_all_have_a_label_there_is_nothing_to_compare():
    described = describe(lambda frame: np.full(len(frame), True))
    assert described["labelled"] == described["forms"] == 2000
    assert all(factor["p"] is None for factor in described["factors"].values())


def test_a_standardized_rate_is_that_of_all_forms(reference, decision, rng):
    frame, labels = make_pilot(20_000, truth=Truth(missed=0.2))
    terms = FormTerms(as_forms(frame, labels, SCHEMA), reference, SCHEMA, decision)
    counted, per = terms.of(("decisions", "under_triage"))
    truth = counted.sum() / per.sum()
    keep = rng.random(20_000) < np.where(frame["urgency"].isin(["week", "later"]), 0.2, 0.9)
    labels.loc[~keep, "urgency"] = None
    forms = as_forms(frame, labels, SCHEMA)
    counted, per = FormTerms(forms, reference, SCHEMA, decision).of(("decisions", "under_triage"))
    assert counted.sum() / per.sum() < truth - 0.05, "as counted it looks better than it is"
    assert standardize((counted, per), forms, "urgency") == pytest.approx(truth, abs=0.02)


def test_without_any_label_of_a_suggestion_nothing_stands_for_it(reference, decision):
    frame, labels = make_pilot(500)
    labels.loc[frame["urgency"] == "later", "urgency"] = None
    forms = as_forms(frame, labels, SCHEMA)
    terms = FormTerms(forms, reference, SCHEMA, decision).of(("decisions", "over_triage"))
    assert standardize(terms, forms, "urgency") is None
