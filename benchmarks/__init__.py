"""Timings against what a user would pick instead: `make bench` writes results.json, results.md.

Every topic is a module whose `measure` takes the workspace and returns what is written under its
name. Like the stages, the benchmarks use the code beside them, never an installed copy.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

sys.path.insert(0, str(ROOT / "src"))
