"""One fit of `st` or `mtl`: build the Transformer, train it, score every record outside train."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from dvclive import Live
from transformers import AutoConfig, AutoModel, AutoTokenizer

from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.balancing import Balancing
from intake_triage.models.transformer.batches import (
    EncodedRecords,
    encode_records,
    scoring_width,
)
from intake_triage.models.transformer.diagnostics import compare_gradients
from intake_triage.models.transformer.encoder import (
    check_encoder,
    describe_encoder,
    refusing,
    without_pooler,
)
from intake_triage.models.transformer.fields import quantile_edges
from intake_triage.models.transformer.loop import Epoch, train_model
from intake_triage.models.transformer.model import IntakeConfig, IntakeModel
from intake_triage.models.transformer.predict import predict_logits, settle_torch
from intake_triage.params import EncoderParams, TrainParams
from intake_triage.records.prepared import read_prepared
from intake_triage.records.schema import RecordSchema
from intake_triage.tasks import Task

N_BINS = 16  # of the piecewise-linear embedding of a numeric field


# From the records' schema, the train records and the size of the vocabulary.
MakeModel = Callable[[RecordSchema, EncodedRecords, int], IntakeModel]


def fit_model(
    make_model: MakeModel,
    fit: Fit,
    layout: Layout,
    folder: Path,
    params: TrainParams,
    balancing: Balancing | None = None,
    relabel: Callable[[EncodedRecords], EncodedRecords] | None = None,
) -> int:
    """Train what `make_model` makes, and fill `folder`; see `jobs.TrainFit`.

    `relabel` gives the train records other labels, such as soft ones.
    """
    begin_fit(fit.seed)
    prepared = read_prepared(layout)
    records = encode_records(prepared, layout, tasks=fit.tasks)
    schema, split = prepared.schema, prepared.frame["split"].to_numpy(str)
    del prepared  # the texts would lie in memory for nothing
    train = records.rows(np.flatnonzero((split == "train") & records.has_a_label()))
    if relabel is not None:
        train = relabel(train)
    valid = records.rows(np.flatnonzero(split == "valid"))
    tokenizer = AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True)
    pad_id = tokenizer.pad_token_id

    found = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(found if params.device == "auto" else params.device)
    model = make_model(schema, train, len(tokenizer)).to(device)
    history: list[dict] = []
    with Live(str(folder / "live"), dvcyaml=None, save_dvc_exp=False, report=None) as live:
        train_model(
            model,
            None if balancing is None else balancing.to(device),
            train,
            valid,
            params,
            seed=fit.seed,
            pad_id=pad_id,
            name=fit.name,
            after_epoch=_epoch_logger(live, history, fit, balancing, valid, pad_id=pad_id),
        )
    scored = records.rows(np.flatnonzero(split != "train"))
    for task, logits in predict_logits(model, scored, pad_id=pad_id).items():
        np.save(folder / f"logits_{task}.npy", logits)
    write_json(folder / "history.json", history)
    model.save_pretrained(folder / "model")
    return model.num_parameters()


def begin_fit(seed: int) -> None:
    """Make torch in this process give the same bytes for a seed."""
    settle_torch()
    torch.manual_seed(seed)


def build_model(
    tasks: tuple[Task, ...],
    params: EncoderParams,
    schema: RecordSchema,
    train: EncodedRecords,
    vocabulary: int,
) -> IntakeModel:
    """A model with weights drawn from torch's generator, or with a pretrained encoder.

    Raises
    ------
    InputError
        If section encoder of params.yaml names none that can be built and can read the records.
    """
    with refusing(params):
        if params.pretrained:
            shape = AutoConfig.from_pretrained(params.pretrained, local_files_only=True).to_dict()
        else:
            shape = describe_encoder(params, vocabulary=vocabulary)
        config = IntakeConfig(
            encoder=shape,
            fields=[asdict(field) for field in schema.fields],
            n_bins=N_BINS,
            classes={task: list(schema.classes(task)) for task in tasks},
        )
        model = IntakeModel(config)
        if params.pretrained:
            encoder = AutoModel.from_pretrained(params.pretrained, local_files_only=True)
            model.encoder = without_pooler(encoder)
        check_encoder(model.encoder, longest=int(scoring_width(train.lengths.max())))
    edges = quantile_edges(train.numeric.numpy(), n_bins=N_BINS)
    model.field_embeddings.edges.copy_(torch.from_numpy(edges))
    return model


def _epoch_logger(
    live: Live,
    history: list[dict],
    fit: Fit,
    balancing: Balancing | None,
    valid: EncodedRecords,
    *,
    pad_id: int,
) -> Callable[[IntakeModel, Epoch], None]:
    """What is written after each epoch: to dvclive, and as rows of the training curve."""

    def log(model: IntakeModel, epoch: Epoch) -> None:
        number = history[-1]["epoch"] + 1 if history else 1
        diagnostics: dict[Task, dict[str, float]] = {}
        if balancing is not None:
            for task, weight in balancing.weights().items():
                live.log_metric(f"loss_weight/{task}", weight)
            if gradients := compare_gradients(model, valid, pad_id=pad_id):
                diagnostics = {
                    task: {"gradient_norm": norm, "gradient_cosine": gradients.cosine}
                    for task, norm in gradients.norm.items()
                }
        for task in epoch.valid_log_loss:
            scores = {
                "train_log_loss": epoch.train_log_loss[task],
                "valid_log_loss": epoch.valid_log_loss[task],
                "valid_macro_f1": epoch.valid_macro_f1[task],
            } | diagnostics.get(task, {})
            scores = {name: round(value, 5) for name, value in scores.items()}
            history.append({"seed": fit.seed, "task": task, "epoch": number} | scores)
            for name, value in scores.items():
                live.log_metric(f"{name}/{task}", value)
        live.next_step()

    return log
