"""Differences between arms on records that none has seen: here the study reads their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import MarginParams
from intake_triage.statistics.bootstrap import Replicates, draw_weights, replicate_scores
from intake_triage.statistics.verdicts import Transfer, gain_in_f1, gain_in_log_loss
from intake_triage.tasks import Task
from studies.transfer.arms import Folders
from studies.transfer.controls import COMPARED, MEASURES, Pair

EQUALS_RESAMPLES = 300  # of each comparison of equals: enough for a variance


@dataclass
class ScoredPart:
    """Some of the test records.

    Attributes
    ----------
    test : LabelledSplit
        All of them, which say what classes may be shown.
    rows : bool array of shape (n_test,)
    places : int array of shape (n_test,)
        Of the test records among those that a fit scores.
    """

    test: LabelledSplit
    rows: np.ndarray
    places: np.ndarray
    resamples: int
    margin: MarginParams
    _replicates: dict[tuple, Replicates] = field(default_factory=dict)

    @cached_property
    def split(self) -> LabelledSplit:
        """The part's records, with bootstrap weights of their own."""
        split = self.test.where(self.rows)
        return replace(split, weights=draw_weights(split.n_units, resamples=self.resamples))

    def replicate(self, folders: Sequence[Path], task: Task) -> Replicates:
        """Scores of some fits, a seed each, under all bootstrap weights."""
        key = (*folders, task)
        if key not in self._replicates:
            sample = self.split.sample(task)
            places = self.places[self.rows][sample.rows]
            logits = [
                np.load(folder / f"logits_{task}.npy", allow_pickle=False)[places]
                for folder in folders
            ]
            self._replicates[key] = replicate_scores(
                np.stack(logits), sample.labels, sample.unit, sample.weights
            )
        return self._replicates[key]

    def compare(
        self, treatment: Sequence[Path], reference: Sequence[Path], task: Task, measure: str
    ) -> Transfer:
        """What the treatment's fits gain over the reference's; above 0 favours the treatment."""
        gain_in = {"macro_f1": gain_in_f1, "log_loss": gain_in_log_loss}[measure]
        return gain_in(
            self.replicate(treatment, task),
            self.replicate(reference, task),
            classes=self.test.classes_to_show(task),
            margin=getattr(self.margin, measure),
            n_units=self.split.sample(task).n_units,
        )

    def draw(self, n_records: int, rng: np.random.Generator) -> "ScoredPart":
        """A part of this one: units at random, as many as hold about so many records."""
        units = rng.permutation(np.unique(self.test.unit[self.rows]))
        size = np.bincount(self.test.unit[self.rows], minlength=self.test.n_units)
        taken = units[np.cumsum(size[units]) <= n_records]
        rows = self.rows & np.isin(self.test.unit, taken)
        return ScoredPart(self.test, rows, self.places, EQUALS_RESAMPLES, self.margin)


def describe_differences(part: ScoredPart, folders: Folders, pairs: Sequence[Pair]) -> list[dict]:
    """A row for each pair of arms (treatment, reference), task and measure."""
    return [
        {"treatment": treatment, "reference": reference, "task": task, "measure": measure}
        | part.compare(folders[treatment][task], folders[reference][task], task, measure).summary()
        for treatment, reference in pairs
        for task, measure in COMPARED
    ]


def describe_classes(part: ScoredPart, folders: Folders) -> list[dict]:
    """What mtl gains over st by class, verdicts Holm-corrected."""
    return [
        {"task": task, "measure": measure, **row}
        for task, measure in COMPARED
        for row in part.compare(folders["mtl"][task], folders["st"][task], task, measure).rows()[1:]
    ]


def describe_scores(part: ScoredPart, folders: Folders) -> dict[str, Any]:
    """Mean over seeds of each arm's scores."""

    def score(places: Sequence[Path], task: Task) -> dict[str, float]:
        replicates = part.replicate(places, task)
        return {
            measure: round(float(getattr(replicates, measure)[:, 0].mean()), 5)
            for measure in MEASURES
        }

    return {
        arm: {task: score(places, task) for task, places in by_task.items()}
        for arm, by_task in folders.items()
    }
