"""Is what looks like transfer between the tasks really transfer? Controls on several sources.

params.yaml → sources.py, variants.py: records → arms.py, finetune.py, distil.py: fits → measure.py,
variances.py, dial.py: what they show. block.py runs one source to results/<block>.json, validity.py
simulates the test itself, findings.py and pooling.py say what it comes to, report.py writes
docs/transfer.md and tables.md.
"""
