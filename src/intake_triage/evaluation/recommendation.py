"""Which system for which task: a plain rule on the calibrate split, which never looks at test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from intake_triage.params import DecisionParams
from intake_triage.tasks import TASKS, TRAINED_SYSTEMS

MULTI_TASK = "mtl"


@dataclass(frozen=True)
class SetUp:
    """A system for each task, and what the two lose together.

    Attributes
    ----------
    urgency, specialty : str
        Systems; mtl serves both tasks or neither.
    log_loss : float
        Nats, both tasks summed: calibrated by cross-fitting within `calibrate`, mean over seeds.
    """

    urgency: str
    specialty: str
    log_loss: float

    @property
    def models(self) -> int:
        """How many models are run beside each other."""
        return 1 if self.urgency == MULTI_TASK else 2

    def __str__(self) -> str:
        if self.models == 1:
            return f"one {MULTI_TASK} model for both tasks"
        if self.urgency == self.specialty:
            return f"two {self.urgency} models"
        return f"two models, {self.urgency} for urgency and {self.specialty} for specialty"


def list_set_ups(calibrate: Mapping[str, Any]) -> list[SetUp]:
    """All pairs of single-task systems, and mtl as a whole.

    Parameters
    ----------
    calibrate : mapping
        metrics/calibrate.json: `<system>.<task>.log_loss`.
    """
    single = [system for system in TRAINED_SYSTEMS if system != MULTI_TASK]
    pairs = [*product(single, repeat=len(TASKS)), (MULTI_TASK, MULTI_TASK)]
    return [
        SetUp(
            urgency,
            specialty,
            calibrate[urgency]["urgency"]["log_loss"]
            + calibrate[specialty]["specialty"]["log_loss"],
        )
        for urgency, specialty in pairs
    ]


def choose_set_up(
    set_ups: Sequence[SetUp], *, log_loss_margin: float, cheaper_first: Sequence[str]
) -> SetUp:
    """Take the lowest log-loss, but within a margin of it the simplest.

    Parameters
    ----------
    set_ups : sequence of SetUp
    log_loss_margin : float
        Nats, not negative, included. Within it fewer models win, then the lower sum of the two
        systems' places in `cheaper_first`, then the lower log-loss.
    cheaper_first : sequence of str
    """
    lowest = min(set_up.log_loss for set_up in set_ups)
    # 1e-9: a difference of exactly the margin is within it, whatever its last binary digit.
    close = [s for s in set_ups if s.log_loss - lowest <= log_loss_margin + 1e-9]
    return min(
        close,
        key=lambda s: (
            s.models,
            cheaper_first.index(s.urgency) + cheaper_first.index(s.specialty),
            s.log_loss,
        ),
    )


def recommend(calibrate: Mapping[str, Any], params: DecisionParams) -> dict[str, Any]:
    """Choose a set-up and say so in one sentence.

    Parameters
    ----------
    calibrate : mapping
        metrics/calibrate.json.
    params : DecisionParams

    Returns
    -------
    dict
        urgency, specialty: systems; models: how many; log_loss: of the choice, nats; lowest: the
        log-loss of the best set-up; sentence.
    """
    set_ups = list_set_ups(calibrate)
    chosen = choose_set_up(
        set_ups, log_loss_margin=params.log_loss_margin, cheaper_first=params.cheaper_first
    )
    return {
        "urgency": chosen.urgency,
        "specialty": chosen.specialty,
        "models": chosen.models,
        "log_loss": round(chosen.log_loss, 4),
        "lowest_log_loss": round(min(set_up.log_loss for set_up in set_ups), 4),
        "sentence": _explain(chosen, set_ups, margin=params.log_loss_margin),
    }


def _explain(chosen: SetUp, set_ups: Sequence[SetUp], *, margin: float) -> str:
    best, second = sorted(set_ups, key=lambda set_up: set_up.log_loss)[:2]
    start = (
        f"Use {chosen}: log-loss on the calibrate split, summed over both tasks, is "
        f"{chosen.log_loss:.4f} nats"
    )
    if chosen == best:
        return (
            f"{start}, the lowest of {len(set_ups)} set-ups; next lowest is {second.log_loss:.4f} "
            f"({second})."
        )
    virtue = "takes fewer models" if chosen.models < best.models else "is the cheaper pair"
    return (
        f"{start}, {chosen.log_loss - best.log_loss:.4f} above the lowest ({best}) and so within "
        f"the margin of {margin:g}, and the set-up {virtue}."
    )
