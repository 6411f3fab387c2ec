"""Is the verdict to be trusted? Simulated comparisons whose truth is known, decided like real ones.

Reads   studies/transfer/results/<block>.json: variances measured on the committed fits
Writes  studies/transfer/validity.json

A difference varies with the seeds of both arms and with the records (groups, in the survey) that
are tested on. Each simulated comparison draws both parts from normal distributions as wide as was
measured, and a variance of each as so many seeds and that many units would estimate it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from intake_triage.errors import run_stage
from intake_triage.files import read_json, write_json
from intake_triage.statistics.estimates import (
    Estimate,
    estimate_class_differences,
    estimate_difference,
)
from intake_triage.statistics.verdicts import Transfer, decide_verdict
from studies.transfer.controls import SIGNS
from studies.transfer.settings import RESULTS, VALIDITY, load_block_params, load_study

SIMULATIONS = 2000
TRUE_EFFECT = 0.02  # macro-F1, whose power is stated
SIMULATION_SEED = 0
TWO_POINTS = np.array([-1.0, 1.0]) / np.sqrt(2)  # with a variance, over n − 1 = 1, of exactly 1


def main() -> None:
    study = load_study()
    names, calls = [], []
    for name in study.blocks:
        path = RESULTS / f"{name}.json"
        if path.exists():
            margins = load_block_params(study, study.blocks[name]).compare.margin
            for row in read_json(path)["variances"]:
                names.append(name)
                margin = getattr(margins, row["measure"])
                stream = [SIMULATION_SEED, len(calls)]  # so that no row repeats another's luck
                calls.append(
                    delayed(simulate)(row, stream, n_seeds=len(study.seeds), margin=margin)
                )
    simulated = Parallel(n_jobs=-1, return_as="generator")(calls)
    bar = tqdm(zip(names, simulated, strict=True), desc="rows", total=len(calls), disable=None)
    rows = [{"block": name, **row} for name, row in bar]
    error = round(float(np.sqrt(0.05 * 0.95 / SIMULATIONS)), 4)
    write_json(VALIDITY, {"simulations": SIMULATIONS, "monte_carlo_error": error, "rows": rows})


def simulate(
    measured: dict[str, Any], stream: Sequence[int], *, n_seeds: int, margin: float
) -> dict[str, Any]:
    """How often a comparison without a true difference claims one, and how often one is found.

    Parameters
    ----------
    measured : a row of `variances.measure_variances`
    stream : the seed of its random numbers
    n_seeds : of each arm in the ordinary comparison
    margin : in the measure's unit

    Returns
    -------
    dict
        task, measure; claimed: share of null comparisons called positive or negative; covered:
        share whose 95 % interval holds 0; family: share with a class so called after Holm's
        correction; power: share of comparisons with a true `TRUE_EFFECT` called positive, for
        macro-F1 alone.
    """
    rng = np.random.default_rng(stream)

    def compare(effect: float) -> Estimate:
        return draw([measured], effect, n_seeds=n_seeds, rng=rng)[0]

    null = [compare(0.0) for _ in range(SIMULATIONS)]
    names = [each["class"] for each in measured["classes"]]
    classes = [{**measured, **each} for each in measured["classes"]]
    families, held = 0, np.zeros(len(names))
    for overall in null:
        by_class = draw(classes, 0.0, n_seeds=n_seeds, rng=rng)
        by_name = dict(zip(names, by_class, strict=True))
        rows = Transfer(overall, by_name, margin, n_seeds).rows()[1:]
        families += any(row["verdict"].startswith(SIGNS) for row in rows)
        held += [row["low"] <= 0 <= row["high"] for row in rows]
    power = None
    if measured["measure"] == "macro_f1":
        true = [compare(TRUE_EFFECT) for _ in range(SIMULATIONS)]
        power = _share(decide_verdict(each, margin=margin).startswith("positive") for each in true)
    return {
        **{key: measured[key] for key in ("task", "measure", "seeds", "units")},
        "claimed": _share(decide_verdict(each, margin=margin).startswith(SIGNS) for each in null),
        "covered": _share(low <= 0 <= high for low, high in map(Estimate.interval, null)),
        "family": round(families / SIMULATIONS, 4),
        "covered_by_class": round(float(held.min()) / SIMULATIONS, 4),
        "power": power,
    }


def draw(
    classes: list[dict[str, Any]], effect: float, *, n_seeds: int, rng: np.random.Generator
) -> list[Estimate]:
    """Comparisons with a true effect, estimated as the pipeline does: of one score, or by class.

    Each is given replicates: scores of each arm's seeds, and resamples that vary as the records do.
    Classes are drawn independently: measured over seeds their scores hardly hang together.
    """
    mtl, st = (
        np.column_stack([rng.normal(0, each[arm], n_seeds) for each in classes])
        for arm in ("mtl", "st")
    )  # (n_seeds, n_classes)
    records = np.array([each["records"] for each in classes])
    units = classes[0]["units"]
    observed = effect + rng.normal(0, records)
    # What a sample of so many units says of its own spread.
    spread = records * np.sqrt(rng.chisquare(units - 1, len(classes)) / units)
    resamples = observed + spread * TWO_POINTS[:, None]  # (2, n_classes)
    constant = np.broadcast_to(resamples, (n_seeds, *resamples.shape))
    first = np.concatenate([(mtl + observed)[:, None], constant], axis=1)
    second = np.concatenate([st[:, None], np.zeros_like(constant)], axis=1)
    if len(classes) == 1:
        return [estimate_difference(first[..., 0], second[..., 0], n_units=units)]
    return estimate_class_differences(first, second, n_units=units)


def _share(values: Iterable[bool]) -> float:
    return round(sum(values) / SIMULATIONS, 4)


if __name__ == "__main__":
    run_stage(main)
