"""The bootstrap over units: what re-drawing the records makes of each score.

A score here is a function of sums over records (`weigh_sums`). The sums are taken once a unit, and
one matrix product re-weights them for all resamples, so that every system and measure meets the
same resamples. The first row of the weights has each unit once: the split as it is.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from intake_triage.statistics.scores import f1_of_counts, record_log_losses

RESAMPLING_SEED = 0


@dataclass(frozen=True)
class Replicates:
    """Scores of one system for one task under every row of bootstrap weights.

    Attributes
    ----------
    f1 : float array of shape (n_seeds, n_weights, n_classes)
    log_loss : float array of shape (n_seeds, n_weights)
        Nats.
    class_log_loss : float array of shape (n_seeds, n_weights, n_classes)
        Over the records of one true class; NaN where a resample has none.
    """

    f1: np.ndarray
    log_loss: np.ndarray
    class_log_loss: np.ndarray

    @property
    def macro_f1(self) -> np.ndarray:
        """Mean F1 over the classes that the records have, (n_seeds, n_weights)."""
        present = ~np.isnan(self.class_log_loss[0, 0])
        return self.f1[..., present].mean(axis=-1)


def draw_weights(n_units: int, *, resamples: int, seed: int = RESAMPLING_SEED) -> np.ndarray:
    """How often each unit is drawn in each resample, after a first row that has each unit once.

    Float64 of shape (1 + resamples, n_units): whole numbers, each row sums to `n_units`.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=resamples)
    return np.concatenate([np.ones((1, n_units)), drawn])


def weigh_sums(columns: np.ndarray, unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum columns over the records, each counted as often as its unit is drawn.

    Parameters
    ----------
    columns : float or bool array of shape (n_records, ...)
    unit : int array of shape (n_records,)
        In ``range(n_units)``; a unit may have no record.
    weights : float array of shape (n_weights, n_units)
        The result is of shape (n_weights, ...).
    """
    n_records = len(columns)
    membership = csr_array(
        (np.ones(n_records), (unit, np.arange(n_records))), shape=(weights.shape[1], n_records)
    )
    flat = np.asarray(columns, np.float64).reshape(n_records, -1)
    return (weights @ (membership @ flat)).reshape(len(weights), *columns.shape[1:])


def replicate_mean(
    values: np.ndarray, unit: np.ndarray, weights: np.ndarray, *, among: np.ndarray | None = None
) -> np.ndarray:
    """Mean over records, (..., n_records) to (..., n_weights); NaN where no record counts.

    `unit` and `weights` as in `weigh_sums`; `among`, of a shape that broadcasts to that of
    `values`, says how much of each record counts, by default all of it.
    """
    counts = np.ones(values.shape[-1]) if among is None else np.asarray(among, np.float64)
    parts = (values * counts, counts)
    flat = [part.reshape(-1, part.shape[-1]) for part in parts]
    # One product for both, since reading the weights is what takes time.
    sums = weigh_sums(np.concatenate(flat).T, unit, weights).T
    total, size = (
        rows.reshape(*part.shape[:-1], len(weights))
        for part, rows in zip(parts, np.split(sums, [len(flat[0])]), strict=True)
    )
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without records that count
        return total / size


def replicate_f1(
    predicted: np.ndarray,
    labels: np.ndarray,
    unit: np.ndarray,
    weights: np.ndarray,
    *,
    n_classes: int,
) -> np.ndarray:
    """F1 score by class, float64 of shape (n_seeds, n_weights, n_classes).

    `predicted` is of shape (n_seeds, n_records), `labels` of (n_records,): class indices; `unit`
    and `weights` as in `weigh_sums`.
    """
    one_hot = np.eye(n_classes)
    true, decided = one_hot[labels], one_hot[predicted]  # (…, n_records, n_classes)
    columns = np.concatenate([true[np.newaxis], decided, decided * true])
    sums = _weigh_by_seed(columns, unit, weights)
    n_true, n_decided, hits = np.split(sums, [1, 1 + len(predicted)])
    return f1_of_counts(hits, n_true, n_decided)


def replicate_confusions(
    predicted: np.ndarray,
    labels: np.ndarray,
    unit: np.ndarray,
    weights: np.ndarray,
    *,
    n_classes: int,
) -> np.ndarray:
    """Records by true class (row) and predicted class (column); parameters as in `replicate_f1`.

    Float64 of shape (n_seeds, n_weights, n_classes, n_classes).
    """
    cells = np.eye(n_classes**2)[labels * n_classes + predicted]  # (n_seeds, n_records, n_cells)
    sums = _weigh_by_seed(cells, unit, weights)
    return sums.reshape(*sums.shape[:2], n_classes, n_classes)


def replicate_scores(
    logits: np.ndarray, labels: np.ndarray, unit: np.ndarray, weights: np.ndarray
) -> Replicates:
    """Score every seed of a system, logits of shape (n_seeds, n_records, n_classes), on labels."""
    n_classes = logits.shape[-1]
    losses = np.stack([record_log_losses(seed_logits, labels) for seed_logits in logits])
    true = np.eye(n_classes)[labels]  # (n_records, n_classes)
    columns = np.concatenate([true[np.newaxis], losses[:, :, np.newaxis] * true])
    sums = _weigh_by_seed(columns, unit, weights)
    n_true, loss = sums[:1], sums[1:]  # (1 or n_seeds, n_weights, n_classes)
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without records of a class
        return Replicates(
            f1=replicate_f1(logits.argmax(axis=2), labels, unit, weights, n_classes=n_classes),
            log_loss=loss.sum(axis=2) / n_true.sum(axis=2),
            class_log_loss=loss / n_true,
        )


def _weigh_by_seed(columns: np.ndarray, unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`weigh_sums` of (n_seeds, n_records, n_columns), (n_seeds, n_weights, n_columns)."""
    return weigh_sums(columns.transpose(1, 0, 2), unit, weights).transpose(1, 0, 2)
