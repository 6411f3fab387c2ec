"""params.yaml of this study as typed values, refused before any work when anything is wrong."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from intake_triage.params import (
    Count,
    DataParams,
    OpenShare,
    Params,
    Positive,
    Reading,
    Section,
    Seed,
    Share,
    load_as,
    load_params,
)

STUDY = Path(__file__).resolve().parent
ROOT = STUDY.parents[1]
RESULTS = STUDY / "results"
VALIDITY = STUDY / "validity.json"
CATALOGUE = ROOT / "src/intake_triage/records/synthetic/catalogue"

Control = Literal["size", "fine_tuning", "distillation", "few_labels", "dial", "equals"]


class RecordCounts(Section):
    train: Count
    valid: Count
    calibrate: Count
    test: Count


class FineTuning(Section):
    epochs: Count
    learning_rate: Positive


class Distillation(Section):
    folds: Annotated[int, Field(ge=2)]
    unlabelled: Count
    unlabelled_epochs: Count


class Block(Section):
    """One source; without `task_relatedness` and `reading` it is the survey."""

    task_relatedness: Share | None = None
    reading: Reading | None = None
    controls: list[Control]


class StudyParams(Section):
    records: RecordCounts
    data_seed: Seed
    seeds: Annotated[list[Seed], Field(min_length=2)]
    few_seeds: Annotated[list[Seed], Field(min_length=2)]
    resamples: Annotated[int, Field(ge=100)]
    label_fractions: list[OpenShare]
    compute_factor: Count
    fine_tuning: FineTuning
    distillation: Distillation
    throughput: Positive
    blocks: dict[str, Block]

    @model_validator(mode="after")
    def _few_seeds_are_the_first(self) -> "StudyParams":
        """An arm that starts from a fit of mtl finds the one of its own seed."""
        if self.seeds[: len(self.few_seeds)] != self.few_seeds:
            raise ValueError("few_seeds: must be the first of seeds")
        return self


def load_study() -> StudyParams:
    """Read and check the study's params; see `load_as`."""
    return load_as(StudyParams, STUDY / "params.yaml")


def load_block_params(study: StudyParams, block: Block) -> Params:
    """The pipeline's params.yaml, with this block's data in it: never those that the root names,
    which may be a clinic's own forms.
    """
    params = load_params(ROOT / "params.yaml")
    counts = study.records
    changes = {
        "n_records": sum(counts.model_dump().values()),
        "seed": study.data_seed,
    }
    if block.task_relatedness is None:
        changes |= {"source": "namcs", "path": str(ROOT / "data/raw/namcs")}
    else:
        update = {"task_relatedness": block.task_relatedness, "reading": block.reading}
        changes |= {
            "source": "synthetic",
            "path": str(CATALOGUE),
            "synthetic": params.data.synthetic.model_copy(update=update),
        }
    data: DataParams = params.data.model_copy(update=changes)
    return params.model_copy(update={"data": data})
