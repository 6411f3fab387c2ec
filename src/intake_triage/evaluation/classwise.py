"""Class-wise calibration: of the records given a class with some probability, are so many of it?"""

from dataclasses import dataclass

import numpy as np

from intake_triage.evaluation.measures.reliability import (
    bin_by_confidence,
    debiased_ece,
    ece_if_calibrated,
)


@dataclass(frozen=True)
class ClasswiseEce:
    """The calibration error of each class's probability against "it is this class".

    Attributes
    ----------
    by_class : float array of shape (n_classes,)
        `debiased_ece`, in [0, 1].
    if_calibrated : float array of shape (n_classes,)
        What a perfectly calibrated model with these probabilities shows at this size.
    """

    by_class: np.ndarray
    if_calibrated: np.ndarray


def classwise_ece(probabilities: np.ndarray, labels: np.ndarray, *, n_bins: int) -> ClasswiseEce:
    """Take each class as a yes-or-no question and measure its expected calibration error.

    Bins of equal mass and debiasing are those of the top-label ECE. The class-wise ECE of a model
    is the mean over its classes.

    Parameters
    ----------
    probabilities : float array of shape (n_records, n_classes)
    labels : int array of shape (n_records,)
    n_bins : int

    References
    ----------
    Kull et al. (2019), Beyond temperature scaling; Nixon et al. (2019), Measuring calibration in
    deep learning.
    """
    classes = range(probabilities.shape[1])
    return ClasswiseEce(
        by_class=np.array(
            [
                debiased_ece(bin_by_confidence(probabilities[:, k], labels == k, n_bins=n_bins))
                for k in classes
            ]
        ),
        if_calibrated=np.array(
            [ece_if_calibrated(probabilities[:, k], n_bins=n_bins) for k in classes]
        ),
    )
