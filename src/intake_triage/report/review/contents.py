"""What a review says of each run, before it becomes a page or a comment."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from intake_triage.report.review.changes import (
    Change,
    changed_files,
    diff_lists,
    diff_metrics,
    diff_params,
)
from intake_triage.report.review.pictures import Picture, draw_plots
from intake_triage.report.review.tables import (
    Table,
    cost_table,
    metric_tables,
    recommendation_table,
    score_tables,
)
from intake_triage.report.review.verdicts import (
    changed_recommendation,
    changed_verdicts,
    is_choice,
)

PIPELINE = Path(".")
PIPELINE_TITLE = "The pipeline's run"
RESULTS = Path("results")  # runs with other params, a folder each, laid out as the pipeline's


@dataclass(frozen=True)
class RunReview:
    """What changed in one run.

    Attributes
    ----------
    title : str
    verdicts : list of Change
        Transfer verdicts; the keys are words.
    recommendation : list of Change
        Every entry of it that changed.
    recommendation_table : Table
        The same, a figure and its interval in one row.
    params : list of Change
    scores : list of Table
        The main ones on test, a table a task, then the cost of training.
    metrics : dict of str to list of Table
        All metrics that changed, by file.
    plots : list of Picture
    """

    title: str
    verdicts: list[Change]
    recommendation: list[Change]
    recommendation_table: Table
    params: list[Change]
    scores: list[Table]
    metrics: dict[str, list[Table]]
    plots: list[Picture]

    @property
    def choices(self) -> list[Change]:
        """What the recommendation says to do, where that changed."""
        return [change for change in self.recommendation if is_choice(change)]

    @property
    def is_changed(self) -> bool:
        return bool(self.params or self.recommendation or self.metrics or self.plots)


@dataclass(frozen=True)
class Review:
    """What changed, run by run.

    Attributes
    ----------
    base : str
        The revision compared with, as the user names it.
    runs : list of RunReview
        Those that changed, the pipeline's own first, then the folders below results/.
    other_files : int
        How many files differ that are no params, metrics or plots of a run.
    """

    base: str
    runs: list[RunReview]
    other_files: int


def compare_with(base: str) -> Review:
    """Compare the working tree with a revision, run by run.

    Parameters
    ----------
    base : str
        A git revision.
    """
    changed = changed_files(base)
    folders = [
        PIPELINE,
        *sorted({path.parents[-3] for path in map(Path, changed) if _is_result(path)}),
    ]
    others = [file for file in changed if not any(_is_of_run(file, folder) for folder in folders)]
    runs = [_review_run(base, changed, folder=folder) for folder in folders]
    return Review(base, [run for run in runs if run.is_changed], other_files=len(others))


def _review_run(base: str, changed: Collection[str], *, folder: Path) -> RunReview:
    params_file, metrics_folder = str(folder / "params.yaml"), folder / "metrics"
    params = diff_params(base, [file for file in changed if file == params_file])
    metrics = diff_metrics(base, [file for file in changed if _is_metrics(file, metrics_folder)])
    compare_file = str(metrics_folder / "compare.json")
    compare = metrics.get(compare_file, [])
    if compare:
        lists = diff_lists(base, compare_file, section="recommendation")
        compare = [*compare, *lists]
    cost = metrics.get(str(metrics_folder / "cost.json"), [])
    return RunReview(
        title=PIPELINE_TITLE if folder == PIPELINE else f"{folder}/",
        verdicts=changed_verdicts(compare),
        recommendation=changed_recommendation(compare),
        recommendation_table=recommendation_table(compare, base=base),
        params=[change for changes in params.values() for change in changes if change.is_change],
        scores=[*score_tables(compare, base=base), *cost_table(cost, base=base)],
        metrics={
            file: tables
            for file, changes in sorted(metrics.items())
            if (tables := metric_tables(_without_recommendation(changes), base=base))
        },
        plots=draw_plots(base, changed, folder=folder),
    )


def _is_result(path: Path) -> bool:
    """Whether this file lies in a folder below results/."""
    return path.is_relative_to(RESULTS) and len(path.parts) > 2


def _without_recommendation(changes: list[Change]) -> list[Change]:
    """What the tables of metrics show; the recommendation has a table of its own."""
    return [change for change in changes if change.path[0] != "recommendation"]


def _is_metrics(file: str, folder: Path) -> bool:
    return Path(file).is_relative_to(folder) and file.endswith(".json")


def _is_of_run(file: str, folder: Path) -> bool:
    """Whether this file is among a run's params, metrics and plots."""
    path = Path(file)
    if not path.is_relative_to(folder):
        return False
    first = path.relative_to(folder).parts[0]
    return first in ("params.yaml", "metrics", "plots")
