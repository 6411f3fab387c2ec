"""Where the page's figures come from: TRIPOD+AI items, model-card fields, versions and hashes."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.table import Table

TRIPOD = Path(__file__).with_name("tripod.yaml")


def read_tripod() -> list[dict[str, str]]:
    """The items of TRIPOD+AI, each with its topic and where it is answered."""
    return yaml.safe_load(TRIPOD.read_text(encoding="utf-8"))


def hashes(run: Run) -> Iterator[tuple[str, str, str]]:
    """A row an output or outside input of a stage: stage, path, MD5."""
    for stage, locked in run.lock["stages"].items():
        for kind in ("deps", "outs"):
            for item in locked.get(kind, []):
                yield f"{stage}, {kind[:-1]}", item["path"], item["md5"]


def params_rows(run: Run) -> Table:
    """The params that the results were made with, as dvc.lock has them."""
    locked: dict[str, object] = {}
    for stage in run.lock["stages"].values():
        for name, value in stage.get("params", {}).get("params.yaml", {}).items():
            locked.setdefault(name, value)
    values = dict(_flatten(locked))
    others = [f"data.{it}." for it in ("file", "namcs", "synthetic") if it != run.source]
    rows = [item for item in values.items() if not item[0].startswith(tuple(others))]
    return Table("Params of this run, from dvc.lock", ("param", "value"), rows)


def _flatten(values: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
