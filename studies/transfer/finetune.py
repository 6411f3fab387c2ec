"""One task's model that starts from a fitted one."""

from pathlib import Path

from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.batches import EncodedRecords
from intake_triage.models.transformer.fit import fit_model
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.params import TrainParams
from intake_triage.records.schema import RecordSchema


def fine_tune(fit: Fit, layout: Layout, folder: Path, *, train: TrainParams, start: Path) -> int:
    """Train a copy of the mtl or st fitted in `start` on one task; see `jobs.TrainFit`."""

    def copy_model(schema: RecordSchema, records: EncodedRecords, vocabulary: int) -> IntakeModel:
        model = IntakeModel.from_pretrained(start / "model", local_files_only=True)
        for task in set(model.heads) - set(fit.tasks):
            del model.heads[task]
        model.config.classes = {task: model.config.classes[task] for task in fit.tasks}
        return model

    return fit_model(copy_model, fit, layout, folder, train)
