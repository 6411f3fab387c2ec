"""Stage data_card: what the synthetic clinic is, in figures, and what it is not.

Reads   results/large/, params.yaml (encoder)
Writes  docs/data-card.md
With --keep-large RUN it writes results/large/ instead, from the finished run in the folder RUN.
"""

import argparse
from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.report.data_card import build_card, keep_large_run

CARD = Path("docs/data-card.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.data_card")
    parser.add_argument("--keep-large", metavar="RUN", type=Path)
    run = parser.parse_args().keep_large
    if run:
        keep_large_run(run)
        return
    with replacing(CARD) as temporary:
        temporary.write_text(build_card(), encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
