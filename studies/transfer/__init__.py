"""Is what looks like transfer between the tasks really transfer? Controls, and the truth behind.

params.yaml → sources.py, variants.py: records → arms.py: fits → measure.py: differences
block.py runs one source to its results/<block>.json; validity.py simulates the test itself;
report.py writes docs/transfer.md.
"""
