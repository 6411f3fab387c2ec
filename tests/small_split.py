"""A small labelled split, forecasts that know its truth more or less well, and what judges them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.decisions import DecisionRules
from intake_triage.evaluation.decisions import decide_all
from intake_triage.evaluation.forecasts import FittedRules, SystemFits
from intake_triage.evaluation.measures.measure import Decisions, Forecast
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.evaluation.table import Results
from intake_triage.evaluation.walk import walk
from intake_triage.params import DecisionParams
from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.systems import FORECASTERS

ALPHA = 0.2  # so large that of each class more than a few lie outside their sets
CLASSES = {"urgency": ("emergent", "urgent", "routine"), "specialty": ("heart", "skin")}


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def params(params):
    """The committed ones, for few records."""
    few = {"resamples": 100, "ece_bins": 5, "min_subgroup": 20}
    sections = {
        "compare": params.compare.model_copy(update=few),
        "calibrate": params.calibrate.model_copy(update={"alpha": ALPHA}),
    }
    return params.model_copy(update=sections)


@pytest.fixture
def split(rng):
    """300 records in 150 units; every tenth lacks urgency, every seventh specialty."""
    n_records = 300
    labels = {task: rng.integers(0, len(names), n_records) for task, names in CLASSES.items()}
    labels["urgency"][::10] = -1
    labels["specialty"][::7] = -1
    return LabelledSplit(
        record_id=np.array([f"r{i}" for i in range(n_records)]),
        unit=np.arange(n_records) // 2,
        labels=labels,
        classes=CLASSES,
        subgroups={"sex": rng.choice(["female", "male"], n_records)},
        weights=draw_weights(n_records // 2, resamples=100),
        smallest_shown=SMALLEST_SHOWN,
    )


def with_costs(decision: DecisionParams, **costs: float) -> DecisionParams:
    """The same params with other costs."""
    return decision.model_copy(update={"cost": decision.cost.model_copy(update=costs)})


def regroup(split: LabelledSplit, unit: np.ndarray) -> LabelledSplit:
    """The same records in other units."""
    return replace(split, unit=unit, weights=draw_weights(unit.max() + 1, resamples=100))


@pytest.fixture
def make_logits(rng, split):
    """A function that makes logits by task; `skill` pulls them to the truth."""

    def make(*, skill: float, n_seeds: int = 1) -> dict[str, np.ndarray]:
        logits = {}
        for task, names in CLASSES.items():
            truth = np.eye(len(names))[split.labels[task]]
            logits[task] = skill * truth + rng.normal(size=(n_seeds, *truth.shape))
        return logits

    return make


@pytest.fixture
def forecasts(make_logits):
    """All forecasters between prior, without skill, and the oracle; mtl better than st by far."""
    skills = {"prior": 0.0, "linear": 1.0, "gbm": 1.5, "st": 1.0, "mtl": 3.0}
    skills |= {"gbm+st": 1.4, "gbm+mtl": 3.2, "oracle": 4.0}
    return {name: make_logits(skill=skill) for name, skill in skills.items()}


@pytest.fixture
def fits(make_logits):
    """Single fits of the systems, three seeds but for linear; raw ones are too sure."""
    skills = {"linear": 1.0, "gbm": 1.5, "st": 1.0, "mtl": 3.0}
    calibrated = {
        name: make_logits(skill=skill, n_seeds=1 if name == "linear" else 3)
        for name, skill in skills.items()
    }
    raw = {name: {t: 1.5 * each for t, each in by.items()} for name, by in calibrated.items()}
    return SystemFits(raw, calibrated)


@pytest.fixture
def fitted(forecasts, split):
    """Rules fitted to a calibrate split that happens to be the test split over again."""
    averages = {name: forecasts[name] for name in FORECASTERS}
    rules = {
        name: {task: fit_rules(logits[task], split.sample(task)) for task in CLASSES}
        for name, logits in averages.items()
    }
    return FittedRules(rules, {"calibrate": averages, "test": averages}, split)


def fit_rules(logits: np.ndarray, sample: Sample) -> DecisionRules:
    """Thresholds for sets that lack a fifth; weights that favour the first class."""
    (probabilities,) = softmax(logits[:, sample.rows], axis=-1)
    thresholds = fit_conformal_thresholds(probabilities, sample.labels, alpha=ALPHA)
    weights = np.ones_like(thresholds)
    weights[0] = 2.0
    return DecisionRules(1.0, weights, thresholds)


@pytest.fixture
def judge(params):
    """A function from logits by task and a split to all figures, in subgroups too, as of st."""

    def judge(by_task, split: LabelledSplit, *, decision=params.decision, **few):
        compare = params.compare.model_copy(update=few)
        decided = decide_all({"st": by_task}, {}, decision)
        shared = {"by_subgroup": ("st",), "params": compare, "decision": decision}
        return Results(walk({"st": by_task}, decided, split, **shared))

    return judge


def make_forecast(logits, labels, *, ece_bins: int = 15, to_show=None) -> Forecast:
    """Of classes a, b …, each record its own unit; logits of shape (n_seeds, n_records, …)."""
    n_records, n_classes = np.shape(logits)[1:]
    weights = draw_weights(n_records, resamples=100)
    sample = Sample(np.arange(n_records), labels, np.arange(n_records), weights, SMALLEST_SHOWN)
    names = tuple("abcdef"[:n_classes])
    to_show = dict(enumerate(names)) if to_show is None else to_show
    return Forecast(np.asarray(logits), sample, names, ece_bins, to_show)


def make_decisions(decided, labels, classes, params, *, unit=None) -> Decisions:
    """By task (n_seeds, n_records) decided and (n_records,) true; by default a unit a record."""
    n_records = len(labels["urgency"])
    unit = np.arange(n_records) if unit is None else unit
    record_id = np.arange(n_records).astype(str)
    weights = draw_weights(unit.max() + 1, resamples=100)
    split = LabelledSplit(record_id, unit, labels, classes, {}, weights, SMALLEST_SHOWN)
    return Decisions(decided, split, params)
