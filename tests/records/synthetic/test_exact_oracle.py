"""The oracle against counting, against slow loops, and against its own promise of calibration."""

from typing import get_args

import numpy as np
import pytest
from scipy.stats import chi2

from intake_triage.params import Reading
from intake_triage.records.synthetic.catalogue import load_catalogue
from intake_triage.records.synthetic.classes import (
    ALSO,
    DENIED,
    N_LEVELS,
    NOW,
    SPECIALTY,
    URGENCY,
)
from intake_triage.records.synthetic.fields import BY_CASE, MAY_BE_EMPTY
from intake_triage.records.synthetic.generate import Draw, draw_chunk
from intake_triage.records.synthetic.mentions import ASIDE_INTENSITY
from intake_triage.records.synthetic.model import ClinicModel, build_model
from intake_triage.records.synthetic.oracle import Oracle


def posteriors(model: ClinicModel, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    return Oracle(model).posteriors(draw.circumstances, draw.mentions, draw.fields)


def joint_posteriors(model: ClinicModel, draw: Draw) -> np.ndarray:
    return Oracle(model).joint_posteriors(draw.circumstances, draw.mentions, draw.fields)


@pytest.mark.parametrize("reading", get_args(Reading))
def test_it_equals_the_shares_counted_among_like_forms(toy_folder, reading):
    """Four conditions, all evidence discrete: forms that agree in all of it are counted."""
    model = build_model(load_catalogue(toy_folder), task_relatedness=0.5, reading=reading)
    n = 120_000
    draw = draw_chunk(model, seed=3, chunk=0, n=n)
    mentions = draw.mentions
    seen = np.zeros((n, 2, model.mentions.tie.shape[1]), dtype=np.int64)
    layer = (mentions.role == ALSO).astype(np.int64)
    seen[mentions.record, layer, mentions.thing] = 1 + mentions.role * 4 + mentions.intensity
    seen[:, 1] = seen[:, 1] > 0  # how strong a second problem is says nothing
    where = draw.circumstances
    evidence = np.column_stack(
        [
            seen.reshape(n, -1),
            mentions.course_now,
            mentions.course_aside,
            np.where(draw.fields.shown["age"], where.band, -1),
            where.verbosity,
        ]
    )
    _, group, size = np.unique(evidence, axis=0, return_inverse=True, return_counts=True)
    assert (size >= 100).sum() > 25
    joint = joint_posteriors(model, draw)
    for posterior, label in [
        (joint.sum(axis=2), draw.urgency),  # as `posteriors` is, by the loops below
        (joint.sum(axis=1), draw.specialty),
        (joint.reshape(n, -1), draw.urgency * 12 + draw.specialty),
    ]:
        statistic, n_compared = 0.0, 0
        for chosen in np.flatnonzero(size >= 100):
            rows = group == chosen
            # The month and sex do not matter in the toy: all like forms have one posterior.
            np.testing.assert_allclose(posterior[rows].std(axis=0), 0, atol=1e-9)
            expected = posterior[rows][0]
            counted = np.bincount(label[rows], minlength=len(expected)) / size[chosen]
            compared = expected * size[chosen] >= 5
            error = np.sqrt(expected * (1 - expected) / size[chosen])[compared]
            deviation = (counted - expected)[compared] / np.maximum(error, 1e-9)
            assert np.abs(deviation[error > 0]).max(initial=0) < 5
            statistic += (deviation[error > 0] ** 2).sum()
            n_compared += int((error > 0).sum())
        # A sum of n dependent squares of mean (almost) 1; twice the spread of independent ones.
        assert abs(statistic / n_compared - 1) < 4 * np.sqrt(4 / n_compared)


@pytest.mark.parametrize("reading", get_args(Reading))
def test_it_equals_bayes_rule_written_as_loops(catalogue, reading):
    model = build_model(catalogue, task_relatedness=0.65, reading=reading)
    draw = draw_chunk(model, seed=1, chunk=0, n=64)
    shown = draw.fields.shown
    patients = 2 * shown["age"] + shown["sex"]
    assert {1, 2, 3} <= set(patients)
    urgency, specialty = posteriors(model, draw)
    joint = joint_posteriors(model, draw)
    for i in np.concatenate([np.flatnonzero(patients == shape)[:4] for shape in range(4)]):
        expected = bayes_rule(model, draw, i)
        np.testing.assert_allclose(joint[i], expected, atol=1e-10)
        np.testing.assert_allclose(urgency[i], expected.sum(axis=1), atol=1e-10)
        np.testing.assert_allclose(specialty[i], expected.sum(axis=0), atol=1e-10)


def bayes_rule(model: ClinicModel, draw: Draw, i: int) -> np.ndarray:
    """Joint posterior of the labels of record i, one latent at a time: shape (4, 12)."""
    tables, where, mentions = model.mentions, draw.circumstances, draw.mentions
    verbosity = where.verbosity[i]
    own = mentions.record == i
    first = own & (mentions.role != ALSO)
    state = {
        thing: (role, intensity)
        for thing, role, intensity in zip(
            mentions.thing[first], mentions.role[first], mentions.intensity[first], strict=True
        )
    }
    evidence = np.zeros((len(model.severity.chances), N_LEVELS))
    for condition, severity in np.ndindex(evidence.shape):
        case = condition * N_LEVELS + severity
        weight = model.severity.chances[condition, severity]
        for thing, places in enumerate(tables.role[verbosity, case]):
            if thing not in state:
                weight *= 1 - places.sum()
                continue
            role, intensity = state[thing]
            weight *= places[role]
            if weight == 0:  # such a case has no such complaint
                break
            if not tables.gradable[thing] or role == DENIED:
                continue
            tie = tables.tie[condition, thing]
            graded = tables.intensity[tie, severity] if role == NOW else ASIDE_INTENSITY
            weight *= graded[intensity]
        for name in MAY_BE_EMPTY:
            missing = model.fields.missing[name][severity]
            weight *= 1 - missing if draw.fields.shown[name][i] else missing
        evidence[condition, severity] = weight
    patient_weight = {}
    for patient in np.ndindex(len(model.network.band_low), 2):
        weight = patient_chance(model, draw, i, *patient)
        if weight > 0:
            patient_weight[patient] = weight
    course_weight = np.array(model.course.chances, copy=True)
    for family, (now, aside) in enumerate(
        zip(mentions.course_now[i], mentions.course_aside[i], strict=True)
    ):
        course_weight *= tables.course_now.chances[verbosity, family, :, now]
        course_weight *= tables.course_aside.chances[verbosity, family, :, aside]
    if draw.fields.shown["channel"][i]:
        channel = draw.fields.index["channel"][i]
        course_weight *= model.fields.value["channel"].chances[0, :, channel]
    second = set(mentions.thing[own & (mentions.role == ALSO)].tolist())
    for thing, chances in enumerate(tables.second.T):
        course_weight *= chances if thing in second else 1 - chances
    joint = np.zeros((len(URGENCY), len(SPECIALTY)))
    for (band, sex), patient in patient_weight.items():
        kind, month = model.network.kind[where.site[i]], model.network.month[where.day[i]]
        prior = model.network.condition.chances[kind, band, sex, month]
        for condition, severity in np.ndindex(evidence.shape):
            weight = patient * prior[condition] * evidence[condition, severity]
            if weight == 0:
                continue
            weight *= entry_chance(model, draw, i, condition * N_LEVELS + severity, band)
            routing = model.labels.specialty.chances[where.site[i], int(band < 2), condition]
            for course in range(N_LEVELS):
                tiers = model.labels.urgency.chances[severity, course]
                joint += weight * course_weight[course] * np.outer(tiers, routing)
    return joint / joint.sum()


def patient_chance(model: ClinicModel, draw: Draw, i: int, band: int, sex: int) -> float:
    """Chance of this age band and sex, and of the payment entry, at the site of record i."""
    where, shown = draw.circumstances, draw.fields.shown
    if (shown["age"][i] and band != where.band[i]) or (shown["sex"][i] and sex != where.sex[i]):
        return 0.0
    chance = model.network.patient.chances[model.network.kind[where.site[i]], band * 2 + sex]
    if shown["payment"][i]:
        payment = draw.fields.index["payment"][i]
        chance *= model.fields.value["payment"].chances[band, 0, payment]
    return chance


def entry_chance(model: ClinicModel, draw: Draw, i: int, case: int, band: int) -> float:
    """Chance of the entries of record i that depend on the case, for a patient of this age band."""
    chance = 1.0
    for name in BY_CASE:
        known = draw.fields.shown[name][i]
        known |= name == "duration_days" and draw.fields.told[i]
        chances = model.fields.value[name].chances
        context = band if len(chances) > 1 else 0
        chance *= chances[context, case, draw.fields.index[name][i]] if known else 1.0
    return chance


@pytest.fixture(scope="module")
def large(model) -> tuple[Draw, tuple[np.ndarray, np.ndarray]]:
    """100,000 records of the default clinic, without words."""
    draw = draw_chunk(model, seed=5, chunk=0, n=100_000)
    return draw, posteriors(model, draw)


def top_label_ece(posterior: np.ndarray, label: np.ndarray, *, n_bins: int = 15) -> float:
    """Expected calibration error of the most probable class, in bins of equal mass."""
    order = np.argsort(posterior.max(axis=1), kind="stable")
    confidence = posterior.max(axis=1)[order]
    right = (posterior.argmax(axis=1) == label)[order]
    gaps = [
        abs(c.mean() - r.mean()) * len(c)
        for c, r in zip(
            np.array_split(confidence, n_bins), np.array_split(right, n_bins), strict=True
        )
    ]
    return sum(gaps) / len(label)


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_its_calibration_error_is_that_of_a_calibrated_model(large, task, rng):
    draw, both = large
    posterior = both[task == "specialty"]
    ends = np.cumsum(posterior, axis=1)
    band = []
    for _ in range(60):
        drawn = (rng.random(len(ends))[:, None] >= ends[:, :-1]).sum(axis=1)
        band.append(top_label_ece(posterior, drawn))
    assert top_label_ece(posterior, getattr(draw, task)) <= np.quantile(band, 0.99)
    sharpened = posterior**1.3 / (posterior**1.3).sum(axis=1, keepdims=True)
    assert top_label_ece(sharpened, getattr(draw, task)) > max(band)  # the test can fail


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_its_mean_is_the_share_of_each_class_in_every_part_of_the_clinic(large, task):
    """By site, where routing habits differ: a chi-square of counts against posteriors."""
    draw, both = large
    posterior, label = both[task == "specialty"], getattr(draw, task)
    outcome = np.eye(posterior.shape[1])[label]
    statistic = 0.0
    sites = np.unique(draw.circumstances.site)
    for site in sites:
        rows = draw.circumstances.site == site
        variance = (posterior[rows] * (1 - posterior[rows])).sum(axis=0)
        statistic += ((outcome - posterior)[rows].sum(axis=0) ** 2 / variance).sum()
    # The classes' deviations add to 0, hence a little less than one degree of freedom each.
    assert statistic < chi2.ppf(1 - 1e-4, len(sites) * posterior.shape[1])


def test_its_log_loss_is_what_it_expects_and_below_the_priors(large):
    draw, both = large
    for posterior, label in zip(both, (draw.urgency, draw.specialty), strict=True):
        loss = -np.log(posterior[np.arange(len(label)), label])
        with np.errstate(divide="ignore", invalid="ignore"):
            entropy = -np.nansum(posterior * np.log(posterior), axis=1)
        error = (loss - entropy).std() / np.sqrt(len(label))
        assert abs((loss - entropy).mean()) < 4 * error
        shares = np.bincount(label) / len(label)
        assert loss.mean() < 0.6 * -np.log(shares[label]).mean()
