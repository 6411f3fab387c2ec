"""Section encoder names any encoder of the library that can be used; the others are refused."""

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModel

from intake_triage.errors import InputError
from intake_triage.models.transformer.batches import make_batch
from intake_triage.models.transformer.encoder import (
    check_encoder,
    describe_encoder,
    make_encoder,
    without_pooler,
)
from intake_triage.models.transformer.fit import build_model
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import encode
from intake_triage.records.schema import FormField, RecordSchema

VOCABULARY = 40
SCHEMA = RecordSchema(
    (
        *(FormField(name, "numeric") for name in ("age", "pain")),
        FormField("sex", "categorical", categories=("f", "m")),
        FormField("site", "categorical", categories=("a", "b", "c")),
    ),
    ("now", "today", "later"),
    ("heart", "skin"),
    subgroups=(),
)


@pytest.fixture
def small(params):
    """A function that changes a small section encoder."""
    sizes = {"layers": 1, "width": 8, "attention_heads": 2, "feedforward": 16}

    def change(**changes):
        return params.encoder.model_copy(update=sizes | changes)

    return change


@pytest.fixture
def build(small, records):
    """A function that builds a model from a changed section encoder."""

    def make(**changes) -> IntakeModel:
        tasks = ("urgency", "specialty")
        return build_model(tasks, small(**changes), SCHEMA, records, VOCABULARY)

    return make


@pytest.fixture
def refusal(build):
    """A function that gives the line with which a section encoder is refused, before training."""

    def refuse(**changes) -> str:
        with pytest.raises(InputError) as refused:
            build(**changes)
        line = str(refused.value)
        assert "\n" not in line
        assert line.startswith("params.yaml: encoder.")
        return line.removeprefix("params.yaml: encoder.")

    return refuse


@pytest.mark.parametrize(
    ("architecture", "options"),
    [
        ("bert", None),
        ("roformer", {"rotary_value": True}),
        ("albert", {"embedding_size": 4}),  # tokens narrower than the states
        ("electra", None),  # and, by its own default, wider ones
        ("modernbert", {"pad_token_id": 0, "local_attention": 4}),
        ("modernbert", {"pad_token_id": 0, "layer_types": ["sliding_attention"]}),
    ],
)
def test_model_types_of_the_library_can_be_named_with_their_options(
    build, records, architecture, options
):
    model = build(architecture=architecture, options=options)
    batch = make_batch(records, np.arange(9), pad_id=0)
    states, mask = encode(model, batch)
    assert states.shape == (*mask.shape, 8)
    for task, logits in model.classify(states, mask).items():
        assert logits.shape == (9, len(SCHEMA.classes(task)))
    for name, value in (options or {}).items():
        assert getattr(model.encoder.config, name) == value


def test_our_keys_say_the_sizes(small):
    keywords = describe_encoder(small(layers=3, dropout=0.2), vocabulary=VOCABULARY)
    config = make_encoder(keywords).config
    assert (config.num_hidden_layers, config.hidden_size, config.vocab_size) == (3, 8, VOCABULARY)
    assert (config.num_attention_heads, config.intermediate_size) == (2, 16)
    assert (config.hidden_dropout_prob, config.attention_probs_dropout_prob) == (0.2, 0)


def test_the_default_reads_positions_as_distances(build, params):
    encoder = build().encoder
    assert encoder.config.model_type == params.encoder.architecture == "deberta-v2"
    names = {name for name, _ in encoder.named_parameters()}
    assert "encoder.rel_embeddings.weight" in names
    assert "encoder.conv.conv.weight" in names
    assert not any("position_embeddings" in name for name in names)


@pytest.mark.parametrize(
    ("changes", "key", "says"),
    [
        ({"architecture": "deberta2"}, "architecture", "got 'deberta2'; it may be a model type"),
        ({"architecture": "deberta2"}, "architecture", "deberta-v2"),
        ({"architecture": "§"}, "architecture", "bert, roformer, deberta-v2"),
        ({"architecture": "distilbert"}, "architecture", "has no intermediate_size"),
        ({"architecture": "fnet"}, "architecture", "has no num_attention_heads"),
        ({"architecture": "t5"}, "architecture", "has no "),
        ({"architecture": "bart"}, "architecture", "has no "),
        ({"architecture": "longformer", "options": None}, "architecture", ": IndexError: "),
        ({"architecture": "convbert", "options": None}, "architecture", "reads padding as if"),
        ({"options": {"conv_kernel": 3}}, "options.conv_kernel", "it may be attention_head_size,"),
        ({"options": {"conv_kernel": 3}}, "options.conv_kernel", ", conv_kernel_size,"),
        (
            {"options": {"hidden_size": 16}},
            "options.hidden_size",
            "no further option of deberta-v2",
        ),
        ({"options": {"to_dict": 1}}, "options.to_dict", "no further option of deberta-v2"),
        ({"options": {"layer_norm_eps": "small"}}, "architecture", "'layer_norm_eps'"),
        (
            {"options": {"relative_attention": True, "pos_att_type": 3}},
            "architecture",
            "pos_att_type",
        ),
        (
            {"options": {"hidden_act": "wave"}},
            "architecture",
            "with the rest of encoder: KeyError: 'wave'",
        ),
        ({"options": {"conv_kernel_size": 4}}, "architecture", "cannot be used"),
        ({"options": {"max_position_embeddings": 8}}, "architecture", "cannot be used"),
        ({"architecture": "modernbert", "options": None}, "architecture", "Padding_idx must be"),
        (
            {"architecture": "modernbert", "options": {"pad_token_id": 0}, "dropout": 0.1},
            "dropout",
            "modernbert has no hidden_dropout_prob; set 0 here",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(refusal, changes, key, says):
    line = refusal(**changes)
    assert line.startswith(f"{key}: ")
    assert says in line


def test_every_option_of_the_default_is_known_though_not_all_are_declared(small, params):
    declared = AutoConfig.for_model("deberta-v2").to_dict()
    assert set(params.encoder.options) - set(declared) >= {"conv_kernel_size", "position_buckets"}
    describe_encoder(small(), vocabulary=VOCABULARY)


def test_a_pretrained_encoder_that_cannot_be_used_is_named_as_such(refusal, tmp_path):
    config = AutoConfig.for_model(
        "bert",
        vocab_size=VOCABULARY,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=6,  # of records with up to 11 tokens
    )
    AutoModel.from_config(config).save_pretrained(tmp_path / "short")
    for folder in (tmp_path / "short", tmp_path / "absent"):
        line = refusal(pretrained=str(folder))
        assert line.startswith(f"pretrained: {folder} cannot be used")


def test_the_check_leaves_weights_and_the_seed_alone(small):
    encoder = make_encoder(describe_encoder(small(dropout=0.3), vocabulary=VOCABULARY))
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    torch.manual_seed(5)
    check_encoder(encoder, longest=20)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.rand(1) == drawn
    for name, value in encoder.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_a_pooler_is_left_out(build):
    config = AutoConfig.for_model("bert", vocab_size=9, hidden_size=8, num_attention_heads=2)
    assert AutoModel.from_config(config).pooler is not None
    assert without_pooler(AutoModel.from_config(config)).pooler is None
    assert build(architecture="bert", options=None).encoder.pooler is None
