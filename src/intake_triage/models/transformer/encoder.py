"""The encoder that `encoder` of params.yaml names: one of `transformers`, tried before training."""

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

import torch
from transformers import (
    CONFIG_MAPPING,
    MODEL_MAPPING,
    AutoConfig,
    AutoModel,
    PreTrainedConfig,
    PreTrainedModel,
)

from intake_triage.errors import InputError
from intake_triage.params import EncoderParams

# The name that the library has for each of our keys.
SIZES = {
    "hidden_size": "width",
    "num_hidden_layers": "layers",
    "num_attention_heads": "attention_heads",
    "intermediate_size": "feedforward",
}
DROPOUT = "hidden_dropout_prob"
EXAMPLES = ["bert", "roformer", "deberta-v2"]


def describe_encoder(params: EncoderParams, *, vocabulary: int) -> dict[str, Any]:
    """Keywords of `AutoConfig.for_model`, `model_type` among them.

    Raises
    ------
    InputError
        If the model type is unknown or lacks one of our sizes, or does not know an option.
    """
    name, options = params.architecture, params.options or {}
    if name not in CONFIG_MAPPING:
        near = ", ".join(get_close_matches(name, list(CONFIG_MAPPING)) or EXAMPLES)
        _refuse("architecture", f"got {name!r}; it may be a model type of transformers: {near}, …")
    config_class = CONFIG_MAPPING[name]
    declared = {field.name for field in fields(config_class)}
    for key, ours in SIZES.items():
        if config_class.attribute_map.get(key, key) not in declared:
            others = ", ".join(EXAMPLES)
            _refuse("architecture", f"{name} has no {key}, which is our {ours}; try {others}")
    if params.dropout and DROPOUT not in declared:
        _refuse("dropout", f"{name} has no {DROPOUT}; set 0 here, and its own in encoder.options")
    known = list_options(config_class)
    for key in options:
        if key not in known:
            may_be = ", ".join(sorted(known))
            _refuse(f"options.{key}", f"no further option of {name}; it may be {may_be}")
    # A dropout kernel inside attention costs time and, at this size, buys nothing.
    dropouts = {DROPOUT: params.dropout, "attention_probs_dropout_prob": 0.0}
    return {
        "model_type": name,
        "vocab_size": vocabulary,
        **{key: getattr(params, ours) for key, ours in SIZES.items()},
        **{key: value for key, value in dropouts.items() if key in declared},
        **options,
    }


def list_options(config_class: type[PreTrainedConfig]) -> set[str]:
    """What `encoder.options` may hold, less what other keys of `encoder` say.

    Not every option is declared: some are only asked for in the code of the model.
    """
    names = {field.name for field in fields(config_class)}
    if config_class in MODEL_MAPPING:
        code = inspect.getsource(inspect.getmodule(MODEL_MAPPING[config_class]))
        names |= set(re.findall(r'\bconfig(?:\.|, ")(\w+)', code))
    said = {config_class.attribute_map.get(key, key) for key in SIZES}
    of_every_model = {field.name for field in fields(PreTrainedConfig)}
    return names - of_every_model - said - {*SIZES, DROPOUT, "vocab_size"}


def make_encoder(keywords: dict[str, Any]) -> PreTrainedModel:
    """The encoder of these keywords, with new weights."""
    return without_pooler(AutoModel.from_config(AutoConfig.for_model(**keywords)))


def without_pooler(encoder: PreTrainedModel) -> PreTrainedModel:
    """The encoder, less the layer over the first token that some have and nothing here reads."""
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    return encoder


def check_encoder(encoder: PreTrainedModel, *, longest: int) -> None:
    """Let it read two texts that differ under their padding alone; its weights stay as they are.

    Parameters
    ----------
    longest : tokens of the longest text, beside which the fields have one

    Raises
    ------
    ValueError
        If it gives no state a token, or reads what is padding: a form's answer would then depend on
        the forms beside it.
    """
    shape = (2, longest + 1, encoder.get_input_embeddings().embedding_dim)
    tokens = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    tokens[1, :-1] = tokens[0, :-1]
    mask = torch.ones(shape[:2], dtype=torch.int64)
    mask[:, -1] = 0
    with torch.inference_mode():
        states = encoder.eval()(inputs_embeds=tokens, attention_mask=mask).last_hidden_state
    if states.shape != (*shape[:2], encoder.config.hidden_size):
        raise ValueError(f"it gives states of shape {tuple(states.shape)} for {shape} tokens")
    if not torch.allclose(states[0, :-1], states[1, :-1], rtol=0, atol=1e-5):
        raise ValueError("it reads padding as if it were text")


@contextmanager
def refusing(params: EncoderParams) -> Iterator[None]:
    """Whatever the library raises becomes one line that names a key of `encoder`."""
    key = "pretrained" if params.pretrained else "architecture"
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # each model type has errors of its own
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        fault = f"{getattr(params, key)} cannot be used with the rest of encoder: {reason:.300}"
        raise InputError(f"params.yaml: encoder.{key}: {fault}") from None


def _refuse(key: str, fault: str) -> None:
    raise InputError(f"params.yaml: encoder.{key}: {fault}")
