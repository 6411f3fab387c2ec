"""How much the two labels share, exactly, from the tables."""

import numpy as np

from intake_triage.records.synthetic.model import ClinicModel


def joint_label_shares(model: ClinicModel) -> np.ndarray:
    """Chance of each pair of labels: float array of shape (4, 12), sums to 1."""
    network, labels = model.network, model.labels
    given_kind = network.patient.rows.reshape(len(network.patient.rows), -1, 2)
    months = np.bincount(network.month, weights=network.day.chances)
    by_band = np.einsum("kbs,m,kbsmc->kbc", given_kind, months, network.condition.chances)
    # Adult, child: (n_kinds, 2, n_conditions), then by site with the site's share.
    by_age = np.stack([by_band[:, 2:].sum(axis=1), by_band[:, :2].sum(axis=1)], axis=1)
    condition = network.site.chances[:, None, None] * by_age[network.kind]
    routed = np.einsum("iac,iacf->cf", condition, labels.specialty.chances)  # (n_conditions, 12)
    tiers = np.einsum(
        "cs,z,szu->cu", model.severity.chances, model.course.chances, labels.urgency.chances
    )
    return tiers.T @ routed


def mutual_information(joint: np.ndarray) -> float:
    """Mutual information in nats of two labels with the given joint chances."""
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / apart[seen])).sum())
