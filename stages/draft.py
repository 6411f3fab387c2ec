"""Draft a params.yaml for a table: no stage of the pipeline; `make draft TABLE=<path>` runs it.

Reads   the table, params.yaml
Writes  draft.yaml
"""

import argparse
from pathlib import Path

from intake_triage.errors import InputError, run_stage
from intake_triage.files import replacing
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.draft.block import CHECK
from intake_triage.records.draft.draft import draft_params

DRAFT = Path("draft.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.draft")
    parser.add_argument("table", type=Path)
    table = parser.parse_args().table
    if DRAFT.exists():
        raise InputError(
            f"{DRAFT}: is there already, perhaps with your corrections; move it or remove it"
        )
    params = load_params()
    drafted = draft_params(table, Layout().params.read_text(encoding="utf-8"), params)
    with replacing(DRAFT) as temporary:
        temporary.write_text(drafted, encoding="utf-8")
    checks = [
        f"  line {number}: {' '.join(line.split())}"
        for number, line in enumerate(drafted.splitlines(), start=1)
        if f"{CHECK} " in line
    ]
    print(f"{DRAFT}: params.yaml, with a mapping of {table}")
    print("1. look through data.file in it, and above all at these lines:", *checks, sep="\n")
    print(f"2. mv {DRAFT} params.yaml", "3. dvc repro prepare", sep="\n")


if __name__ == "__main__":
    run_stage(main)
