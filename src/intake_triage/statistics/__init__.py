"""Bootstrap over units, intervals, verdicts, and what may be shown of small counts."""
