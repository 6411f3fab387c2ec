"""The measures, a file a family; importing this package registers all of them."""

from intake_triage.evaluation.measures import cut_calibration, load, reliability, scores, triage
from intake_triage.evaluation.measures.measure import MEASURES, round_figure

__all__ = ["MEASURES", "cut_calibration", "load", "reliability", "round_figure", "scores", "triage"]
