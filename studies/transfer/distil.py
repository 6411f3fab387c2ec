"""One mtl that learns what a blend says: soft labels, cross-fitted on train.

For each part of train, teachers learn from the others and say of its records what they think; of
forms without any label all teachers are averaged. A teacher is the blend gbm+mtl, of one seed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.fit_calibrators import fit_calibrator
from intake_triage.files import replacing
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.balancing import make_balancing
from intake_triage.models.transformer.batches import EncodedRecords
from intake_triage.models.transformer.fit import build_model, fit_model
from intake_triage.params import EncoderParams, MtlParams, TrainParams
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import NO_LABEL, PreparedRecords, read_prepared
from intake_triage.tasks import TASKS, Task
from studies.transfer.variants import HELD_OUT, SOFT, UNLABELLED, add_soft_labels, hold_out


def distil(
    fit: Fit,
    layout: Layout,
    folder: Path,
    *,
    encoder: EncoderParams,
    train: TrainParams,
    mtl: MtlParams,
) -> int:
    """Train an mtl on soft labels alone; see `jobs.TrainFit`.

    References
    ----------
    Hinton, Vinyals and Dean (2015), Distilling the knowledge in a neural network.
    """

    def relabel(records: EncodedRecords) -> EncodedRecords:
        chances = {
            task: np.load(layout.prepared / SOFT.format(task), allow_pickle=False)
            for task in fit.tasks
        }
        if any(len(soft) != len(records) for soft in chances.values()):
            raise ValueError(f"{layout.prepared}: soft labels of other records than train has")
        return replace(records, labels={k: torch.from_numpy(v) for k, v in chances.items()})

    make_model = partial(build_model, fit.tasks, encoder)
    return fit_model(make_model, fit, layout, folder, train, make_balancing(mtl), relabel)


def split_train(layout: Layout, n_folds: int) -> list[Layout]:
    """The records of a teacher each: all of train but one part, whole units on either side."""
    train = read_prepared(layout).of_split("train")
    labels = [train.labels(task) for task in TASKS]
    fold = assign_folds(train.frame["unit"].to_numpy(np.int64), labels, n_folds=n_folds)
    return [hold_out(layout, fold, number) for number in range(n_folds)]


def soften(
    layout: Layout, parts: Sequence[Layout], teachers: Sequence[Mapping[Task, Sequence[Path]]]
) -> Layout:
    """`layout` with soft labels.

    Parameters
    ----------
    parts : as `split_train` has them, of `layout` or of one with further records
    teachers : for each part, by task, the folders of the blend's fits on it
    """
    frame = read_prepared(layout).frame
    unlabelled = (frame["split"] == UNLABELLED).to_numpy()
    soft: dict[Task, np.ndarray] = {}
    for task in TASKS:
        for part, members in zip(parts, teachers, strict=True):
            prepared = read_prepared(part)
            split = prepared.frame["split"].to_numpy(str)
            scored = np.flatnonzero(split != "train")
            chances = np.exp(blend(members[task], prepared, task))
            total = soft.setdefault(task, np.zeros((len(frame), chances.shape[1])))
            here = split[scored] == HELD_OUT
            total[scored[here]] = chances[here]
            if unlabelled.any():
                total[unlabelled] += chances[split[scored] == UNLABELLED] / len(teachers)
    return add_soft_labels(layout, soft, _digest(teachers))


def write_blend(members: Mapping[Task, Sequence[Path]], layout: Layout, root: Path) -> Path:
    """A folder in `root` that is read like a fit's, with what the members say together."""
    folder = root / _digest([members])
    if not folder.exists():
        prepared = read_prepared(layout)
        with replacing(folder) as temporary:
            temporary.mkdir()
            for task, places in members.items():
                np.save(temporary / f"logits_{task}.npy", blend(places, prepared, task))
    return folder


def blend(members: Sequence[Path], prepared: PreparedRecords, task: Task) -> np.ndarray:
    """Log of the members' mean chances, each with the temperature that fits valid.

    float64 of shape (n_records outside train, n_classes).
    """
    split = prepared.frame["split"].to_numpy(str)
    valid = split[split != "train"] == "valid"
    labels = prepared.of_split("valid").labels(task)
    calibrated = []
    for folder in members:
        logits = np.load(folder / f"logits_{task}.npy", allow_pickle=False).astype(np.float64)
        known = labels != NO_LABEL
        fitted = fit_calibrator("temperature", logits[valid][known], labels[known])
        calibrated.append(fitted.apply(logits))
    return log_mean_probabilities(calibrated)


def _digest(teachers: Sequence[Mapping[Task, Sequence[Path]]]) -> str:
    """Of the fits, whose folders are named by all that they depend on."""
    names = [place.name for members in teachers for task in TASKS for place in members[task]]
    return hashlib.sha256("".join(names).encode()).hexdigest()[:16]
