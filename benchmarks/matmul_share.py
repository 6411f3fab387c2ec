"""How much of what the processor can multiply does training use, and where does the rest go?"""

import re
from collections.abc import Callable
from timeit import timeit
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count
from torch.utils.module_tracker import ModuleTracker

from benchmarks.encoder import WARM_UP_RECORDS, Material, prepare_pass, read_material
from benchmarks.processes import run_apart, timed
from benchmarks.repeats import ratios, spread, take_turns
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
    "convolution": r"convolution",
    "dropout": r"bernoulli|dropout",
    "layer norm": r"aten::.*layer_norm",
    "activation": r"aten::.*gelu",
    "embedding": r"embedding|aten::index",
    "loss": r"aten::.*(log_softmax|nll_loss|cross_entropy)",
    "optimiser, clipping, averaging": r"Optimizer|adam|_foreach|vector_norm|lerp",
    "autograd's own": r"^autograd::|^torch::autograd|Backward",
    "element-wise, sums, copies, views": r"",
}


class _NoModules(ModuleTracker):
    """By module torch 2.13 cannot count where gradients are off, as while `valid` is scored."""

    def __enter__(self) -> "_NoModules":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def measure(workspace: Workspace) -> dict[str, Any]:
    """One process of one thread, training and products of matrices by turns."""
    job = (workspace.scale.profiled_records, workspace.scale.repeats)
    (run,) = run_apart(look_into_training, job, folder=workspace.prepared())
    return run.value


def look_into_training(n_train: int, repeats: int) -> Callable[[], dict[str, Any]]:
    """Operations per second of a pass and of the peak, then the pass's profile; after a warm-up."""
    prepare_pass(read_material(WARM_UP_RECORDS))()
    material = read_material(n_train)
    counter = FlopCounterMode(display=False, custom_mapping=ATTENTION)
    counter.mod_tracker = _NoModules()
    with counter:
        prepare_pass(material)()
    flops = counter.get_total_flops()

    def train() -> float:
        # The same pass, uncounted: the same seed gives the same batches.
        return flops / timed(prepare_pass(material)).wall_seconds / 1e9

    def look() -> dict[str, Any]:
        turns = take_turns("matmul_share", repeats, {"training": train, "peak": measure_peak})
        return {
            "share_of_peak": ratios(turns["training"], turns["peak"]),
            "training_gflops": spread(turns["training"]),
            "sgemm_gflops": spread(turns["peak"]),
            "mflop_a_record": round(flops / n_train / 1e6, 1),
            "profile": profile_pass(material),
            "threads": torch.get_num_threads(),
            "records_a_pass": n_train,
            "repeats": repeats,
        }

    return look


def measure_peak() -> float:
    """10⁹ floating-point operations per second of the product of two large float32 matrices."""
    left, right = torch.randn(2, MATRIX, MATRIX)
    out = left @ right
    seconds = timeit(lambda: torch.mm(left, right, out=out), number=PRODUCTS)
    return PRODUCTS * 2 * MATRIX**3 / seconds / 1e9


def profile_pass(material: Material) -> dict[str, Any]:
    """Each group of operators' share of all operators' self CPU time, the greatest first."""
    train = prepare_pass(material)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        run = timed(train)
    seconds = dict.fromkeys(GROUPS, 0.0)
    for operator in profiler.key_averages():
        seconds[group_of(operator.key)] += operator.self_cpu_time_total / 1e6
    total = sum(seconds.values())
    shares = {group: round(value / total, 3) for group, value in seconds.items()}
    return {
        "share_of_operators": dict(sorted(shares.items(), key=lambda item: -item[1])),
        "operators_share_of_wall": round(total / run.wall_seconds, 3),
    }


def group_of(operator: str) -> str:
    """The group of `GROUPS` that an operator's name belongs to."""
    return next(group for group, pattern in GROUPS.items() if re.search(pattern, operator))
