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
from intake_triage.records.draft.draft import draft_params
from intake_triage.records.draft.yaml_text import CHECK

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
    regions = ", ".join(params.data.identifiers_region)
    print(
        f"2. data.identifiers_region is {regions}: set it to the countries whose telephone"
        " numbers your forms hold"
    )
    print(*_last_steps(), sep="\n")


def _last_steps() -> list[str]:
    """What to do with the draft, or why it cannot be used as it is."""
    try:
        load_params(DRAFT)
    except InputError as error:
        return [f"3. it is no params.yaml yet; mend this, then mv {DRAFT} params.yaml:", str(error)]
    return [f"3. mv {DRAFT} params.yaml", "4. dvc repro prepare"]


if __name__ == "__main__":
    run_stage(main)
