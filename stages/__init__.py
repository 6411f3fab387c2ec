"""The pipeline's stages, run as `python -m stages.<name>` from the root of the checkout.

DVC also runs them in copies of the checkout (`dvc exp run --temp`, the queue). Each must use the
code beside it, so that code is put first on the path, before any installed copy.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
