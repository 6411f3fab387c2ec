"""What a task makes of the states that all tasks share."""

import torch
from torch import nn
from torch.nn.functional import gelu


class Head(nn.Module):
    """Logits of one task: the states by a query of its own, beside their summary, and one layer.

    A task looks for words of its own, which the mean over a long text would drown.

    References
    ----------
    Lin et al. (2017), A structured self-attentive sentence embedding (attention pooling).
    """

    def __init__(self, width: int, n_classes: int):
        super().__init__()
        self.query = nn.Linear(width, 1, bias=False)
        self.hidden = nn.Linear(width, width)
        self.out = nn.Linear(width, n_classes)

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Shapes: (B, S, width), (B, S) or None → (B, n_classes)."""
        scores = self.query(states).squeeze(-1)  # (B, S)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -torch.inf)
        found = (scores.softmax(dim=1).unsqueeze(1) @ states).squeeze(1)  # (B, width)
        return self.out(gelu(self.hidden(summarize(states, mask) + found)))


def summarize(states: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """The mean state plus that of the fields' token, which would weigh little in a long text's.

    Parameters
    ----------
    states : float tensor of shape (B, S, width), the fields' token first
    mask : int tensor of shape (B, S), 0 for padding, or None without padding

    Returns
    -------
    float tensor of shape (B, width)
    """
    if mask is None:
        mean = states.mean(dim=1)
    else:
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
    return mean + states[:, 0]
