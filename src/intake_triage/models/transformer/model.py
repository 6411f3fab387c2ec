"""One small Transformer encoder with a head for each task it predicts.

`st` is this model with one head, `mtl` the same model with two; nothing else differs.
"""

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from intake_triage.models.transformer.encoder import make_encoder
from intake_triage.models.transformer.fields import FieldEmbeddings, split_by_kind
from intake_triage.models.transformer.heads import Head
from intake_triage.records.schema import FormField


class IntakeConfig(PreTrainedConfig):
    """What `from_pretrained` needs to build the model again.

    Attributes
    ----------
    encoder : dict
        Configuration of the `transformers` encoder, `model_type` included.
    fields : list of dict
        `FormField` values, the categories of train included.
    n_bins : int
        Bins of the piecewise-linear embedding of a numeric field.
    classes : dict of str to list of str
        Class names of every task that has a head, in the order of its logits.
    """

    model_type = "intake_triage"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        fields: list[dict[str, Any]] | None = None,
        n_bins: int = 16,
        classes: dict[str, list[str]] | None = None,
        **kwargs: Any,
    ):
        self.encoder = encoder or {}
        self.fields = fields or []
        self.n_bins = n_bins
        self.classes = classes or {}
        super().__init__(**kwargs)


class IntakeModel(PreTrainedModel):
    """Text and fields to the logits of every task."""

    config_class = IntakeConfig
    base_model_prefix = "intake"

    def __init__(self, config: IntakeConfig):
        super().__init__(config)
        numeric, categorical = split_by_kind(FormField(**field) for field in config.fields)
        self.encoder = make_encoder(config.encoder)
        self.field_embeddings = FieldEmbeddings(
            n_numeric=len(numeric),
            n_bins=config.n_bins,
            n_categories=[len(field.categories) for field in categorical],
            width=self.encoder.get_input_embeddings().embedding_dim,
        )
        width = self.encoder.config.hidden_size
        self.heads = nn.ModuleDict(
            {task: Head(width, len(names)) for task, names in config.classes.items()}
        )
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, FieldEmbeddings):
            for parameter in (module.slope, module.intercept, module.missing):
                nn.init.normal_(parameter, std=0.02)
        elif isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, *record: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """Logits of every task, (B, n_classes) each; parameters as in `encode`."""
        return self.classify(*self.encode(*record))

    def encode(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None,
        numeric: torch.Tensor,
        categorical: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the encoder makes of a record: the states that all heads share.

        Parameters
        ----------
        input_ids : int tensor of shape (B, T)
        attention_mask : int tensor of shape (B, T), 0 for padding, or None without padding
        numeric : float tensor of shape (B, n_numeric), NaN where missing
        categorical : int tensor of shape (B, n_categorical)

        Returns
        -------
        states : float tensor of shape (B, 1 + T, width), that of the fields' token first
        mask : int tensor of shape (B, 1 + T), 0 for padding, or None without padding
        """
        field_token = self.field_embeddings(numeric, categorical).unsqueeze(1)
        text_tokens = self.encoder.get_input_embeddings()(input_ids)  # (B, T, width of embeddings)
        tokens = torch.cat([field_token, text_tokens], dim=1)  # (B, 1 + T, width of embeddings)
        mask = attention_mask
        if mask is not None:
            mask = torch.cat([mask.new_ones((len(mask), 1)), mask], dim=1)
        return self.encoder(inputs_embeds=tokens, attention_mask=mask).last_hidden_state, mask

    def classify(self, states: torch.Tensor, mask: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """Logits of every task from what `encode` gives."""
        return {task: head(states, mask) for task, head in self.heads.items()}

    def shared_parameters(self) -> list[nn.Parameter]:
        """All weights outside the heads, less constants that some encoders keep as weights."""
        heads = {id(parameter) for parameter in self.heads.parameters()}
        return [p for p in self.parameters() if p.requires_grad and id(p) not in heads]
