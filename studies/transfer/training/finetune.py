"""One task's model that starts from a fitted one."""

from pathlib import Path

from pydantic import BaseModel

from intake_triage.models.fits import Fit
from intake_triage.models.transformer.batches import EncodedRecords
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.train import fit_model
from intake_triage.params import TrainParams
from intake_triage.records.schema import RecordSchema
from studies.transfer.training.sections import StartParams


def fine_tune(fit: Fit, params: tuple[BaseModel, ...], folder: Path) -> int:
    """Train a copy of mtl or st on one task; see `fits.TrainFit`.

    `params` are the section train, with the epochs and rate of fine-tuning, the start, and
    the version of this code.
    """
    train_params, start, _ = params
    assert isinstance(train_params, TrainParams)
    assert isinstance(start, StartParams)

    def make_model(schema: RecordSchema, train: EncodedRecords, vocabulary: int) -> IntakeModel:
        model = IntakeModel.from_pretrained(Path(start.folder) / "model", local_files_only=True)
        for task in set(model.heads) - set(fit.tasks):
            del model.heads[task]
        model.config.classes = {task: model.config.classes[task] for task in fit.tasks}
        return model

    return fit_model(make_model, fit, train_params, None, folder)
