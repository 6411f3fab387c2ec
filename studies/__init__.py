"""Longer experiments, each with a dvc.yaml and results of its own."""

import stages  # noqa: F401  it puts this checkout's src/ on the path
