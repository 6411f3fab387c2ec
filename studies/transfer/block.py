"""One block of the study: one source, all its fits, and what they show.

Reads   studies/transfer/params.yaml, params.yaml; the survey's files for the block `namcs`
Writes  studies/transfer/results/<block>.json

Called with a block's name; with `--plan` and any number of names it only says how many fits are
open and about how long they take.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intake_triage.errors import InputError, run_stage
from intake_triage.evaluation.samples import read_test_split
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.disclosure import smallest_to_show
from intake_triage.tasks import TASKS
from studies.transfer.arms import ArmMaker, Folders, cost_a_seed, run_arms
from studies.transfer.controls import STARTS, all_pairs
from studies.transfer.dial import recommend_set_up
from studies.transfer.distil import soften, split_train, write_blend
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
from studies.transfer.sources import prepare_records
from studies.transfer.variances import compare_equals, measure_variances
from studies.transfer.variants import add_unlabelled

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
    """Number of Transformer fits, and of records that all their passes read."""
    few, passes = len(study.few_seeds), load_block_params(study, block).train.epochs
    pair_and_mtl, distillation = len(TASKS) + 1, study.distillation
    made = {  # fits, and passes that one makes over train
        "compared": [(len(study.seeds) * (pair_and_mtl + len(TASKS)), passes)],
        "few_labels": [(few * 2 * len(TASKS) * len(study.label_fractions), passes)],
        "size": [(few, 2 * passes), (few * pair_and_mtl, study.compute_factor * passes)],
        "fine_tuning": [(2 * few * len(TASKS), study.fine_tuning.epochs)],
        "distillation": [(distillation.folds + few, passes)],
    }
    if "distillation" in block.controls and block.reading is not None:
        more = 1 + distillation.unlabelled / study.records.train
        made["distillation"].append((few, round(distillation.unlabelled_epochs * more)))
    groups = [g for control in ("compared", *block.controls) for g in made.get(control, [])]
    n_fits = sum(fits for fits, _ in groups)
    return n_fits, sum(fits * each * study.records.train for fits, each in groups)


def run_block(name: str, study: StudyParams) -> None:
    """Make the block's fits, those that are kept excepted, and write what they show."""
    block = study.blocks[name]
    params = load_block_params(study, block)
    print(plan_block(name, study), flush=True)
    layout = prepare_records(params, study.records, WORK, name)
    folders, costs = make_fits(ArmMaker(study, params, layout), block)

    prepared = read_prepared(layout)
    split = prepared.frame["split"].to_numpy(str)
    places = {name: np.flatnonzero(split[split != "train"] == name) for name in np.unique(split)}
    test = read_test_split(
        prepared.of_split("test"),
        resamples=0,
        smallest_shown=smallest_to_show(params.data.source),
        layout=layout,
    )
    part = ScoredPart(
        test,
        np.ones(len(test.record_id), bool),
        places["test"],
        study.resamples,
        params.compare.margin,
    )
    pairs = [pair for pair in all_pairs(study) if set(pair) <= set(folders)]
    result = {
        "block": name,
        "task_relatedness": block.task_relatedness,
        "reading": block.reading,
        "records": len(test.record_id),
        "units": test.n_units,
        "differences": describe_differences(part, folders, pairs),
        "classes": describe_classes(part, folders),
        "scores": describe_scores(part, folders),
        "variances": measure_variances(part, folders),
        "gradients": describe_gradients(folders["mtl"][TASKS[0]]),
        "cost": costs,
    }
    if "equals" in block.controls:
        result["equals"] = compare_equals(part, folders, study.seeds)
    if "dial" in block.controls:
        calibrate = prepared.of_split("calibrate")
        few = {
            arm: {task: fits[: len(study.few_seeds)] for task, fits in by_task.items()}
            for arm, by_task in folders.items()
        }
        result["dial"] = recommend_set_up(calibrate, places["calibrate"], few, params)
    write_json(RESULTS / f"{name}.json", result)


def make_fits(maker: ArmMaker, block: Block) -> tuple[Folders, dict[str, float]]:
    """All arms of a block, and CPU-seconds of training a seed of each with all that it needs."""
    controls, kept = block.controls, Layout(WORK).fits
    arms = maker.compared()
    if "few_labels" in controls:
        arms += maker.few_labels()
    if "size" in controls:
        arms += maker.equal_size()
    if {"dial", "distillation"} & set(controls):
        arms += maker.tabular()
    folders = run_arms(arms, kept)
    if "fine_tuning" in controls:
        folders |= run_arms(maker.fine_tuned(folders), kept)
    costs = {arm: cost_a_seed(places) for arm, places in folders.items()}
    for arm, start in STARTS.items():
        if arm in costs:
            costs[arm] = round(costs[arm] + costs[start], 1)
    if "distillation" in controls:
        further, their_costs = make_distilled(maker, folders, unlabelled=block.reading is not None)
        folders, costs = folders | further, costs | their_costs
    return folders, costs


def make_distilled(
    maker: ArmMaker, folders: Folders, *, unlabelled: bool
) -> tuple[Folders, dict[str, float]]:
    """The blend gbm+mtl of each seed, and the mtl that learns from teachers like it."""
    kept, settings = Layout(WORK).fits, maker.study.distillation
    systems = ("gbm", "mtl")
    blends = [
        write_blend(
            {task: [folders[system][task][k] for system in systems] for task in TASKS},
            maker.layout,
            WORK / "blends",
        )
        for k in range(len(maker.study.few_seeds))
    ]
    labelled, layout, train = maker.layout, maker.layout, maker.params.train
    if unlabelled:
        layout = add_unlabelled(labelled, maker.params.data, settings.unlabelled)
    parts = split_train(layout, settings.folds)
    made = run_arms(maker.teachers(parts), kept)
    teachers = [
        {task: [made[f"{system} teacher {k}"][task][0] for system in systems] for task in TASKS}
        for k in range(settings.folds)
    ]
    arms = [maker.distilled("distilled", soften(labelled, parts, teachers), train)]
    if unlabelled:
        few_passes = maker.passes(settings.unlabelled_epochs)
        soft = soften(layout, parts, teachers)
        arms.append(maker.distilled("distilled_unlabelled", soft, few_passes))
    students = run_arms(arms, kept)
    teaching = sum(cost_a_seed(places) for places in made.values())
    costs = {arm: round(cost_a_seed(places) + teaching, 1) for arm, places in students.items()}
    costs["blend"] = round(sum(cost_a_seed(folders[system]) for system in systems), 1)
    return students | {"blend": dict.fromkeys(TASKS, blends)}, costs


def describe_gradients(fits: Sequence[Path]) -> dict[str, float]:
    """How the tasks' gradients on the shared weights lie to each other, over seeds and epochs."""
    cosines = [
        row["gradient_cosine"]
        for folder in fits
        for row in read_json(folder / "history.json")
        if row["task"] == TASKS[0]
    ]
    negative = sum(cosine < 0 for cosine in cosines)
    return {"looks": len(cosines), "negative": negative, "mean": round(float(np.mean(cosines)), 4)}


if __name__ == "__main__":
    run_stage(main)
