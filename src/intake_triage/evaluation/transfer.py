"""What the multi-task model gains over a separate Transformer a task, on one split."""

from typing import Any

from intake_triage.evaluation.forecasts import SystemFits
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import MarginParams
from intake_triage.statistics.bootstrap import replicate_scores
from intake_triage.statistics.verdicts import gain_in_f1, gain_in_log_loss

ARMS = ("mtl", "st")


def measure_transfer(
    fits: SystemFits, split: LabelledSplit, margin: MarginParams
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Gains of mtl over st by task, raw, and of calibrated log-loss too.

    Returns
    -------
    dict
        By task: the gain in macro-F1, and below log_loss and calibrated_log_loss those. The reason
        alone where there is one task, which leaves nothing to transfer.
    list of dict
        Rows of the plot: task, measure, and what `Transfer.rows` gives.
    """
    if len(split.tasks) < 2:
        return {"reason": f"labels of {split.tasks[0]} alone: multi-task was not asked"}, []
    transfer: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for task in split.tasks:
        sample = split.sample(task)
        raw, calibrated = (
            [
                replicate_scores(
                    systems[name][task][:, sample.rows], sample.labels, sample.unit, sample.weights
                )
                for name in ARMS
            ]
            for systems in (fits.raw, fits.calibrated)
        )
        shared = {"classes": split.classes_to_show(task), "n_units": sample.n_units}
        gains = {
            "macro_f1": gain_in_f1(*raw, margin=margin.macro_f1, **shared),
            "log_loss": gain_in_log_loss(*raw, margin=margin.log_loss, **shared),
        }
        after = gain_in_log_loss(*calibrated, margin=margin.log_loss, **shared)
        transfer[task] = gains["macro_f1"].summary() | {
            "log_loss": gains["log_loss"].summary(),
            "calibrated_log_loss": after.summary(),
        }
        for measure, gain in gains.items():
            rows += [{"task": task, "measure": measure, **row} for row in gain.rows()]
    return transfer, rows
