"""What differs between a committed revision and the working tree, in every run that git keeps."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.report.review.commands import run_dvc, run_git
from intake_triage.tasks import TASKS

KEPT_RUNS = Path("results")  # runs with other params, a folder each, laid out as the checkout


@dataclass(frozen=True)
class Change:
    """A value in both revisions; `None` where a revision lacks it.

    `path` holds the keys that lead to it in `file`; from DVC one key, joined by dots.
    """

    file: str
    path: tuple[str, ...]
    old: Any
    new: Any

    @property
    def key(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Review:
    """What changed since a revision: the pipeline's own run first, then those kept in git.

    Of the recommendation it holds every entry, figures too; of plots the files.
    """

    base: str
    verdicts: list[Change]
    recommendation: list[Change]
    params: list[Change]
    metrics: list[Change]
    plots: list[str]

    @property
    def is_empty(self) -> bool:
        changes = (self.verdicts, self.recommendation, self.params, self.metrics, self.plots)
        return not any(changes)


def compare_with(base: str) -> Review:
    """Compare the working tree with a revision of git.

    Raises
    ------
    InputError
        If `base` is no revision of this repository.
    """
    changed = _changed_files(base)
    kept = _kept_runs(changed)
    runs = [Layout(), *kept]
    compared = _diff_files(base, [run.metrics("compare") for run in runs])
    summaries = _diff_files(base, [run.metrics("summary") for run in kept])
    plot_folders = [run.root / "plots" for run in runs]
    return Review(
        base,
        verdicts=[c for c in compared if c.path[0] == "transfer" and c.path[-1] == "verdict"],
        recommendation=[c for c in compared if c.path[0] == "recommendation"],
        params=_diff_by_dvc("params", base) + _diff_files(base, [run.params for run in kept]),
        metrics=_diff_by_dvc("metrics", base) + summaries,
        plots=[file for file in changed if Path(file).parent in plot_folders],
    )


def diff_leaves(old: Any, new: Any, *, file: str) -> list[Change]:
    """Values of nested dictionaries that differ, in the order of `new`.

    `old` and `new` are what `file` holds in the two revisions. Of a list of set-ups each is known
    by its name; any other list is one value.
    """
    before, now = _leaves(old), _leaves(new)
    return [
        Change(file, path, before.get(path), now.get(path))
        for path in now | before
        if before.get(path) != now.get(path)
    ]


def _leaves(value: Any, *path: str) -> dict[tuple[str, ...], Any]:
    if isinstance(value, list) and value and all(map(_is_set_up, value)):
        value = {_name(item): item for item in value}
    if not isinstance(value, dict):
        return {path: value}
    return {
        leaf_path: leaf
        for name, item in value.items()
        for leaf_path, leaf in _leaves(item, *path, str(name)).items()
    }


def _is_set_up(item: Any) -> bool:
    return isinstance(item, dict) and not item.keys().isdisjoint(TASKS)


def _name(set_up: dict[str, Any]) -> str:
    """Its forecasters, which this revision of the code need not know."""
    return " / ".join(set_up[task] for task in TASKS if task in set_up)


def _diff_files(base: str, paths: Iterable[Path]) -> list[Change]:
    """What differs in YAML or JSON files; a revision that lacks a file counts as empty."""
    changes = []
    for path in paths:
        parse = json.loads if path.suffix == ".json" else yaml.safe_load
        old = run_git("show", f"{base}:./{path}", check=False)
        new = path.read_text(encoding="utf-8") if path.exists() else ""
        changes += diff_leaves(parse(old or "{}"), parse(new or "{}"), file=str(path))
    return changes


def _diff_by_dvc(kind: str, base: str) -> list[Change]:
    """What `dvc params diff` or `dvc metrics diff` says; it gives the keys in no order."""
    differing = json.loads(run_dvc(kind, "diff", base, "--json"))
    return [
        Change(file, (key,), values.get("old"), values.get("new"))
        for file, by_key in sorted(differing.items())
        for key, values in sorted(by_key.items())
    ]


def _changed_files(base: str) -> list[str]:
    """Files that differ from `base`, new ones among them."""
    revision = ("--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if not run_git("rev-parse", *revision, check=False):
        raise InputError(f"BASE={base}: no such revision here; fetch it or name another")
    differing = run_git("diff", "--name-only", "--no-renames", "-z", base, "--")
    untracked = run_git("ls-files", "--others", "--exclude-standard", "-z")
    return sorted(filter(None, (differing + untracked).split("\0")))


def _kept_runs(changed: Iterable[str]) -> list[Layout]:
    """The kept runs of which a file has changed, removed ones too."""
    folders = {p.parents[-3] for p in map(Path, changed) if KEPT_RUNS in p.parents[1:]}
    return [Layout(folder) for folder in sorted(folders)]
