"""The page for clinical leadership: two printed pages in plain words, and a technical annex.

`make brief` writes it from metrics/ and plots/ of a run. Nothing is computed here: every figure is
read, then rounded or given a unit.
"""
