"""Differences between arms on records that none has seen: here the study reads their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.evaluation.samples import HeldOut
from intake_triage.params import MarginParams
from intake_triage.statistics.bootstrap import Replicates, draw_weightings, replicate_scores
from intake_triage.statistics.verdicts import Gain, gain_in_f1, gain_in_log_loss
from intake_triage.tasks import TASKS, Task
from studies.transfer.arms import Arm, Folders

MEASURES = ("macro_f1", "log_loss")
NULL_RESAMPLES = 300  # of each comparison of equals: enough for a variance


@dataclass
class Part:
    """Some of the test records.

    Attributes
    ----------
    held_out : HeldOut
        Of the whole test split.
    rows : bool array of shape (n_test,)
    scored : bool array of shape (n_scored,)
        Which of the records that a fit scores are of test.
    """

    held_out: HeldOut
    rows: np.ndarray
    scored: np.ndarray
    resamples: int
    margin: MarginParams
    _weightings: np.ndarray | None = None  # drawn when first asked for
    _replicates: dict[tuple, Replicates] = field(default_factory=dict)

    def replicate(self, folders: Sequence[Path], task: Task) -> Replicates:
        """Scores of some fits, a seed each, under every weighting of the units."""
        key = (*folders, task)
        if key not in self._replicates:
            rows = self._labelled(task)
            logits = [self._load(folder, task)[rows] for folder in folders]
            self._replicates[key] = replicate_scores(
                np.stack(logits),
                self.held_out.labels[task][rows],
                self._units()[rows],
                self._draw(),
            )
        return self._replicates[key]

    def gain(
        self, treatment: Sequence[Path], reference: Sequence[Path], task: Task, measure: str
    ) -> Gain:
        """What the treatment's fits gain over the reference's; above 0 favours the treatment."""
        gain_in = {"macro_f1": gain_in_f1, "log_loss": gain_in_log_loss}[measure]
        return gain_in(
            self.replicate(treatment, task),
            self.replicate(reference, task),
            classes=self.held_out.classes_to_show(task),
            margin=getattr(self.margin, measure),
            n_units=self.count_units(task),
        )

    def draw(self, n_records: int, rng: np.random.Generator) -> "Part":
        """A part of this one: units at random, as many as hold about so many records."""
        units = rng.permutation(np.unique(self.held_out.unit[self.rows]))
        size = np.bincount(self.held_out.unit[self.rows], minlength=self.held_out.n_units)
        taken = units[np.cumsum(size[units]) <= n_records]
        rows = self.rows & np.isin(self.held_out.unit, taken)
        return Part(self.held_out, rows, self.scored, NULL_RESAMPLES, self.margin)

    def count_units(self, task: Task) -> int:
        """Units with a labelled record of the part."""
        return len(np.unique(self.held_out.unit[self._labelled(task)]))

    def _labelled(self, task: Task) -> np.ndarray:
        return self.rows & self.held_out.has_label(task)

    def _load(self, folder: Path, task: Task) -> np.ndarray:
        logits = np.load(folder / f"logits_{task}.npy", allow_pickle=False)
        return logits[self.scored]

    def _units(self) -> np.ndarray:
        """Units of the part numbered without gaps, those of other records 0; (n_test,)."""
        numbers = np.zeros(len(self.rows), dtype=np.int64)
        numbers[self.rows] = np.unique(self.held_out.unit[self.rows], return_inverse=True)[1]
        return numbers

    def _draw(self) -> np.ndarray:
        if self._weightings is None:
            n_units = len(np.unique(self.held_out.unit[self.rows]))
            self._weightings = draw_weightings(n_units, resamples=self.resamples)
        return self._weightings


def describe_differences(
    part: Part, folders: Folders, pairs: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """A row for each pair of arms (treatment, reference), task and measure."""
    return [
        {
            "treatment": treatment,
            "reference": reference,
            "task": task,
            "measure": measure,
            **part.gain(
                folders[treatment][task], folders[reference][task], task, measure
            ).summary(),
        }
        for treatment, reference in pairs
        for task in TASKS
        for measure in MEASURES
    ]


def describe_classes(part: Part, folders: Folders) -> list[dict[str, Any]]:
    """What mtl gains over st by class, verdicts Holm-corrected."""
    rows = []
    for task in TASKS:
        for measure in MEASURES:
            gain = part.gain(folders["mtl"][task], folders["st"][task], task, measure)
            rows += [{"task": task, "measure": measure, **row} for row in gain.rows()[1:]]
    return rows


def describe_scores(part: Part, folders: Folders) -> dict[str, Any]:
    """Mean over seeds of each arm's scores."""
    scores: dict[str, Any] = {}
    for arm, by_task in folders.items():
        scores[arm] = {}
        for task, places in by_task.items():
            replicates = part.replicate(places, task)
            scores[arm][task] = {
                measure: round(float(getattr(replicates, measure)[:, 0].mean()), 5)
                for measure in MEASURES
            }
    return scores


def spread_arms(arms: Sequence[Arm], places: Sequence[Path]) -> dict[str, dict[Task, list[Path]]]:
    """Give each arm the folders of its jobs, which `run_fits` returns in the jobs' order."""
    left = iter(places)
    return {
        arm.name: {task: [next(left) for _ in jobs] for task, jobs in arm.jobs.items()}
        for arm in arms
    }
