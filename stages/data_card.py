"""Stage data_card: what the synthetic clinic is, in figures, and what it is not.

Reads   results/large/, params.yaml (encoder)
Writes  docs/data-card.md
"""

from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.report.data_card import build_card

CARD = Path("docs/data-card.md")


def main() -> None:
    with replacing(CARD) as temporary:
        temporary.write_text(build_card(), encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
