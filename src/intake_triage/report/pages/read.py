"""Read the runs that the pages are made from: results, metrics, plots and params."""

from collections.abc import Sequence
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.evaluation.table import read_results
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.report.pages.run import OWN, Run
from intake_triage.report.pages.words import Row

METRICS = ("prepare", "compare", "cost", "safety", "pilot")
PLOTS = ("confusion", "macro_f1", "net_benefit", "operating", "reliability")
PLOTS += ("risk_coverage", "set_ups", "threshold", "transfer")
DIAL, REDRAWN = "results/transfer/dial.json", "results/replication/summary.json"


def read_run(layout: Layout) -> Run:
    """Read a run's files.

    Parameters
    ----------
    layout : Layout
        Of the run: the checkout's own, or that of a folder such as results/namcs. What studies
        found lies in the checkout, and is of the source `synthetic`.

    Raises
    ------
    InputError
        If a file is missing, or was written before version 2 of the rule of docs/protocol.md.
    """
    metrics = {name: layout.metrics(name) for name in METRICS}
    plots = {name: layout.plots(name) for name in PLOTS}
    files = [layout.params, layout.results, *metrics.values(), *plots.values()]
    try:
        contents = {str(path): path.read_bytes() for path in files}
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} is missing; run the pipeline first") from None
    params = yaml.safe_load(contents[str(layout.params)])
    is_synthetic = params["data"]["source"] == "synthetic"
    run = Run(
        params=params,
        results=read_results(layout.results),
        metrics={name: read_json(path) for name, path in metrics.items()},
        plots={name: read_json(path) for name, path in plots.items()},
        dials=_read_study(layout.root / DIAL, []) if is_synthetic else [],
        redrawn=_read_redrawn(layout.root / REDRAWN, params["data"]),
        hashes={
            name: md5(content, usedforsecurity=False).hexdigest()
            for name, content in contents.items()
        },
    )
    if "tied" not in run.recommendation:
        raise InputError(f"{metrics['compare']} has no recommendation.tied; run compare again")
    return run


def read_beside(run: Run, folders: Sequence[str]) -> list[Run]:
    """The runs in these folders that are of other data; a clinic's own forms stand alone.

    Raises
    ------
    InputError
        If a folder has no run.
    """
    if run.source == OWN:
        return []
    others = []
    for folder in folders:
        try:
            others.append(read_run(Layout(Path(folder))))
        except InputError as error:
            raise InputError(f"params.yaml, report.beside, {folder}: {error}") from None
    return [other for other in others if other.source != run.source]


def _read_study(path: Path, otherwise: Any) -> Any:
    return read_json(path) if path.exists() else otherwise


def _read_redrawn(path: Path, data: Row) -> Row | None:
    """What the replication found, if it was of such data."""
    found = _read_study(path, {"data": None, "runs": 0})
    same = found["data"] is not None and found["data"].items() <= data.items()
    return found if same and found["runs"] else None
