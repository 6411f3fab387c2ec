"""The names that every part of the repository shares: tasks and splits."""

from typing import Literal

Task = Literal["urgency", "specialty"]
Split = Literal["train", "valid", "calibrate", "test"]

TASKS: tuple[Task, ...] = ("urgency", "specialty")
SPLITS: tuple[Split, ...] = ("train", "valid", "calibrate", "test")
