"""Training: the pipeline's fits side by side, against Hugging Face's Trainer with all cores.

The Trainer's model has the encoder's layers, width, heads, feed-forward width and vocabulary, and
one head; it reads the text alone, where ours reads the fields as well and learns both labels. It
reads every word, where ours leaves some out in each pass against overfitting: so ours is also timed
with every word. The Trainer's data are lists of Python numbers: reading them from a
`datasets.Dataset` would be slower.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import joblib
from tqdm import trange
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from benchmarks.encoder import (
    WARM_UP_RECORDS,
    Material,
    build_mtl,
    read_material,
    train_one_pass,
)
from benchmarks.processes import Stopwatch, run_apart, span_seconds, wait_for_the_others
from benchmarks.spread import ratios, spread
from benchmarks.workspace import Workspace

OURS = "ours"
EVERY_WORD = "ours_every_word"
PADDED = "trainer_padded"
GROUPED = "trainer_grouped"
NO_DROPOUT = "trainer_grouped_no_dropout"


@dataclass(frozen=True)
class Candidate:
    """How one way to train uses the machine."""

    work: Callable[[int], Stopwatch]
    processes: int
    threads: int  # of each process


def measure(workspace: Workspace) -> dict[str, Any]:
    """Records of one pass over wall seconds, whole machine, after a warm-up."""
    scale, cores = workspace.scale, joblib.cpu_count()
    folder = workspace.prepared(scale.n_records)
    candidates = {
        OURS: Candidate(pass_of_ours, processes=cores, threads=1),
        EVERY_WORD: Candidate(partial(pass_of_ours, word_dropout=0.0), processes=cores, threads=1),
        PADDED: Candidate(partial(pass_of_trainer, PADDED), processes=1, threads=cores),
        GROUPED: Candidate(partial(pass_of_trainer, GROUPED), processes=1, threads=cores),
        NO_DROPOUT: Candidate(partial(pass_of_trainer, NO_DROPOUT), processes=1, threads=cores),
    }
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in trange(scale.repeats, desc="training", disable=None):
        for name, candidate in candidates.items():
            outcomes = run_apart(
                candidate.work,
                [(scale.pass_records,)] * candidate.processes,
                folder=folder,
                side_by_side=candidate.processes,
                threads=candidate.threads,
            )
            seconds = span_seconds([outcome.value for outcome in outcomes])
            rates[name].append(scale.pass_records * candidate.processes / seconds)
    return {
        "ours_against": {
            name: ratios(rates[OURS], rates[name]) for name in candidates if name != OURS
        },
        "records_per_second": {name: spread(values) for name, values in rates.items()},
        "processes": cores,
        "records_a_pass": scale.pass_records,
        "repeats": scale.repeats,
    }


def pass_of_ours(n_train: int, **changes: Any) -> Stopwatch:
    """One process of those that run side by side, with changes to the section train of params."""
    warm_up = read_material(WARM_UP_RECORDS)
    train_one_pass(build_mtl(warm_up), warm_up, **changes)
    material = read_material(n_train)
    model = build_mtl(material)
    wait_for_the_others()
    return train_one_pass(model, material, **changes)


def pass_of_trainer(name: str, n_train: int) -> Stopwatch:
    """The Trainer, by the name of the candidate, on the same records."""
    with TemporaryDirectory() as folder:
        make_trainer(name, read_material(WARM_UP_RECORDS), folder).train()
        trainer = make_trainer(name, read_material(n_train), folder)
        with Stopwatch() as watch:
            trainer.train()
    return watch


def make_trainer(name: str, material: Material, folder: str) -> Trainer:
    """A Trainer that predicts the specialty from the text.

    `trainer_padded` is what the library's documentation shows: every text padded to the limit of
    tokens. `trainer_grouped` is the best that its options give: texts of like length together,
    padded to the longest of a batch. Both have the dropout that the configuration has by default;
    `trainer_grouped_no_dropout` has ours.
    """
    params, tokenizer = material.params, material.tokenizer
    options = {}
    if name == NO_DROPOUT:
        options = {"hidden_dropout_prob": params.encoder.dropout, "attention_probs_dropout_prob": 0}
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=params.encoder.width,
        num_hidden_layers=params.encoder.layers,
        num_attention_heads=params.encoder.attention_heads,
        intermediate_size=params.encoder.feedforward,
        num_labels=len(material.prepared.schema.specialty),
        **options,
    )
    padding = "max_length" if name == PADDED else False
    arguments = TrainingArguments(
        output_dir=folder,
        num_train_epochs=1,
        per_device_train_batch_size=params.train.batch_size,
        learning_rate=params.train.learning_rate,
        weight_decay=params.train.weight_decay,
        warmup_steps=params.train.warmup,
        train_sampling_strategy="random" if name == PADDED else "group_by_length",
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        use_cpu=True,
        seed=0,
    )
    trainer = Trainer(
        BertForSequenceClassification(config),
        arguments,
        train_dataset=list_examples(material, padding=padding),
        data_collator=None if name == PADDED else DataCollatorWithPadding(tokenizer),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def list_examples(material: Material, *, padding: str | bool) -> list[dict[str, Any]]:
    """The train records as the Trainer takes them, token for token those of ours."""
    train, longest = material.train, material.params.tokenizer.max_tokens
    examples = []
    for i, label in enumerate(train.labels["specialty"].tolist()):
        ids = train.tokens[train.starts[i] : train.starts[i] + train.lengths[i]].tolist()
        encoded = material.tokenizer.pad({"input_ids": ids}, padding=padding, max_length=longest)
        examples.append({**encoded, "labels": label})
    return examples
