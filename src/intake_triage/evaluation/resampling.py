"""Test scores under re-drawn test splits: what the bootstrap over units makes of each metric.

A metric here is a function of sums over records. The sums are taken once a unit, and one matrix
product re-weights them for all resamples, so every system and metric meets the same resamples.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from intake_triage.scores import f1_of_counts, record_log_losses

RESAMPLING_SEED = 0


@dataclass(frozen=True)
class Replicates:
    """Scores of one system for one task under every weighting; weighting 0 is the split as it is.

    Attributes
    ----------
    f1 : float array of shape (n_seeds, n_weightings, n_classes)
    log_loss : float array of shape (n_seeds, n_weightings)
        Nats.
    class_log_loss : float array of shape (n_seeds, n_weightings, n_classes)
        Over the records of one true class; NaN where a weighting has none.
    """

    f1: np.ndarray
    log_loss: np.ndarray
    class_log_loss: np.ndarray

    @property
    def macro_f1(self) -> np.ndarray:
        """Float array of shape (n_seeds, n_weightings)."""
        return self.f1.mean(axis=-1)


def draw_weightings(n_units: int, *, resamples: int, seed: int = RESAMPLING_SEED) -> np.ndarray:
    """How often each unit is drawn in each resample, after a first row that has each unit once.

    Parameters
    ----------
    n_units : int
        At least 1.
    resamples : int
    seed : int

    Returns
    -------
    float64 array of shape (1 + resamples, n_units)
        Whole numbers; each row sums to `n_units`.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=resamples)
    return np.concatenate([np.ones((1, n_units)), drawn])


def replicate_scores(
    logits: np.ndarray, labels: np.ndarray, unit: np.ndarray, weightings: np.ndarray
) -> Replicates:
    """Score every seed of a system under every weighting of the units.

    Parameters
    ----------
    logits : float array of shape (n_seeds, n_records, n_classes)
    labels : int array of shape (n_records,)
        True class indices; records without a label are left out.
    unit : int array of shape (n_records,)
        In ``range(n_units)``; a unit may have no record.
    weightings : float array of shape (n_weightings, n_units)
    """
    n_seeds, n_records, n_classes = logits.shape
    one_hot = np.eye(n_classes)
    true = one_hot[labels]  # (n_records, n_classes)
    predicted = one_hot[logits.argmax(axis=2)]  # (n_seeds, n_records, n_classes)
    losses = np.stack([record_log_losses(seed_logits, labels) for seed_logits in logits])
    counted = [true[np.newaxis], predicted, predicted * true, losses[:, :, np.newaxis] * true]
    columns = np.concatenate(counted)  # (1 + 3 n_seeds, n_records, n_classes)
    flat = columns.transpose(1, 0, 2).reshape(n_records, -1)
    membership = csr_array(
        (np.ones(n_records), (unit, np.arange(n_records))),
        shape=(weightings.shape[1], n_records),
    )
    sums = weightings @ (membership @ flat)  # (n_weightings, (1 + 3 n_seeds) n_classes)
    sums = sums.reshape(len(weightings), 1 + 3 * n_seeds, n_classes).transpose(1, 0, 2)
    n_true, n_predicted, hits, loss = np.split(sums, [1, 1 + n_seeds, 1 + 2 * n_seeds])
    with np.errstate(invalid="ignore"):  # 0 / 0: a weighting without records of a class
        return Replicates(
            f1=f1_of_counts(hits, n_true, n_predicted),
            log_loss=loss.sum(axis=2) / n_true.sum(axis=2),
            class_log_loss=loss / n_true,
        )
