"""Which transfer verdicts and which recommendation changed.

Both are read by their place in metrics/compare.json, whatever leaves the recommendation has.
"""

from collections.abc import Iterable

from intake_triage.report.review.changes import Change

# Sentences and lists of the recommendation: they repeat figures, so they change with these.
NOT_CHOICES = ("sentence", "reason", "flips")
SCORES = {"": "macro-F1", "log_loss": "log-loss", "calibrated_log_loss": "calibrated log-loss"}


def changed_verdicts(compare: Iterable[Change]) -> list[Change]:
    """Verdicts on transfer that changed, their keys in words, such as "urgency, macro-F1".

    Parameters
    ----------
    compare : iterable of Change
        Of metrics/compare.json.
    """
    return [
        Change(_describe_verdict(change.path), change.old, change.new)
        for change in compare
        if change.path[0] == "transfer" and change.path[-1] == "verdict" and change.is_change
    ]


def changed_recommendation(compare: Iterable[Change]) -> list[Change]:
    """Every leaf of the recommendation that changed, in the file's order."""
    return [
        Change(".".join(change.path[1:]), change.old, change.new, change.difference)
        for change in compare
        if change.path[0] == "recommendation" and change.is_change
    ]


def is_choice(change: Change) -> bool:
    """Whether it is a name, a count or a state, and neither a figure nor prose about figures."""
    has_figure = isinstance(change.old, float) or isinstance(change.new, float)
    return not has_figure and not set(change.path) & set(NOT_CHOICES)


def _describe_verdict(path: tuple[str, ...]) -> str:
    """Words for ("transfer", task, score …, "verdict")."""
    task, *score = path[1:-1]
    key = ".".join(score)
    return f"{task}, {SCORES.get(key, key)}"
