"""The review as one Markdown comment, short enough for GitHub."""

import re
from collections.abc import Iterator

from intake_triage.report.markdown import markdown_table
from intake_triage.report.review.contents import Review, RunReview
from intake_triage.report.review.summary import (
    SCORES_NOTE,
    introduce,
    say_nothing_changed,
    summarise,
)
from intake_triage.report.review.tables import Table, change_table

# By this the workflow finds the comment that it wrote before.
MARK = "<!-- review of params, metrics and plots -->"
LONGEST = 60_000  # characters; GitHub takes 65,536
MOST_ROWS = 40  # of one table
MOST_CHARACTERS = 300  # of one cell
CUT = "\n\nThe rest is on the page.\n"


def build_comment(review: Review) -> str:
    """The comment as text."""
    if not review.runs:
        return f"{MARK}\n### Review\n\n{_escape(say_nothing_changed(review))}\n"
    parts = [MARK + "\n### Review", _escape(introduce(review))]
    for run in review.runs:
        parts += _describe_run(run, base=review.base)
    parts.append("All tables and the pictures are on the page `review.html`, kept with the checks.")
    return _shorten("\n\n".join(parts) + "\n")


def _describe_run(run: RunReview, *, base: str) -> Iterator[str]:
    yield f"#### {_escape(run.title)}"
    yield "\n".join(f"- {_escape(sentence)}" for sentence in summarise(run))
    if run.params:
        yield _table(change_table("Params", run.params, base=base, first="param"))
    if run.recommendation:
        yield _folded("Recommendation", [run.recommendation_table])
    if run.scores:
        yield _folded("Scores and cost", run.scores, note=SCORES_NOTE)
    if run.metrics:
        files = [
            f"`{file}` ({sum(len(table.rows) for table in tables)})"
            for file, tables in run.metrics.items()
        ]
        yield "Metrics that changed, with the number of figures: " + ", ".join(files) + "."
    if run.plots:
        titles = "\n".join(f"- {_escape(picture.title)}" for picture in run.plots)
        yield f"Plots that changed:\n\n{titles}"


def _folded(title: str, tables: list[Table], *, note: str = "") -> str:
    """A block that opens on a click."""
    parts = [
        f"<details><summary>{title}</summary>",
        *([note] if note else []),
        *(_table(table) for table in tables),
        "</details>",
    ]
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    """A Markdown table under its title, at most `MOST_ROWS` rows of it."""
    rows = [table.heading, *table.rows[:MOST_ROWS]]
    text = markdown_table([[_escape(cell) for cell in row] for row in rows])
    title = f"**{_escape(table.title)}**\n\n" if table.title else ""
    left_out = len(table.rows) - MOST_ROWS
    return title + text + (f"\n\n… and {left_out} more, on the page." if left_out > 0 else "")


def _escape(text: str) -> str:
    """Text that Markdown shows as it stands, on one line."""
    flat = " ".join(text.split())
    shown = flat if len(flat) <= MOST_CHARACTERS else flat[: MOST_CHARACTERS - 1] + "…"
    return re.sub(r"([\\`*_\[\]<>|#@])", r"\\\1", shown)


def _shorten(comment: str) -> str:
    """Whole lines up to `LONGEST` characters, folded blocks closed."""
    if len(comment) <= LONGEST:
        return comment
    kept = comment[: LONGEST - len(CUT) - len("\n\n</details>")].rpartition("\n")[0]
    is_open = kept.count("<details>") > kept.count("</details>")
    return kept + ("\n\n</details>" if is_open else "") + CUT
