"""params.yaml as typed, frozen values, refused before any work when anything in it is wrong."""

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from intake_triage.file_params import FileParams
from intake_triage.layout import Layout
from intake_triage.section import (
    LARGEST,
    AboveOne,
    Count,
    NonNegative,
    OneLine,
    OpenShare,
    Positive,
    Section,
    Seed,
    Share,
    load_as,
)
from intake_triage.systems import FORECASTERS


class SplitParams(Section):
    by: Literal["random", "date"]


# How the synthetic clinic's tasks read a text: each in words of its own, the same words in another
# way, or both in the same way.
Reading = Literal["own", "conflicting", "shared"]


class SyntheticParams(Section):
    task_relatedness: Share
    reading: Reading


class NamcsParams(Section):
    years: Annotated[list[Annotated[int, Field(ge=1973, le=2100)]], Field(min_length=1)]
    fields: Literal["strict", "extended"]

    @field_validator("years")
    @classmethod
    def _years_differ(cls, years: list[int]) -> list[int]:
        if len(set(years)) < len(years):
            raise ValueError(f"years must differ from each other, got {years}")
        return years


# Countries by ISO 3166, as records/identifiers/phones.py has them.
Region = Literal[
    *("us", "ca", "gb", "ie", "de", "at", "ch", "fr", "be", "nl", "es", "it", "pt", "pl"),
    *("se", "no", "dk", "au", "nz", "in", "cn", "jp", "kr", "br"),
]


class DataParams(Section):
    source: Literal["synthetic", "namcs", "file"]
    path: OneLine
    n_records: Annotated[int, Field(ge=200, le=LARGEST)]
    seed: Seed
    identifiers: Literal["fail", "redact"]
    identifiers_region: Annotated[list[Region], Field(min_length=1)]
    split: SplitParams
    synthetic: SyntheticParams
    namcs: NamcsParams
    file: FileParams


class TokenizerParams(Section):
    vocabulary: Annotated[int, Field(ge=100, le=LARGEST)]
    min_document_frequency: Count
    max_tokens: Annotated[int, Field(ge=8, le=384)]  # of 512 positions; fields take some


class LinearParams(Section):
    inverse_regularization: Positive
    max_ngram: Annotated[int, Field(ge=1, le=3)]
    min_document_frequency: Count


class GbmParams(Section):
    learning_rate: Positive
    leaves: Annotated[int, Field(ge=2, le=131_072)]  # as LightGBM
    min_records_in_leaf: Count
    feature_share: Annotated[float, Field(gt=0, le=1)]
    max_rounds: Count
    patience: Count
    min_document_frequency: Count


class EncoderParams(Section):
    architecture: str  # a name that models/transformer/encoder.py checks, with its options
    options: dict[str, Any] | None
    layers: Count
    width: Count
    attention_heads: Count
    feedforward: Count
    dropout: Annotated[float, Field(ge=0, lt=1)]
    pretrained: str | None

    @model_validator(mode="after")
    def _width_splits_into_heads(self) -> "EncoderParams":
        if self.width % self.attention_heads:
            raise ValueError(f"width {self.width} is no multiple of {self.attention_heads} heads")
        return self


class TrainParams(Section):
    seeds: Annotated[list[Seed], Field(min_length=1)]
    epochs: Count
    patience: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: NonNegative
    warmup: Share
    word_dropout: Annotated[float, Field(ge=0, lt=1)]
    device: Literal["auto", "cpu", "cuda"]

    @model_validator(mode="after")
    def _seeds_differ(self) -> "TrainParams":
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds must differ from each other, got {self.seeds}")
        return self


class MtlParams(Section):
    balancing: str  # a name that models/transformer/balancing.py knows
    loss_weight: OpenShare


class CalibrateParams(Section):
    candidates: Annotated[
        list[Literal["identity", "temperature", "sms", "isotonic"]], Field(min_length=1)
    ]
    folds: Annotated[int, Field(ge=3, le=100)]  # held out, to choose on, and the rest to fit
    alpha: OpenShare


class MarginParams(Section):
    macro_f1: Positive
    log_loss: Positive


class CompareParams(Section):
    margin: MarginParams
    resamples: Annotated[int, Field(ge=100, le=LARGEST)]
    ece_bins: Annotated[int, Field(ge=2, le=LARGEST)]
    min_subgroup: Annotated[int, Field(ge=11, le=LARGEST)]  # statistics.disclosure.SMALLEST_SHOWN


class CostParams(Section):
    """What a wrong decision costs, in units of one needless step up of an urgency tier."""

    too_late_urgent: Positive
    too_late: Positive
    too_early: Positive
    misroute: Positive


class SlopeParams(Section):
    """Bounds of the calibration slope of an ordinal urgency cut; 1 is perfect."""

    least: OpenShare
    most: AboveOne


class DecisionParams(Section):
    cost: CostParams
    urgent_tiers: Count
    nurse_share: OpenShare
    max_under_triage: OpenShare
    max_most_urgent_missed: OpenShare
    max_severe_under_triage: OpenShare
    max_over_triage: OpenShare
    max_load: AboveOne
    max_ece: OpenShare
    slope: SlopeParams
    max_intercept: Positive
    tied_level: OpenShare
    cost_margin: NonNegative
    cheaper_first: list[str]

    @model_validator(mode="after")
    def _every_forecaster_once(self) -> "DecisionParams":
        if sorted(self.cheaper_first) != sorted(FORECASTERS):
            raise ValueError(
                f"cheaper_first must name {', '.join(FORECASTERS)}, each once, "
                f"got {', '.join(self.cheaper_first)}"
            )
        return self


Told = Annotated[str, Field(min_length=1)] | None  # None: to be named by the clinic


class CardParams(Section):
    """What no run can know: who answers for a release, and what for."""

    owner: Told
    contact: Told
    licence: Told
    date: Told
    intended_use: Told

    @field_validator("date", mode="before")
    @classmethod
    def _is_quoted(cls, value: object) -> object:
        if isinstance(value, datetime.date):  # as YAML reads a date without quotes
            raise ValueError(f'a date must stand in quotes, "{value}"')
        return value


class ReleaseParams(Section):
    version: OneLine  # of the bundles; every row that they score bears it
    unknown_words: OpenShare
    forms_a_week: Count
    card: CardParams


class ReportParams(Section):
    beside: list[str]  # folders of runs on other data, shown beside this one


class Params(Section):
    data: DataParams
    tokenizer: TokenizerParams
    linear: LinearParams
    gbm: GbmParams
    encoder: EncoderParams
    train: TrainParams
    mtl: MtlParams
    calibrate: CalibrateParams
    compare: CompareParams
    decision: DecisionParams
    release: ReleaseParams
    report: ReportParams


def load_params(path: Path = Layout().params) -> Params:
    """Read and check the whole of params.yaml, whatever part the caller needs; see `load_as`."""
    return load_as(Params, path)
