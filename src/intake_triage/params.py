"""params.yaml as typed, frozen values, refused before any work when anything in it is wrong."""

from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.systems import TRAINED_SYSTEMS

Share = Annotated[float, Field(ge=0, le=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """One block of params.yaml: every key required, no key unknown, no type coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Checked = TypeVar("Checked", bound=Section)


class SplitParams(Section):
    by: Literal["random", "date"]


class SyntheticParams(Section):
    task_relatedness: Share
    conflict: bool


class NamcsParams(Section):
    years: Annotated[list[Annotated[int, Field(ge=1973, le=2100)]], Field(min_length=1)]
    fields: Literal["strict", "extended"]


class FileFieldParams(Section):
    """One structured field of the user's own table; `low` and `high` bound a numeric one."""

    column: str
    kind: Literal["numeric", "categorical"]
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _bounds_belong_to_numbers(self) -> "FileFieldParams":
        if self.kind == "categorical" and (self.low is not None or self.high is not None):
            raise ValueError("only a numeric field may have `low` and `high`")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


OWN_COLUMNS = ("record_id", "text", "urgency", "specialty", "group", "date", "unit", "split")


class MergeParams(Section):
    """By task, which class is taken into which other one: `old: new`."""

    urgency: dict[str, str]
    specialty: dict[str, str]


class FileParams(Section):
    """How the user's table is saved, and which of its columns is what.

    A null key on how it is saved is found out; a null column is absent from the table. The classes
    of a label without a column are not looked at.
    """

    encoding: str | None
    separator: Literal[",", ";", "\t", "|"] | None
    quoting: Literal["doubled", "backslash"] | None  # how a quote stands inside a quoted cell
    decimal: Literal[".", ","] | None
    date_format: str | None
    sheet: str | None
    header_row: Count
    missing: list[str]
    record_id: str
    text: str
    urgency: str | None
    specialty: str | None
    group: str | None
    date: str | None
    fields: dict[str, FileFieldParams]
    subgroups: dict[str, str]
    urgency_levels: Annotated[list[str], Field(min_length=2, max_length=7)]
    specialties: Annotated[list[str], Field(min_length=2)]
    merge: MergeParams
    drop_small: bool

    @model_validator(mode="after")
    def _names_are_free(self) -> "FileParams":
        for name in (*self.fields, *self.subgroups):
            if name in OWN_COLUMNS:
                raise ValueError(f"no field or subgroup may be called {', '.join(OWN_COLUMNS)}")
        for name, column in self.subgroups.items():
            if name in self.fields and self.fields[name].column != column:
                raise ValueError(f"field and subgroup '{name}' must be the same column")
        return self

    @model_validator(mode="after")
    def _labels_are_mapped_and_no_input(self) -> "FileParams":
        if self.urgency is None and self.specialty is None:
            raise ValueError("urgency and specialty are both null; name the column of at least one")
        for name, field in self.fields.items():
            if field.column in (self.urgency, self.specialty):
                raise ValueError(f"field '{name}' is the column of a label, '{field.column}'")
        if self.text in (self.urgency, self.specialty):
            raise ValueError(f"text is the column of a label, '{self.text}'")
        return self

    @model_validator(mode="after")
    def _classes_differ(self) -> "FileParams":
        for key in ("urgency_levels", "specialties"):
            names = getattr(self, key)
            if len(set(names)) < len(names):
                raise ValueError(f"{key} must differ from each other, got {names}")
        return self


class DataParams(Section):
    source: Literal["synthetic", "namcs", "file"]
    path: str
    n_records: Annotated[int, Field(ge=200)]
    seed: Seed
    identifiers: Literal["fail", "redact"]
    identifiers_region: list[str]  # names that records/identifiers knows
    split: SplitParams
    synthetic: SyntheticParams
    namcs: NamcsParams
    file: FileParams


class TokenizerParams(Section):
    vocabulary: Annotated[int, Field(ge=100)]
    min_document_frequency: Count
    max_tokens: Annotated[int, Field(ge=8, le=384)]  # of 512 positions; fields take some


class LinearParams(Section):
    inverse_regularization: Positive
    max_ngram: Annotated[int, Field(ge=1, le=3)]
    min_document_frequency: Count


class GbmParams(Section):
    learning_rate: Positive
    leaves: Annotated[int, Field(ge=2)]
    min_records_in_leaf: Count
    feature_share: Annotated[float, Field(gt=0, le=1)]
    max_rounds: Count
    patience: Count
    min_document_frequency: Count


class EncoderParams(Section):
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
    folds: Annotated[int, Field(ge=3)]  # one held out, of the others one to choose on, one to fit
    alpha: OpenShare


class MarginParams(Section):
    macro_f1: Positive
    log_loss: Positive


class CompareParams(Section):
    margin: MarginParams
    resamples: Annotated[int, Field(ge=100)]
    ece_bins: Annotated[int, Field(ge=2)]
    min_subgroup: Annotated[int, Field(ge=11)]  # statistics.disclosure.SMALLEST_SHOWN


class CostParams(Section):
    """What a wrong decision costs, in units of one needless step up of an urgency tier."""

    too_late_urgent: Positive
    too_late: Positive
    too_early: Positive
    misroute: Positive


class SlopeParams(Section):
    """Bounds of the calibration slope of an ordinal urgency cut; 1 is perfect."""

    least: OpenShare
    most: Annotated[float, Field(gt=1)]


class DecisionParams(Section):
    cost: CostParams
    urgent_tiers: Count
    max_under_triage: OpenShare
    max_ece: OpenShare
    slope: SlopeParams
    cost_margin: NonNegative
    cheaper_first: list[str]

    @model_validator(mode="after")
    def _every_system_once(self) -> "DecisionParams":
        if sorted(self.cheaper_first) != sorted(TRAINED_SYSTEMS):
            raise ValueError(
                f"cheaper_first must name {', '.join(TRAINED_SYSTEMS)}, each once, "
                f"got {', '.join(self.cheaper_first)}"
            )
        return self


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


def load_params(path: Path = Layout().params) -> Params:
    """Read and check the whole of params.yaml, whatever part the caller needs; see `load_as`."""
    return load_as(Params, path)


def load_as(model: type[Checked], path: Path) -> Checked:
    """Read and check a file of params.

    Raises
    ------
    InputError
        One line for the first key that is unknown, missing, of the wrong type or out of range:
        the key, what it got, and what it may be.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run from the root of the checkout") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise InputError(f"{path}{line}: not valid YAML") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not valid YAML, which is text in UTF-8") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: expected sections {', '.join(model.model_fields)}")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{path}: {_describe(error.errors()[0], model)}") from None


def _describe(error: dict, model: type[Section]) -> str:
    """Turn one of pydantic's errors into `key: got …; may be …`."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] in ("extra_forbidden", "missing"):
        known = ", ".join(_keys_beside(error["loc"], model))
        if error["type"] == "missing":
            return f"{key}: missing; this section must have {known}"
        return f"{key}: unknown key; this section may have {known}"
    if error["type"] == "value_error":
        return f"{key}: {error['msg'].removeprefix('Value error, ')}"
    if error["type"] in ("model_type", "dict_type"):
        may_be = "a block of `key: value` lines"
    elif error["type"] == "too_short":
        may_be = f"a list of {error['ctx']['min_length']} or more"
    else:
        may_be = error["msg"].removeprefix("Input should be ")
    return f"{key}: got {error['input']!r}; it may be {may_be}"


def _keys_beside(location: tuple[str | int, ...], model: type[Section]) -> list[str]:
    """The keys that the section holding `location` knows."""
    section: type[BaseModel] = model
    parts = iter(location[:-1])
    for part in parts:
        annotation = section.model_fields[part].annotation
        if get_origin(annotation) is dict:  # a mapping of sections, whose names are the user's
            next(parts, None)
            annotation = get_args(annotation)[-1]
        section = annotation
    return list(section.model_fields)
