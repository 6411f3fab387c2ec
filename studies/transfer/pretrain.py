"""The encoder trained first to guess masked words of the train texts, without any label."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from tqdm import trange
from transformers import AutoModelForMaskedLM, AutoTokenizer

from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.batches import encode_records, shuffled_batches
from intake_triage.models.transformer.train import begin_fit, build_model
from intake_triage.params import EncoderParams, TrainParams
from intake_triage.records.prepared import read_prepared
from studies.transfer.settings import Pretraining

NOT_MASKED = -100


def pretrain_encoder(
    fit: Fit,
    layout: Layout,
    folder: Path,
    *,
    encoder: EncoderParams,
    train: TrainParams,
    pretraining: Pretraining,
) -> int:
    """Save an encoder for `encoder.pretrained`; see `fits.TrainFit`.

    References
    ----------
    Devlin et al. (2019), BERT (masked language model: of the chosen tokens 80 % become the mask,
    10 % another token, 10 % stay). The mask is the token for unknown words: there is no other.
    """
    begin_fit(fit.seed)
    rng = np.random.default_rng(fit.seed)
    prepared = read_prepared(layout)
    rows = np.flatnonzero(prepared.frame["split"] == "train")
    texts = encode_records(prepared, layout, tasks=()).rows(rows)
    tokenizer = AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True)
    start = build_model((), prepared.schema, encoder, texts, vocabulary=len(tokenizer))
    model = AutoModelForMaskedLM.from_config(start.encoder.config)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=train.learning_rate, weight_decay=train.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=train.learning_rate,
        total_steps=pretraining.epochs * -(-len(texts) // train.batch_size),
        pct_start=train.warmup,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    model.train()
    share, batch_size, pad_id = pretraining.masked_share, train.batch_size, tokenizer.pad_token_id
    for _ in trange(pretraining.epochs, desc=fit.name, leave=False, disable=None):
        for batch in shuffled_batches(texts, batch_size=batch_size, pad_id=pad_id, rng=rng):
            ids, targets = mask_tokens(batch.input_ids, tokenizer, share=share, rng=rng)
            logits = model(input_ids=ids, attention_mask=batch.attention_mask).logits
            chosen = targets != NOT_MASKED
            loss = cross_entropy(logits[chosen], targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    model.base_model.save_pretrained(folder / "model")
    return model.num_parameters()


def mask_tokens(
    ids: torch.Tensor, tokenizer, *, share: float, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Hide some tokens, at least one a batch, none of them special.

    Returns
    -------
    int64 tensor of shape (B, T)
        What the model reads.
    int64 tensor of shape (B, T)
        What was there, `NOT_MASKED` elsewhere.
    """
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    draw = torch.from_numpy(rng.random(ids.shape)).masked_fill(special, np.inf)
    chosen = draw <= max(share, float(draw.min()))
    fate = torch.from_numpy(rng.random(ids.shape))
    others = torch.from_numpy(rng.integers(0, len(tokenizer), ids.shape))
    masked = torch.where(chosen & (fate < 0.8), tokenizer.unk_token_id, ids)
    masked = torch.where(chosen & (fate >= 0.9), others, masked)
    return masked, ids.masked_fill(~chosen, NOT_MASKED)
