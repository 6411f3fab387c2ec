"""A small test split, systems that know its truth more or less well, and rules fitted to them."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.outputs import DecisionRules
from intake_triage.evaluation.fitted_rules import FittedRules
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import HeldOut, labelled_records
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.systems import TRAINED_SYSTEMS

CLASSES = {"urgency": ("emergent", "urgent", "routine"), "specialty": ("heart", "skin")}


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def held_out(rng):
    """300 records in 150 units; every tenth lacks urgency, every seventh specialty."""
    n_records = 300
    labels = {task: rng.integers(0, len(names), n_records) for task, names in CLASSES.items()}
    labels["urgency"][::10] = -1
    labels["specialty"][::7] = -1
    record_id = np.array([f"r{i}" for i in range(n_records)])
    subgroups = {"sex": rng.choice(["female", "male"], n_records)}
    return HeldOut(record_id, np.arange(n_records) // 2, labels, CLASSES, subgroups)


@pytest.fixture
def make_system(rng, held_out):
    """A function that makes a system; `skill` pulls its logits to the truth."""

    def make(*, skill: float, n_seeds: int = 3, sharpness: float = 1.0) -> SystemLogits:
        calibrated = {}
        for task, names in CLASSES.items():
            truth = np.eye(len(names))[held_out.labels[task]]
            noise = rng.normal(size=(n_seeds, *truth.shape))
            calibrated[task] = skill * truth + noise
        raw = {task: sharpness * logits for task, logits in calibrated.items()}
        return SystemLogits(raw, calibrated)

    return make


@pytest.fixture
def systems(make_system):
    """All systems; mtl better than st by far, prior without skill."""
    skills = {"prior": 0.0, "linear": 1.0, "gbm": 1.5, "st": 1.0, "mtl": 3.0, "oracle": 4.0}
    n_seeds = {"prior": 1, "linear": 1, "oracle": 1}
    return {
        name: make_system(skill=skill, n_seeds=n_seeds.get(name, 3))
        for name, skill in skills.items()
    }


@pytest.fixture
def scorer(systems, held_out, params):
    """All set-ups on that split, which stands for either."""
    return SetUpScorer(
        {name: systems[name].calibrated for name in TRAINED_SYSTEMS},
        held_out,
        draw_weightings(held_out.n_units, resamples=100),
        params.decision.cost,
        ece_bins=5,
    )


@pytest.fixture
def fitted(systems, held_out):
    """Rules fitted to a calibrate split that happens to be the test split over again."""
    samples = {task: labelled_records(held_out.labels[task], held_out.unit) for task in CLASSES}
    logits = {name: systems[name].raw for name in TRAINED_SYSTEMS}
    rules = {
        name: {task: fit_rules(raw[task], samples[task]) for task in CLASSES}
        for name, raw in logits.items()
    }
    return FittedRules(rules, logits, samples, held_out.n_units)


def fit_rules(logits, sample):
    """Thresholds for sets that lack a tenth; weights that favour the first class."""
    probabilities = softmax(logits[:, sample.rows], axis=-1)
    thresholds = fit_conformal_thresholds(probabilities, sample.labels, alpha=0.1)
    weights = np.ones_like(thresholds)
    weights[:, 0] = 2.0
    return DecisionRules(np.arange(len(logits)), weights, thresholds)
