"""The clinic as conditional probabilities: every table that a record is drawn from.

Generator and oracle read the same tables. A case is a pair (condition, severity), flattened as
`case = condition * N_LEVELS + severity`; the course is a latent of its own.
"""

from dataclasses import dataclass

import numpy as np

from intake_triage.params import Reading
from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.classes import N_LEVELS
from intake_triage.records.synthetic.fields import FieldTables, build_field_tables
from intake_triage.records.synthetic.labels import LabelTables, build_label_tables
from intake_triage.records.synthetic.mentions import MentionTables, build_mention_tables
from intake_triage.records.synthetic.network import NetworkTables, build_network_tables

NOISY = 0.5  # where the reading is shared: the share of tiers drawn by lot


@dataclass(frozen=True)
class ClinicModel:
    """All tables of one clinic at one setting of the dial.

    `severity` has shape (n_conditions, N_LEVELS), `course` (N_LEVELS,); rows sum to 1.
    """

    network: NetworkTables
    severity: ChanceTable
    course: ChanceTable
    mentions: MentionTables
    fields: FieldTables
    labels: LabelTables


def build_model(catalogue: Catalogue, *, task_relatedness: float, reading: Reading) -> ClinicModel:
    """Turn a catalogue into tables.

    Parameters
    ----------
    task_relatedness : in [0, 1]
        1: urgency follows the severity of the condition; 0: it follows the course alone.
    reading : what the two tasks need of a text
        own: the condition and the course each speak in words of their own. conflicting: the course
        speaks through the complaints of a second problem instead; each stands for a level,
        whatever sub-specialty it stands for as a first problem. shared: all conditions of a
        sub-specialty have one severity, their mean one rounded up, so that urgency needs of the
        text what specialty needs; and a share of the tiers recorded, NOISY, says nothing.
    """
    conditions = list(catalogue.conditions.values())
    network = build_network_tables(catalogue)
    severity = normalise(np.array([c.severity for c in conditions]))
    course = normalise(np.array(catalogue.course.levels))
    shares = network.condition_shares()
    if reading == "shared":
        homes = np.array(list(catalogue.homes.values()))
        of_home = normalise((homes[:, None] == homes) * shares) @ severity
        mean = of_home @ np.arange(N_LEVELS)
        severity = np.eye(N_LEVELS)[np.ceil(mean).astype(np.int64)]
    return ClinicModel(
        network=network,
        severity=ChanceTable(severity),
        course=ChanceTable(course),
        mentions=build_mention_tables(
            catalogue, severity, shares, conflicting=reading == "conflicting"
        ),
        fields=build_field_tables(catalogue),
        labels=build_label_tables(
            catalogue,
            severity_shares=shares @ severity,
            course_shares=course,
            task_relatedness=task_relatedness,
            routing_habit=network.routing_habit,
            noisy=NOISY if reading == "shared" else 0.0,
        ),
    )
