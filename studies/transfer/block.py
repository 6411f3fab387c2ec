"""One block of the study: one source, all its fits, and what they show.

Reads   studies/transfer/params.yaml, params.yaml; the survey's files for the block `namcs`
Writes  studies/transfer/results/<block>.json

Called with a block's name; with `--plan` and any number of names it only says how many fits are
open and about how long they take.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.errors import InputError, run_stage
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.run import run_fits
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS, Task
from studies.transfer.arms import Arm, ArmMaker, Folders, choose_weights, describe_trial
from studies.transfer.controls import all_pairs
from studies.transfer.dial import recommend_set_up
from studies.transfer.measure import (
    ScoredPart,
    describe_classes,
    describe_differences,
    describe_scores,
)
from studies.transfer.settings import (
    RESULTS,
    STUDY,
    Block,
    StudyParams,
    load_block_params,
    load_study,
)
from studies.transfer.sources import prepare_records, read_test_parts
from studies.transfer.truth import compare_equals, compare_with_truth, measure_variances

WORK = STUDY / "work"  # records and finished fits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("blocks", nargs="+")
    parser.add_argument("--plan", action="store_true")
    asked = parser.parse_args()
    study = load_study()
    for name in asked.blocks:
        if name not in study.blocks:
            known = ", ".join(study.blocks)
            raise InputError(f"block {name!r}: not in params.yaml of the study, which has {known}")
        if not asked.plan:
            run_block(name, study)
        elif not (RESULTS / f"{name}.json").exists():
            print(plan_block(name, study))


def plan_block(name: str, study: StudyParams) -> str:
    """How many Transformers a block trains at most, and about how long that takes."""
    fits, records = count_training(study, study.blocks[name])
    minutes = records / study.throughput / 60
    return f"{name}: about {fits} Transformer fits, {minutes:.0f} minutes of training on two cores"


def count_training(study: StudyParams, block: Block) -> tuple[int, int]:
    """Number of fits, and of records that all their passes read."""
    seeds, passes = len(study.seeds), load_block_params(study, block).train.epochs
    pair_and_mtl = len(TASKS) + 1
    trials = len(study.balancing) * len(study.trial_weights) + len(study.frontier_weights)
    made = {  # fits, and passes that one makes
        "partner": [(seeds * (pair_and_mtl + len(TASKS)), passes)],
        "truth": [(len(study.truth_seeds) * pair_and_mtl, passes)],
        "fractions": [(seeds * 2 * len(TASKS) * len(study.label_fractions), passes)],
        "size": [(seeds, 2 * passes), (seeds * pair_and_mtl, study.compute_factor * passes)],
        "balancing": [(trials + seeds * len(study.balancing), passes)],
        "start": [
            (2 * seeds * len(TASKS), study.fine_tuning.epochs),
            (seeds, study.pretraining.epochs),
            (seeds * pair_and_mtl, passes),
        ],
    }
    groups = [g for control in ("partner", *block.controls) for g in made.get(control, [])]
    n_fits = sum(fits for fits, _ in groups)
    return n_fits, sum(fits * each * study.records.train for fits, each in groups)


def run_block(name: str, study: StudyParams) -> None:
    """Make the block's fits, those that are kept excepted, and write what they show."""
    block = study.blocks[name]
    params = load_block_params(study, block)
    print(plan_block(name, study), flush=True)
    layout = prepare_records(params, study.records, WORK, name)
    folders, extra = make_fits(ArmMaker(study, params, layout), block)

    test, parts = read_test_parts(layout, study.records)
    prepared = read_prepared(layout)
    split = prepared.frame["split"].to_numpy(str)
    places = {name: np.flatnonzero(split[split != "train"] == name) for name in np.unique(split)}
    verdict, fresh = (
        ScoredPart(test, parts[part], places["test"], study.resamples, params.compare.margin)
        for part in ("verdict", "fresh")
    )
    pairs = [pair for pair in all_pairs(study) if set(pair) <= set(folders)]
    result = {
        "block": name,
        "task_relatedness": block.task_relatedness,
        "conflict": block.conflict,
        "records": {part: int(rows.sum()) for part, rows in parts.items()},
        "units": {part: len(np.unique(test.unit[rows])) for part, rows in parts.items()},
        "differences": describe_differences(fresh, folders, pairs),
        "classes": describe_classes(fresh, folders),
        "scores": describe_scores(fresh, folders),
        "variances": measure_variances(verdict, fresh, folders),
        **extra,
    }
    if "truth" in block.controls:
        result["truth"] = compare_with_truth(verdict, fresh, folders)
        result["null"] = compare_equals(fresh, folders, study)
    if "dial" in block.controls:
        calibrate = prepared.of_split("calibrate")
        result["dial"] = recommend_set_up(calibrate, places["calibrate"], folders, params)
    write_json(RESULTS / f"{name}.json", result)


def make_fits(maker: ArmMaker, block: Block) -> tuple[Folders, dict[str, Any]]:
    """All arms of a block: those that start from nothing, then those that need the first.

    Returns
    -------
    Folders
        Trials and pre-training excepted.
    dict
        cost: CPU-seconds of training a seed, by arm; trials and chosen weights, where some were
        made.
    """
    study, controls = maker.study, block.controls
    systems = ("mtl", "st")
    arms = [maker.transformer(system, system) for system in systems]
    arms.append(maker.shuffled_partner())
    if "truth" in controls:
        further = study.truth_seeds
        arms += [maker.transformer(system, f"{system}_truth", further) for system in systems]
    if "fractions" in controls:
        arms += maker.few_labels()
    if "size" in controls:
        arms += maker.equal_size()
    if {"dial", "start"} & set(controls):
        arms += maker.tabular()
    trials = maker.trials() if "balancing" in controls else []
    pretraining = [maker.pretraining()] if "start" in controls else []
    folders = run_arms([*arms, *trials, *pretraining])

    tried = [describe_trial(arm, folders.pop(arm.name)["urgency"][0]) for arm in trials]
    chosen = choose_weights(tried, study.trial_weights)
    before = {arm.name: folders.pop(arm.name) for arm in pretraining}
    later = maker.balanced(chosen)
    if "start" in controls:
        later += [*maker.fine_tuned(folders), maker.gbm_with_features(folders["mtl"]["urgency"])]
        later += maker.pretrained(before["pretraining"]["urgency"])
    folders |= run_arms(later)

    costs = {arm: cost_a_seed(places) for arm, places in (folders | before).items()}
    return folders, {"cost": costs} | ({"trials": tried, "chosen": chosen} if tried else {})


def run_arms(arms: Iterable[Arm]) -> dict[str, Mapping[Task, Sequence[Path]]]:
    """Run the fits of all arms, those excepted that were finished before."""
    arms = list(arms)
    jobs = [job for arm in arms for of_task in arm.jobs.values() for job in of_task]
    left = iter(run_fits(jobs, Layout(WORK).fits))
    return {
        arm.name: {task: [next(left) for _ in of_task] for task, of_task in arm.jobs.items()}
        for arm in arms
    }


def cost_a_seed(places: Mapping[Task, Sequence[Path]]) -> float:
    """CPU-seconds to train both tasks, mean over seeds; mtl's one fit counts once."""
    fits = {folder for of_task in places.values() for folder in of_task}
    seconds = sum(read_json(folder / "cost.json")["cpu_seconds"] for folder in fits)
    return round(seconds / len(next(iter(places.values()))), 1)


if __name__ == "__main__":
    run_stage(main)
