"""Is what looks like transfer between the tasks really transfer? Controls, and the truth behind.

params.yaml → sources.py, variants.py: records → arms.py, finetune.py, pretrain.py: fits →
measure.py, truth.py, dial.py: what they show. block.py runs one source to results/<block>.json,
validity.py simulates the test itself, report.py writes docs/transfer.md.
"""
