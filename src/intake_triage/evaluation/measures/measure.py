"""What a measure is: one registered object, which the walk applies wherever it fits.

To add one is to write a function of a `Forecast` or of `Decisions` and to put `@measure(…)` above
it. It then stands in `metrics/results.csv`, in the annex of the brief, and in compare.json
(probabilities) or safety.json (decisions), with its interval.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import softmax

from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.evaluation.table import DECIMALS, list_scopes
from intake_triage.params import DecisionParams
from intake_triage.statistics.bootstrap import replicate_confusions
from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class Forecast:
    """What a system says of the records that carry a task's label.

    `logits` are of shape (n_seeds, n_labelled, n_classes); `to_show` has index and name of the
    classes with enough people to be shown on their own.
    """

    logits: np.ndarray
    sample: Sample
    classes: tuple[str, ...]
    ece_bins: int
    to_show: dict[int, str]

    @cached_property
    def probabilities(self) -> np.ndarray:
        return softmax(np.float64(self.logits), axis=-1)


@dataclass(frozen=True)
class Decisions:
    """What a system decides for every record of a split.

    `decided` has by task class indices of shape (n_seeds, n_records).
    """

    decided: Mapping[Task, np.ndarray]
    split: LabelledSplit
    params: DecisionParams

    def of_task(self, task: Task) -> tuple[np.ndarray, Sample]:
        """The classes decided on, (n_seeds, n_labelled), and the records with the task's label."""
        sample = self.split.sample(task)
        return self.decided[task][:, sample.rows], sample

    @cached_property
    def right(self) -> dict[Task, np.ndarray]:
        """By task which records are decided rightly, bool of shape (n_seeds, n_records)."""
        return {task: self.decided[task] == self.split.labels[task] for task in self.split.tasks}

    @cached_property
    def confusions(self) -> np.ndarray:
        """True tier by tier decided on, (n_seeds, n_weights, n_tiers, n_tiers)."""
        placed, sample = self.of_task("urgency")
        return replicate_confusions(
            placed, sample.labels, sample.unit, sample.weights, n_classes=len(self.split.tiers)
        )


@dataclass(frozen=True)
class Replicated:
    """A figure under every row of bootstrap weights, `values` of shape (n_seeds, n_weights).

    `n` records, mean over seeds, of so many `units` are in the denominator; `shown` is False where
    the figure would tell of a few people.
    """

    values: np.ndarray
    n: float
    units: int
    shown: bool = True


# By the class, tier or cut that a figure is about, "" for all; None where there is no such figure.
ByClass = Mapping[str, Replicated | None]


@dataclass(frozen=True)
class Measure:
    """A measure: how it is computed and what it means.

    Attributes
    ----------
    name : str
        In the table of results.
    words : str
        What it is called on a page.
    compute : callable
        As `measure` describes it.
    judges : str
        probabilities, which it gets as a `Forecast`, or decisions, as `Decisions` and the task.
    tasks : tuple of str
        Those that it is for; (`BOTH`,) where it takes both labels; () where it is of the form as a
        whole, whether that has two labels or one.
    least, most : float
        The ends of its scale.
    rules : tuple of str or None
        The decision rules that it is computed for; None for all.
    is_share : bool
        Whether it is a share of people, which is hidden where it tells of few of them.
    per : int
        The share is given of so many forms.
    decimals : int
        Of files in git; more would tell counts of people.
    tells_of : str or None
        The measure whose count it gives with its denominator: hidden where that is.
    has_interval : bool
        Whether it is a function of weighted sums, so that resamples give it an interval.
    in_subgroups : tuple of str
        The decision rules, "" for probabilities, by which it is computed within subgroups.
    of_fits : bool
        Whether it is computed for the single fits of each system too.
    """

    name: str
    words: str
    compute: Callable[..., np.ndarray | Replicated | ByClass]
    judges: Literal["probabilities", "decisions"]
    tasks: tuple[str, ...] = TASKS
    least: float = -np.inf
    most: float = np.inf
    rules: tuple[str, ...] | None = None
    is_share: bool = False
    per: int = 1
    decimals: int = DECIMALS
    tells_of: str | None = None
    has_interval: bool = True
    in_subgroups: tuple[str, ...] = ()
    of_fits: bool = False

    def is_for(self, scope: str, tasks: Sequence[Task]) -> bool:
        """Whether it is measured for a task, or `BOTH`, where there are labels of `tasks`."""
        return scope in (self.tasks or list_scopes(tasks)[-1:])


MEASURES: dict[str, Measure] = {}


def round_figure(name: str, value: float | None) -> float | None:
    """A figure as files in git have it; one that is made of others is no measure."""
    decimals = MEASURES[name].decimals if name in MEASURES else DECIMALS
    return None if value is None else round(value, decimals)


def measure(name: str, words: str, **attributes) -> Callable:
    """Register the function below it as a `Measure`; the attributes are those of `Measure`.

    The function gets a `Forecast`, or `Decisions` and the task. It returns what `ByClass` holds, or
    for a figure of all classes a `Replicated`, or an array of shape (n_seeds, n_weights) over all
    records with the task's label.
    """

    def register(function: Callable) -> Callable:
        if name in MEASURES:
            raise ValueError(f"there is a measure {name} already")
        MEASURES[name] = Measure(name, words, function, **attributes)
        return function

    return register


def over(sample: Sample, values: np.ndarray) -> Replicated:
    """A figure over all records of a sample."""
    return Replicated(values, len(sample.rows), sample.n_units)
