"""The few sentences that a review begins with, the same on the page and in the comment."""

from intake_triage.report.review.changes import Change
from intake_triage.report.review.contents import Review, RunReview
from intake_triage.report.review.tables import show

SCORES_NOTE = (
    "Higher is better for macro-F1, lower for log-loss, Brier and ECE. Training time differs "
    "between two runs of the same code, too."
)


def summarise(run: RunReview) -> list[str]:
    """Recommendation, transfer verdicts, then how much else changed."""
    return [_recommendation_sentence(run), *_verdict_sentences(run), _count_sentence(run)]


def say_nothing_changed(review: Review) -> str:
    """For a review without a changed run."""
    return f"No params, metrics or plots differ from {review.base}." + _other_files(review)


def introduce(review: Review) -> str:
    """What is compared with what."""
    return f"The working tree compared with {review.base}." + _other_files(review)


def _other_files(review: Review) -> str:
    if not review.other_files:
        return ""
    differ = "file differs" if review.other_files == 1 else "files differ"
    return f" {review.other_files} other {differ} (code, tests, prose, locks)."


def _recommendation_sentence(run: RunReview) -> str:
    if run.choices:
        return f"The recommendation changed: {'; '.join(map(_arrow, run.choices))}."
    if run.recommendation:
        return "The recommendation stays; figures behind it changed."
    return "The recommendation did not change."


def _verdict_sentences(run: RunReview) -> list[str]:
    changed = [f"Verdict on transfer to {_arrow(change)}." for change in run.verdicts]
    return changed or ["No verdict on transfer changed."]


def _count_sentence(run: RunReview) -> str:
    figures = sum(len(table.rows) for tables in run.metrics.values() for table in tables)
    return (
        f"Changed: {_count(len(run.params), 'param')}, {_count(figures, 'figure')} in "
        f"{_count(len(run.metrics), 'file')} of metrics, {_count(len(run.plots), 'plot')}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _arrow(change: Change) -> str:
    return f"{change.key}: {show(change.old)} → {show(change.new)}"
