"""The review as one Markdown comment, short enough for GitHub."""

from collections.abc import Collection, Iterator
from typing import Any

from intake_triage.release.words import escape
from intake_triage.report.markdown import markdown_table
from intake_triage.report.review.changes import Change, Review

# By this the workflow finds the comment that it wrote before.
MARK = "<!-- review of params, metrics and plots -->"
LONGEST = 60_000  # characters; GitHub takes 65,536
MOST_ROWS = 100  # of one table
MOST_CHARACTERS = 300  # of one cell
CUT = "\n\nThe rest is too long for a comment.\n"
ABSENT = "–"
# Of the recommendation, what tells how sure it is: figures of set-ups that are not chosen.
CERTAINTY = ("flips", "halves", "needed")


def summarise(review: Review) -> list[str]:
    """Verdicts and choices that changed, a line each, then how much else did."""
    if review.is_empty:
        return [f"No params, metrics or plots differ from {review.base}."]
    choices = [change for change in review.recommendation if _is_choice(change)]
    stays = "stays; figures behind it changed" if review.recommendation else "did not change"
    return [
        *([] if choices else [f"The recommendation {stays}."]),
        *map(_sentence, choices),
        *([] if review.verdicts else ["No verdict on transfer changed."]),
        *map(_sentence, review.verdicts),
        f"Changed: params {len(review.params)}, metrics {len(review.metrics)}, "
        f"plots {len(review.plots)}.",
    ]


def build_comment(review: Review) -> str:
    """The comment as text."""
    comment = "\n\n".join([f"{MARK}\n### Review", *_sections(review)]) + "\n"
    if len(comment) <= LONGEST:
        return comment
    kept = comment[: LONGEST - len(CUT) - len("\n\n</details>")].rpartition("\n")[0]
    is_open = kept.count("<details>") > kept.count("</details>")
    return kept + ("\n\n</details>" if is_open else "") + CUT


def _sections(review: Review) -> Iterator[str]:
    yield "\n".join(f"- {_escape(sentence)}" for sentence in summarise(review))
    yield from _table("Recommendation", review.recommendation, base=review.base)
    yield from _table("Params", review.params, base=review.base)
    yield from _table("Metrics", review.metrics, base=review.base)
    if review.plots:
        files = "\n".join(f"- {_escape(file)}" for file in review.plots)
        yield (
            "Plots that changed; `plots/index.html`, kept with the checks, draws the pipeline's "
            f"own of both revisions:\n\n{files}"
        )


def _table(title: str, changes: Collection[Change], *, base: str) -> Iterator[str]:
    """A block that opens on a click, with at most `MOST_ROWS` rows; none without changes."""
    if not changes:
        return
    heading = ("file", "key", base, "now", "difference")
    rows = [
        (change.file, change.key, _show(change.old), _show(change.new), _difference(change))
        for change in list(changes)[:MOST_ROWS]
    ]
    yield f"<details><summary>{title} ({len(changes)})</summary>"
    yield markdown_table([[_escape(cell) for cell in row] for row in (heading, *rows)])
    if len(changes) > MOST_ROWS:
        yield f"… and {len(changes) - MOST_ROWS} more."
    yield "</details>"


def _is_choice(change: Change) -> bool:
    """Whether it is a name, a count or a state, no figure and nothing that tells how sure it is.

    Of a tied set-up it is the state alone: that it is tied, and can be had for the lowest cost.
    """
    has_figure = isinstance(change.old, float) or isinstance(change.new, float)
    if has_figure or change.path[1] in CERTAINTY:
        return False
    return change.path[1] != "tied" or change.path[-1] == "within_margin"


def _sentence(change: Change) -> str:
    return f"{change.file}: {change.key}: {_show(change.old)} → {_show(change.new)}"


def _show(value: Any) -> str:
    return ABSENT if value is None else str(value)


def _difference(change: Change) -> str:
    """Without the noise of floating point; empty where a value is no number."""
    values = (change.old, change.new)
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return ""
    return f"{change.new - change.old:+.6g}"


def _escape(text: str) -> str:
    """Text that Markdown shows as it stands, on one line, cut short."""
    flat = " ".join(text.split())
    return escape(flat if len(flat) <= MOST_CHARACTERS else flat[: MOST_CHARACTERS - 1] + "…")
