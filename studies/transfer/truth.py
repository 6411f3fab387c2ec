"""Does the ordinary verdict say what is so? Three seeds on a test split of the usual size, against
eight further seeds on many fresh records; and the variances that the simulation of it needs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.evaluation.transfer import decide_verdict
from intake_triage.tasks import TASKS, Task
from studies.transfer.measure import MEASURES, Folders, Part


def compare_with_truth(verdict: Part, fresh: Part, folders: Folders) -> list[dict[str, Any]]:
    """A row a task and measure: the ordinary verdict, the truth, and whether they agree.

    `folders` holds mtl and st, and mtl_truth and st_truth of further seeds.
    """
    rows = []
    for task in TASKS:
        for measure in MEASURES:
            ordinary = verdict.gain(folders["mtl"][task], folders["st"][task], task, measure)
            true = fresh.gain(
                folders["mtl_truth"][task], folders["st_truth"][task], task, measure
            ).overall
            low, high = true.interval()
            said = decide_verdict(ordinary.overall, margin=ordinary.margin)
            rows.append(
                {
                    "task": task,
                    "measure": measure,
                    **ordinary.summary(),
                    "truth": round(true.value, 4),
                    "truth_low": round(low, 4),
                    "truth_high": round(high, 4),
                    "margin": ordinary.margin,
                    "agrees": agrees(said, true.value, margin=ordinary.margin),
                }
            )
    return rows


def agrees(verdict: str, truth: float, *, margin: float) -> bool | None:
    """Whether a claimed sign is the true one, and what is called equivalent lies in the margin.

    None where the verdict claims nothing.
    """
    if verdict.startswith("positive"):
        return truth > 0
    if verdict.startswith("negative"):
        return truth < 0
    return abs(truth) < margin if verdict == "equivalent" else None


def measure_variances(verdict: Part, fresh: Part, folders: Folders) -> list[dict[str, Any]]:
    """What a difference varies by: over seeds, from all fits, and over the units of a test split.

    Returns
    -------
    list of dict
        A row a task and measure. st, mtl: standard deviation over seeds of the score on `fresh`;
        records: standard error over the units of `verdict` of the seed-mean difference; units;
        and the same by class.
    """
    rows = []
    for task in TASKS:
        arms = {arm: _all_seeds(folders, arm, task) for arm in ("st", "mtl")}
        on_fresh = {arm: fresh.replicate(places, task) for arm, places in arms.items()}
        on_verdict = {arm: verdict.replicate(folders[arm][task], task) for arm in arms}
        classes = verdict.held_out.classes_to_show(task)
        for measure, by_class in zip(MEASURES, ("f1", "class_log_loss"), strict=True):
            difference = np.subtract(
                *(getattr(on_verdict[arm], measure).mean(axis=0) for arm in ("mtl", "st"))
            )
            differences = np.subtract(
                *(getattr(on_verdict[arm], by_class).mean(axis=0) for arm in ("mtl", "st"))
            )  # (n_weightings, n_classes)
            rows.append(
                {
                    "task": task,
                    "measure": measure,
                    "seeds": len(arms["st"]),
                    "units": verdict.count_units(task),
                    **{
                        arm: round(float(getattr(scores, measure)[:, 0].std(ddof=1)), 6)
                        for arm, scores in on_fresh.items()
                    },
                    "records": round(float(difference[1:].std(ddof=1)), 6),
                    "classes": [
                        {
                            "class": name,
                            **{
                                arm: round(float(getattr(scores, by_class)[:, 0, k].std(ddof=1)), 6)
                                for arm, scores in on_fresh.items()
                            },
                            "records": round(float(np.nanstd(differences[1:, k], ddof=1)), 6),
                        }
                        for k, name in classes.items()
                    ],
                }
            )
    return rows


def _all_seeds(folders: Folders, arm: str, task: Task) -> Sequence[Path]:
    return [*folders[arm][task], *folders.get(f"{arm}_truth", {}).get(task, [])]
