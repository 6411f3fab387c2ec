"""Invented records as arrays, and a model small enough to train in a test."""

import numpy as np
import pytest
import torch

from intake_triage.models.transformer.batches import EncodedRecords
from intake_triage.models.transformer.model import IntakeConfig, IntakeModel

CLASSES = {"urgency": ["now", "today", "later"], "specialty": ["heart", "skin"]}
VOCABULARY = 40
PAD, UNK, CLS = 0, 1, 2
# A kind of position each: learned, of relative distance with a convolution, and rotary.
ARCHITECTURES = {
    "bert": {},
    "deberta-v2": {
        "relative_attention": True,
        "max_relative_positions": 8,
        "position_buckets": 4,
        "pos_att_type": ["c2p", "p2c"],
        "position_biased_input": False,
        "share_att_key": True,
        "conv_kernel_size": 3,
        "conv_act": "gelu",
    },
    "roformer": {"max_position_embeddings": 64},
}


@pytest.fixture(autouse=True)
def one_thread():
    """As in a fit's own process."""
    torch.set_num_threads(1)


@pytest.fixture
def make_records(rng):
    """A function that makes records whose labels show in their tokens and fields."""

    def make(n_records: int = 120, *, unlabelled: float = 0.2) -> EncodedRecords:
        labels = {
            task: torch.from_numpy(rng.integers(0, len(names), n_records))
            for task, names in CLASSES.items()
        }
        lengths = rng.integers(3, 12, n_records)
        # Records lie in the flat array in another order than they are numbered.
        places = rng.permutation(n_records)
        starts = np.empty(n_records, dtype=np.int64)
        starts[places] = np.cumsum(lengths[places]) - lengths[places]
        tokens = rng.integers(3, VOCABULARY, lengths.sum()).astype(np.int32)
        tokens[starts] = CLS
        tokens[starts + 1] = 3 + labels["urgency"].numpy()
        tokens[starts + 2] = 10 + labels["specialty"].numpy()
        numeric = rng.normal(size=(n_records, 2)).astype(np.float32)
        numeric[rng.random((n_records, 2)) < 0.2] = np.nan
        categorical = rng.integers(0, [3, 4], (n_records, 2))
        for values in labels.values():
            values[torch.from_numpy(rng.random(n_records) < unlabelled)] = -1
        return EncodedRecords(
            tokens,
            starts,
            lengths,
            torch.from_numpy(numeric),
            torch.from_numpy(categorical),
            labels,
        )

    return make


@pytest.fixture
def records(make_records):
    return make_records()


@pytest.fixture
def make_model():
    """A function that makes a model with the fields of `make_records`, from a seed."""

    def make(
        tasks=("urgency", "specialty"),
        *,
        seed: int = 0,
        dropout: float = 0.0,
        architecture: str = "deberta-v2",
    ) -> IntakeModel:
        torch.manual_seed(seed)
        encoder = {
            "model_type": architecture,
            **ARCHITECTURES[architecture],
            "vocab_size": VOCABULARY,
            "hidden_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 8,
            "hidden_dropout_prob": dropout,
            "attention_probs_dropout_prob": 0.0,
        }
        fields = [
            {"name": "age", "kind": "numeric", "categories": []},
            {"name": "sex", "kind": "categorical", "categories": ["f", "m"]},
            {"name": "pain", "kind": "numeric", "categories": []},
            {"name": "site", "kind": "categorical", "categories": ["a", "b", "c"]},
        ]
        classes = {task: CLASSES[task] for task in tasks}
        config = IntakeConfig(encoder=encoder, fields=fields, n_bins=4, classes=classes)
        model = IntakeModel(config)
        model.field_embeddings.edges.copy_(torch.linspace(-2, 2, 5).expand(2, 5))
        return model.eval()

    return make


@pytest.fixture(params=list(ARCHITECTURES))
def model(make_model, request):
    """A model of every architecture in turn."""
    return make_model(architecture=request.param)
