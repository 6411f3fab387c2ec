"""The calibrate split as the recommendation is made on it: labels, and out-of-fold logits."""

from intake_triage.evaluation.samples import HeldOut, unit_numbers
from intake_triage.evaluation.system_scores import Logits
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.records.prepared import PreparedRecords
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS


def read_out_of_fold(calibrate: PreparedRecords, layout: Layout) -> tuple[HeldOut, Logits]:
    """The split's records, and logits that were calibrated without each record's fold.

    Parameters
    ----------
    calibrate : PreparedRecords
        The split, ``read_prepared().of_split("calibrate")``.

    Returns
    -------
    HeldOut
        Without subgroups.
    mapping
        By trained system and task, float arrays of shape (n_seeds, n_records, n_classes).
    """
    record_id = calibrate.frame["record_id"].to_numpy(str)
    records = HeldOut(
        record_id,
        unit_numbers(calibrate),
        {task: calibrate.labels(task) for task in TASKS},
        {task: calibrate.schema.classes(task) for task in TASKS},
        {},
    )
    logits = {
        system: {
            task: read_aligned(layout.out_of_fold(system, task), record_id).logits for task in TASKS
        }
        for system in TRAINED_SYSTEMS
    }
    return records, logits
