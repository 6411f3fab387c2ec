"""How much of what the processor can multiply does training use, and where does the rest go?"""

import re
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import (
    FlopCounterMode,
    sdpa_backward_flop_count,
    sdpa_flop_count,
)
from tqdm import trange

from benchmarks.encoder import (
    WARM_UP_RECORDS,
    Material,
    build_mtl,
    read_material,
    train_one_pass,
)
from benchmarks.processes import Stopwatch, run_apart
from benchmarks.spread import ratios, spread
from benchmarks.workspace import Workspace

MATRIX = 1024  # rows and columns of the matrices whose product gives the peak
PRODUCTS = 20
# torch's counter knows attention on graphics processors alone.
ATTENTION = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: (
        lambda query, key, value, *_, **__: sdpa_flop_count(query, key, value)
    ),
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: (
        lambda gradient, query, key, value, *_, **__: sdpa_backward_flop_count(
            gradient, query, key, value
        )
    ),
}
# Of these the first that is found in an operator's name.
GROUPS = {
    "matrix products": r"aten::(mm|addmm|bmm|baddbmm|matmul|linear)$",
    "attention": r"aten::.*scaled_dot_product",
    "dropout": r"bernoulli|dropout",
    "layer norm": r"aten::.*layer_norm",
    "activation": r"aten::.*gelu",
    "embedding": r"embedding|aten::index",
    "loss": r"aten::.*(log_softmax|nll_loss|cross_entropy)",
    "optimiser, clipping, averaging": r"Optimizer|adam|_foreach|vector_norm|lerp",
    "autograd's own": r"^autograd::|^torch::autograd|Backward",
    "element-wise, sums, copies, views": r"",
}


def measure(workspace: Workspace) -> dict[str, Any]:
    """One process of one thread, training and products of matrices by turns."""
    scale = workspace.scale
    folder = workspace.prepared(scale.n_records)
    (outcome,) = run_apart(
        look_into_training, [(scale.profiled_records, scale.repeats)], folder=folder, threads=1
    )
    return outcome.value


def look_into_training(n_train: int, repeats: int) -> dict[str, Any]:
    """Operations per second of a pass and of the peak, then the pass's profile."""
    warm_up, material = read_material(WARM_UP_RECORDS), read_material(n_train)
    train_one_pass(build_mtl(warm_up), warm_up)
    flops = count_flops(material)
    training, peak = [], []
    for _ in trange(repeats, desc="matmul_share", disable=None):
        # The same pass, uncounted: the same seed gives the same batches.
        seconds = train_one_pass(build_mtl(material), material).wall_seconds
        training.append(flops / seconds / 1e9)
        peak.append(measure_peak() / 1e9)
    return {
        "share_of_peak": ratios(training, peak),
        "training_gflops": spread(training),
        "sgemm_gflops": spread(peak),
        "mflop_a_record": round(flops / n_train / 1e6, 1),
        "profile": profile_pass(material),
        "threads": torch.get_num_threads(),
        "records_a_pass": n_train,
        "repeats": repeats,
    }


def count_flops(material: Material) -> int:
    """Floating-point operations of the products in one pass, forward and backward."""
    model = build_mtl(material)
    with FlopCounterMode(display=False, custom_mapping=ATTENTION) as counter:
        train_one_pass(model, material)
    return counter.get_total_flops()


def measure_peak() -> float:
    """Floating-point operations per second of the product of two large float32 matrices."""
    left, right = torch.randn(2, MATRIX, MATRIX)
    out = left @ right
    with Stopwatch() as watch:
        for _ in range(PRODUCTS):
            torch.mm(left, right, out=out)
    return PRODUCTS * 2 * MATRIX**3 / watch.wall_seconds


def profile_pass(material: Material) -> dict[str, Any]:
    """Each group of operators' share of all operators' self CPU time, the greatest first."""
    model = build_mtl(material)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        watch = train_one_pass(model, material)
    seconds = dict.fromkeys(GROUPS, 0.0)
    for operator in profiler.key_averages():
        seconds[group_of(operator.key)] += operator.self_cpu_time_total / 1e6
    total = sum(seconds.values())
    shares = {group: round(value / total, 3) for group, value in seconds.items()}
    return {
        "share_of_operators": dict(sorted(shares.items(), key=lambda item: -item[1])),
        "operators_share_of_wall": round(total / watch.wall_seconds, 3),
    }


def group_of(operator: str) -> str:
    """The group of `GROUPS` that an operator's name belongs to."""
    return next(group for group, pattern in GROUPS.items() if re.search(pattern, operator))
