"""Training: the pipeline's fits side by side, against Hugging Face's Trainer with all cores.

The Trainer's model has the encoder's configuration and one head; it reads the text alone, where
ours reads the fields as well and learns both labels. It reads every word, where ours leaves some
out in each pass against overfitting: so ours is also timed with every word. The Trainer's data are
lists of Python numbers: reading them from a `datasets.Dataset` would be slower.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import joblib
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from benchmarks.encoder import WARM_UP_RECORDS, Material, build_mtl, prepare_pass, read_material
from benchmarks.processes import run_apart, span_seconds
from benchmarks.repeats import ratios, spread, take_turns
from benchmarks.workspace import Workspace

PADDED, GROUPED = "trainer_padded", "trainer_grouped"
NO_DROPOUT = "trainer_grouped_no_dropout"
DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob")


def measure(workspace: Workspace) -> dict[str, Any]:
    """Records of one pass over wall seconds, whole machine, after a warm-up."""
    scale, cores = workspace.scale, joblib.cpu_count()
    n_train, apart = scale.pass_records, partial(run_apart, folder=workspace.prepared())
    ours = [(n_train,)] * cores
    candidates = {
        "ours": partial(apart, pass_of_ours, *ours),
        "ours_every_word": partial(apart, partial(pass_of_ours, word_dropout=0.0), *ours),
    }
    for name in (PADDED, GROUPED, NO_DROPOUT):
        candidates[name] = partial(apart, pass_of_trainer, (n_train, name), threads=cores)
    rates = {
        name: [n_train * len(run) / span_seconds(run) for run in turns]
        for name, turns in take_turns("training", scale.repeats, candidates).items()
    }
    return {
        "ours_against": {
            name: ratios(rates["ours"], rates[name]) for name in rates if name != "ours"
        },
        "records_per_second": {name: spread(values) for name, values in rates.items()},
        "processes": cores,
        "records_a_pass": n_train,
        "repeats": scale.repeats,
    }


def pass_of_ours(n_train: int, **changes: Any) -> Callable[[], None]:
    """One process of those that run side by side, with changes to the section train of params."""
    prepare_pass(read_material(WARM_UP_RECORDS), **changes)()
    return prepare_pass(read_material(n_train), **changes)


def pass_of_trainer(n_train: int, name: str) -> Callable[[], Any]:
    """The Trainer, by the name of the candidate, on the same records."""
    make_trainer(name, read_material(WARM_UP_RECORDS)).train()
    return make_trainer(name, read_material(n_train)).train


def make_trainer(name: str, material: Material) -> Trainer:
    """A Trainer that predicts the specialty from the text.

    `trainer_padded` is what the library's documentation shows: every text padded to the longest of
    all. `trainer_grouped` is the best that its options give: texts of like length together,
    padded to the longest of a batch. Both have the dropout that the configuration has by default;
    `trainer_grouped_no_dropout` has ours.
    """
    params, tokenizer, padded = material.params, material.tokenizer, name == PADDED
    options = {
        option: value
        for option, value in build_mtl(material).config.encoder.items()
        if name == NO_DROPOUT or option not in DROPOUTS
    }
    n_classes = len(material.prepared.schema.specialty)
    config = AutoConfig.for_model(**options, num_labels=n_classes)
    arguments = TrainingArguments(
        output_dir="trainer",
        num_train_epochs=1,
        per_device_train_batch_size=params.train.batch_size,
        learning_rate=params.train.learning_rate,
        weight_decay=params.train.weight_decay,
        warmup_steps=params.train.warmup,
        train_sampling_strategy="random" if padded else "group_by_length",
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        use_cpu=True,
        seed=0,
    )
    trainer = Trainer(
        AutoModelForSequenceClassification.from_config(config),
        arguments,
        train_dataset=list_examples(material, padding="max_length" if padded else False),
        data_collator=None if padded else DataCollatorWithPadding(tokenizer),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def list_examples(material: Material, *, padding: str | bool) -> list[dict[str, Any]]:
    """The train records as the Trainer takes them, token for token those of ours."""
    train, longest = material.train, int(material.train.lengths.max())
    examples = []
    for i, label in enumerate(train.labels["specialty"].tolist()):
        ids = train.tokens[train.starts[i] : train.starts[i] + train.lengths[i]].tolist()
        encoded = material.tokenizer.pad({"input_ids": ids}, padding=padding, max_length=longest)
        examples.append({**encoded, "labels": label})
    return examples
