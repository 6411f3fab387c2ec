"""The clinic as conditional probabilities: every table that a record is drawn from.

Generator and oracle read the same tables. A case is a pair (condition, severity), flattened as
`case = condition * N_LEVELS + severity`; the course is a latent of its own.
"""

from dataclasses import dataclass

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.fields import FieldTables, build_field_tables
from intake_triage.records.synthetic.labels import LabelTables, build_label_tables
from intake_triage.records.synthetic.mentions import MentionTables, build_mention_tables
from intake_triage.records.synthetic.network import NetworkTables, build_network_tables


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


def build_model(catalogue: Catalogue, *, task_relatedness: float, conflict: bool) -> ClinicModel:
    """Turn a catalogue into tables.

    Parameters
    ----------
    task_relatedness : in [0, 1]
        1: urgency follows the severity of the condition; 0: it follows the course alone.
    conflict : bool
        The course speaks through the complaints of a second problem instead of words of its own:
        each stands for a level, whatever sub-specialty it stands for as a first problem.
    """
    conditions = list(catalogue.conditions.values())
    network = build_network_tables(catalogue)
    severity = normalise(np.array([c.severity for c in conditions]))
    course = normalise(np.array(catalogue.course.levels))
    shares = network.condition_shares()
    return ClinicModel(
        network=network,
        severity=ChanceTable(severity),
        course=ChanceTable(course),
        mentions=build_mention_tables(catalogue, severity, shares, conflict=conflict),
        fields=build_field_tables(catalogue),
        labels=build_label_tables(
            catalogue,
            severity_shares=shares @ severity,
            course_shares=course,
            task_relatedness=task_relatedness,
            routing_habit=network.routing_habit,
        ),
    )
