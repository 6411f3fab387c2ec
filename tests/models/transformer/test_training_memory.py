"""Training holds no more memory for having seen batches of many shapes."""

import subprocess
import sys

GROWTH = """
import torch
from intake_triage.models.transformer.loop import quick_products
from intake_triage.models.transformer.predict import settle_torch

settle_torch()
weights = torch.zeros(128, 128)


def held_after(shapes):
    for n_tokens in shapes:
        torch.zeros(n_tokens, 128) @ weights
    with open("/proc/self/status") as status:
        (line,) = [line for line in status if line.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


with quick_products():
    print(held_after(range(1000, 1300)), held_after(range(1300, 2500)))
"""


def test_memory_does_not_grow_with_the_shapes_seen():
    run = subprocess.run(
        [sys.executable, "-c", GROWTH],
        env={"PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    early, late = map(int, run.stdout.split())  # MiB
    assert late - early < 300
