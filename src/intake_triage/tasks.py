"""The names that every part of the repository shares: tasks, splits, systems."""

from typing import Literal

Task = Literal["urgency", "specialty"]
Split = Literal["train", "valid", "calibrate", "test"]

TASKS: tuple[Task, ...] = ("urgency", "specialty")
SPLITS: tuple[Split, ...] = ("train", "valid", "calibrate", "test")
TRAINED_SYSTEMS = ("linear", "gbm", "st", "mtl")
