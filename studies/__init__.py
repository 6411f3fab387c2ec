"""Longer experiments, each with a dvc.yaml and results of its own.

As in stages, the code that runs is that of the checkout it is run in.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
