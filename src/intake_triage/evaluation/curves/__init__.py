"""Figures over a range of thresholds, coverages or classes: rows of plots, a file a family."""
