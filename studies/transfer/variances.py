"""What a difference varies by, and how often fits that do not differ in truth are told apart."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from intake_triage.statistics.bootstrap import Replicates
from intake_triage.tasks import TASKS
from studies.transfer.arms import Folders
from studies.transfer.controls import COMPARED, MEASURES, SIGNS
from studies.transfer.measure import ScoredPart

EQUALS_SEED = 0
EQUALS = 100  # comparisons
EQUALS_RECORDS = 6000  # of each: those of the test split of the pipeline's default run
BY_CLASS = {"macro_f1": "f1", "log_loss": "class_log_loss"}


def measure_variances(part: ScoredPart, folders: Folders) -> list[dict]:
    """What a difference of mtl and st varies by: over seeds, and over units of test.

    Returns
    -------
    list of dict
        A row a task and measure. st, mtl: standard deviation over seeds of the score; records:
        standard error over the units of the seed-mean difference; units; and the same by class.
    """
    rows = []
    for task, measure in COMPARED:
        arms = {arm: part.replicate(folders[arm][task], task) for arm in ("st", "mtl")}
        overall, by_class = (_deviations(arms, score) for score in (measure, BY_CLASS[measure]))
        rows.append(
            {
                "task": task,
                "measure": measure,
                "seeds": len(folders["st"][task]),
                "units": part.split.sample(task).n_units,
                **{name: round(float(value), 6) for name, value in overall.items()},
                "classes": [
                    {
                        "class": label,
                        **{name: round(float(values[k]), 6) for name, values in by_class.items()},
                    }
                    for k, label in part.test.classes_to_show(task).items()
                ],
            }
        )
    return rows


def _deviations(arms: dict[str, Replicates], score: str) -> dict[str, np.ndarray]:
    """Of each arm over its seeds, and of mtl less st over the records; () or (n_classes,)."""
    values = {arm: getattr(replicates, score) for arm, replicates in arms.items()}
    gain = values["mtl"].mean(axis=0) - values["st"].mean(axis=0)
    over_seeds = {arm: scores[:, 0].std(axis=0, ddof=1) for arm, scores in values.items()}
    return over_seeds | {"records": np.nanstd(gain[1:], axis=0, ddof=1)}


def compare_equals(part: ScoredPart, folders: Folders, seeds: Sequence[int]) -> list[dict]:
    """How often two halves of the seeds of one arm, which do not differ in truth, get a sign.

    Each comparison draws the halves anew, and as many units as hold `EQUALS_RECORDS`. Comparisons
    share seeds and records, so that their number overstates how much is known.

    Returns
    -------
    list of dict
        A row an arm, task and measure: comparisons; claimed: share called positive or negative;
        family: share with a class so called after Holm's correction; seeds of each half.
    """
    rng = np.random.default_rng(EQUALS_SEED)
    rows, half = [], len(seeds) // 2
    for arm, task in product(("st", "mtl"), TASKS):
        places = folders[arm][task]
        counts = {measure: np.zeros(2) for measure in MEASURES}
        for _ in range(EQUALS):
            drawn = part.draw(EQUALS_RECORDS, rng)
            order = [places[k] for k in rng.permutation(len(places))]
            for measure in MEASURES:
                gain = drawn.compare(order[:half], order[half : 2 * half], task, measure)
                signs = [row["verdict"].startswith(SIGNS) for row in gain.rows()]
                counts[measure] += signs[0], any(signs[1:])
        for measure, shares in counts.items():
            claimed, family = (shares / EQUALS).round(4).tolist()
            what = {"arm": arm, "task": task, "measure": measure}
            found = {"comparisons": EQUALS, "seeds": half, "claimed": claimed, "family": family}
            rows.append(what | found)
    return rows
