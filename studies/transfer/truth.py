"""Does the ordinary verdict say what is so? Three seeds on a test split of the usual size, against
eight further seeds on many fresh records; and the variances that the simulation of it needs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.statistics.verdicts import decide_verdict
from intake_triage.tasks import TASKS, Task
from studies.transfer.arms import Folders
from studies.transfer.measure import MEASURES, Part
from studies.transfer.settings import StudyParams

NULL_SEED = 0
NULL_COMPARISONS = 100


def compare_with_truth(verdict: Part, fresh: Part, folders: Folders) -> list[dict[str, Any]]:
    """A row a task and measure: the ordinary verdict, the truth, and whether they agree.

    `agrees` goes by the truth's value, `judged` by its interval. `folders` holds mtl and st, and
    mtl_truth and st_truth of further seeds.
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
                    "judged": judge(said, low, high, margin=ordinary.margin),
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


def judge(verdict: str, low: float, high: float, *, margin: float) -> str:
    """What the truth's interval makes of a verdict: confirmed, contradicted, undecided or no claim.

    A sign is confirmed where the whole interval has it, and contradicted where the whole has the
    other; equivalence where the whole lies within the margin, or beyond it.
    """
    if verdict == "inconclusive":
        return "no claim"
    if verdict == "equivalent":
        inside, outside = -margin < low and high < margin, low > margin or high < -margin
    else:
        inside, outside = (low > 0, high < 0)[:: 1 if verdict.startswith("positive") else -1]
    return "confirmed" if inside else "contradicted" if outside else "undecided"


def compare_equals(fresh: Part, folders: Folders, study: StudyParams) -> list[dict[str, Any]]:
    """How often two sets of seeds of one arm, which do not differ in truth, are told apart.

    Each comparison draws two disjoint sets of as many seeds as the ordinary one has, and as many
    units of `fresh` as hold the ordinary number of records. Comparisons share seeds and records, so
    that their number overstates how much is known.

    Returns
    -------
    list of dict
        A row an arm, task and measure: comparisons; claimed: share called positive or negative;
        family: share with a class so called after Holm's correction; seeds to draw from.
    """
    rng = np.random.default_rng(NULL_SEED)
    rows = []
    n_seeds = len(study.seeds)
    for arm in ("st", "mtl"):
        for task in TASKS:
            places = _all_seeds(folders, arm, task)
            counts = {measure: np.zeros(2) for measure in MEASURES}
            for _ in range(NULL_COMPARISONS):
                part = fresh.draw(study.records.verdict, rng)
                order = rng.permutation(len(places))
                sets = [[places[k] for k in order[:n_seeds]]]
                sets.append([places[k] for k in order[n_seeds : 2 * n_seeds]])
                for measure in MEASURES:
                    verdicts = [row["verdict"] for row in part.gain(*sets, task, measure).rows()]
                    signs = [verdict.startswith(("positive", "negative")) for verdict in verdicts]
                    counts[measure] += signs[0], any(signs[1:])
            for measure, (claimed, family) in counts.items():
                rows.append(
                    {
                        "arm": arm,
                        "task": task,
                        "measure": measure,
                        "comparisons": NULL_COMPARISONS,
                        "seeds": len(places),
                        "claimed": round(claimed / NULL_COMPARISONS, 4),
                        "family": round(family / NULL_COMPARISONS, 4),
                    }
                )
    return rows


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
