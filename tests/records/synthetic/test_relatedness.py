"""The dial: what the labels share at its ends and at the default, and that 0 means independence."""

from typing import get_args

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency

from intake_triage.params import Reading
from intake_triage.records.synthetic import DEFAULT_RELATEDNESS
from intake_triage.records.synthetic.generate import draw_chunk
from intake_triage.records.synthetic.model import NOISY, ClinicModel, build_model
from intake_triage.report.data_card import joint_label_shares, mutual_information

TIER_SHARES = [0.04, 0.18, 0.43, 0.35]


def information_at(catalogue, dial: float) -> float:
    model = build_model(catalogue, task_relatedness=dial, reading="own")
    return mutual_information(joint_label_shares(model))


def test_the_default_is_like_the_survey_and_1_is_at_least_a_quarter_nat(catalogue):
    assert information_at(catalogue, 0.0) == pytest.approx(0, abs=1e-9)
    assert information_at(catalogue, DEFAULT_RELATEDNESS) == pytest.approx(0.148, abs=0.005)
    assert information_at(catalogue, 1.0) >= 0.25


def test_it_never_falls_along_the_dial(catalogue):
    information = [information_at(catalogue, dial) for dial in np.linspace(0, 1, 6)]
    assert np.all(np.diff(information) > -1e-9)


@pytest.mark.parametrize("reading", get_args(Reading))
@pytest.mark.parametrize("dial", [0.0, 0.3, 0.65, 1.0])
def test_tier_shares_do_not_move_with_the_settings(catalogue, dial, reading):
    model = build_model(catalogue, task_relatedness=dial, reading=reading)
    joint = joint_label_shares(model)
    np.testing.assert_allclose(joint.sum(axis=1), TIER_SHARES, atol=1e-6)


def test_the_exact_shares_are_those_drawn(model):
    n = 200_000
    draw = draw_chunk(model, seed=2, chunk=0, n=n)
    counted = np.zeros((4, 12))
    np.add.at(counted, (draw.urgency, draw.specialty), 1)
    expected = joint_label_shares(model)
    statistic = ((counted - n * expected) ** 2 / (n * expected)).sum()
    assert statistic < chi2.ppf(1 - 1e-4, expected.size - 1)


def dependence(catalogue, dial: float, reading: Reading) -> tuple[float, int]:
    """Chi-square of the tables of labels within age, sex, kind of site and year."""
    model = build_model(catalogue, task_relatedness=dial, reading=reading)
    draw = draw_chunk(model, seed=4, chunk=0, n=150_000)
    where = draw.circumstances
    year = model.network.month[where.day] // 12
    kind = model.network.kind[where.site]
    stratum = ((year * len(model.network.patient.rows) + kind) * 6 + where.band) * 2 + where.sex
    statistic, freedom = 0.0, 0
    for cell in np.unique(stratum):
        rows = stratum == cell
        table = np.zeros((4, 12))
        np.add.at(table, (draw.urgency[rows], draw.specialty[rows]), 1)
        # Cells of a few expected forms are no chi-square: leave out classes rare in the stratum.
        table = table[:, table.sum(axis=0) >= 150]
        if table.shape[1] > 1:
            part = chi2_contingency(table, correction=False)
            statistic, freedom = statistic + part.statistic, freedom + part.dof
    return statistic, freedom


@pytest.mark.parametrize(
    ("reading", "faint"), [("own", 0.2), ("conflicting", 0.2), ("shared", 0.4)]
)
def test_at_0_the_labels_are_independent_given_age_sex_site_and_date(catalogue, reading, faint):
    statistic, freedom = dependence(catalogue, 0.0, reading)
    assert statistic < chi2.ppf(1 - 1e-4, freedom)
    statistic, freedom = dependence(catalogue, faint, reading)
    assert statistic > chi2.ppf(1 - 1e-9, freedom)  # the test sees a faint dependence


def test_at_the_ends_one_latent_alone_tells_urgency(catalogue):
    by_course = build_model(catalogue, task_relatedness=0.0, reading="own").labels.urgency.chances
    np.testing.assert_allclose(by_course, np.broadcast_to(by_course[:1], by_course.shape))
    by_severity = build_model(catalogue, task_relatedness=1.0, reading="own").labels.urgency.chances
    np.testing.assert_allclose(by_severity, np.broadcast_to(by_severity[:, :1], by_severity.shape))
    assert np.ptp(by_course[0, :, 0]) > 0.5
    assert np.ptp(by_severity[:, 0, 0]) > 0.5


def test_a_shared_reading_is_of_the_sub_specialty_and_a_share_of_tiers_by_lot(catalogue):
    """At 1, two conditions of one sub-specialty have the same chances of the tiers."""
    model = build_model(catalogue, task_relatedness=1.0, reading="shared")
    tiers = np.einsum("cs,z,szu->cu", model.severity.rows, *_course_and_tiers(model))
    homes = np.array(list(catalogue.homes.values()))
    for home in np.unique(homes):
        assert np.ptp(tiers[homes == home], axis=0).max() < 1e-12
    assert np.all(tiers > NOISY * np.array(TIER_SHARES) - 1e-12)
    # What is not by lot is nearly settled: without noise the likeliest tier has over 60 %.
    settled = (tiers - NOISY * np.array(TIER_SHARES)) / (1 - NOISY)
    assert settled.max(axis=1).min() > 0.6
    own = build_model(catalogue, task_relatedness=1.0, reading="own")
    apart = np.einsum("cs,z,szu->cu", own.severity.rows, *_course_and_tiers(own))
    assert np.ptp(apart[homes == "primary_care"], axis=0).max() > 0.2


def _course_and_tiers(model: ClinicModel) -> tuple[np.ndarray, np.ndarray]:
    return model.course.chances, model.labels.urgency.chances
