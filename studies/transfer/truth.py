"""Does the ordinary verdict say what is so? Three seeds on a test split of the usual size, against
eight further seeds on many fresh records; and the variances that the simulation of it needs.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np

from intake_triage.statistics.bootstrap import Replicates
from intake_triage.statistics.verdicts import decide_verdict
from intake_triage.tasks import TASKS, Task
from studies.transfer.arms import Folders
from studies.transfer.controls import SIGNS
from studies.transfer.measure import COMPARED, MEASURES, ScoredPart
from studies.transfer.settings import StudyParams

NULL_SEED = 0
NULL_COMPARISONS = 100
BY_CLASS = {"macro_f1": "f1", "log_loss": "class_log_loss"}


def compare_with_truth(verdict: ScoredPart, fresh: ScoredPart, folders: Folders) -> list[dict]:
    """A row a task and measure: the ordinary verdict, the truth, and whether they agree.

    `agrees` goes by the truth's value, `judged` by its interval. `folders` holds mtl and st, and
    mtl_truth and st_truth of further seeds.
    """
    rows = []
    for task, measure in COMPARED:
        ordinary = verdict.compare(folders["mtl"][task], folders["st"][task], task, measure)
        further = folders["mtl_truth"][task], folders["st_truth"][task]
        true = fresh.compare(*further, task, measure).overall
        low, high = true.interval()
        margin = ordinary.margin
        said = decide_verdict(ordinary.overall, margin=margin)
        rows.append(
            {
                "task": task,
                "measure": measure,
                **ordinary.summary(),
                "truth": round(true.value, 4),
                "truth_low": round(low, 4),
                "truth_high": round(high, 4),
                "margin": margin,
                "agrees": agrees(said, true.value, margin=margin),
                "judged": judge(said, low, high, margin=margin),
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


def compare_equals(fresh: ScoredPart, folders: Folders, study: StudyParams) -> list[dict]:
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
    for arm, task in product(("st", "mtl"), TASKS):
        places = _all_seeds(folders, arm, task)
        counts = {measure: np.zeros(2) for measure in MEASURES}
        for _ in range(NULL_COMPARISONS):
            part = fresh.draw(study.records.verdict, rng)
            drawn = [places[k] for k in rng.permutation(len(places))[: 2 * n_seeds]]
            for measure in MEASURES:
                gain = part.compare(drawn[:n_seeds], drawn[n_seeds:], task, measure)
                signs = [row["verdict"].startswith(SIGNS) for row in gain.rows()]
                counts[measure] += signs[0], any(signs[1:])
        for measure, shares in counts.items():
            where = {"arm": arm, "task": task, "measure": measure}
            drawn_from = {"comparisons": NULL_COMPARISONS, "seeds": len(places)}
            claimed, family = (shares / NULL_COMPARISONS).round(4).tolist()
            rows.append({**where, **drawn_from, "claimed": claimed, "family": family})
    return rows


def measure_variances(verdict: ScoredPart, fresh: ScoredPart, folders: Folders) -> list[dict]:
    """What a difference varies by: over seeds, from all fits, and over the units of a test split.

    Returns
    -------
    list of dict
        A row a task and measure. st, mtl: standard deviation over seeds of the score on `fresh`;
        records: standard error over the units of `verdict` of the seed-mean difference; units;
        and the same by class.
    """
    rows = []
    for task, measure in COMPARED:
        arms = {arm: _all_seeds(folders, arm, task) for arm in ("st", "mtl")}
        on_fresh = {arm: fresh.replicate(places, task) for arm, places in arms.items()}
        on_verdict = [verdict.replicate(folders[arm][task], task) for arm in ("mtl", "st")]
        overall, by_class = (
            _deviations(on_fresh, on_verdict, score) for score in (measure, BY_CLASS[measure])
        )
        rows.append(
            {
                "task": task,
                "measure": measure,
                "seeds": len(arms["st"]),
                "units": verdict.split.sample(task).n_units,
                **{name: round(float(value), 6) for name, value in overall.items()},
                "classes": [
                    {
                        "class": label,
                        **{name: round(float(values[k]), 6) for name, values in by_class.items()},
                    }
                    for k, label in verdict.test.classes_to_show(task).items()
                ],
            }
        )
    return rows


def _deviations(
    on_fresh: dict[str, Replicates], on_verdict: Sequence[Replicates], score: str
) -> dict[str, np.ndarray]:
    """Of each arm over its seeds, and of mtl less st over the records; () or (n_classes,)."""
    mtl, st = (getattr(replicates, score).mean(axis=0) for replicates in on_verdict)
    over_seeds = {
        arm: getattr(replicates, score)[:, 0].std(axis=0, ddof=1)
        for arm, replicates in on_fresh.items()
    }
    return over_seeds | {"records": np.nanstd((mtl - st)[1:], axis=0, ddof=1)}


def _all_seeds(folders: Folders, arm: str, task: Task) -> list[Path]:
    return [*folders[arm][task], *folders.get(f"{arm}_truth", {}).get(task, [])]
