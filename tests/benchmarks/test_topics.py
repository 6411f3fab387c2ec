"""What the topics reckon, apart from their clocks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.boosting import fit_as_the_stage, fit_plainly
from benchmarks.encoder import build_mtl, prepare_fit, read_material
from benchmarks.matmul_share import ATTENTION, GROUPS, group_of
from benchmarks.multi_task import add_costs
from benchmarks.processes import Timed
from benchmarks.score_table import ask_models, save_forecaster, score_forms, write_forms
from benchmarks.scoring import predict_probabilities
from benchmarks.serve import ask, ask_together, list_bodies, save_bundle, serving
from benchmarks.workspace import QUICK, Workspace, count_train
from intake_triage.tasks import TASKS
from stages import prepare

N_RECORDS = 1_600
SMALL = replace(
    QUICK,
    changes={
        "gbm": {"max_rounds": 5},
        "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
        "train": {"epochs": 2, "seeds": [0]},
    },
)


@pytest.fixture(scope="module")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small synthetic clinic, prepared by the stage."""
    folder = Workspace(tmp_path_factory.mktemp("bench"), SMALL).unprepared(N_RECORDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepare.main()
    return folder


@pytest.fixture
def in_prepared(prepared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as the current folder."""
    monkeypatch.chdir(prepared_folder)


@pytest.mark.usefixtures("in_prepared")
def test_plain_boosting_fits_the_matrix_of_the_stage() -> None:
    # Another layout of the histograms adds up in another order.
    assert fit_as_the_stage()() == pytest.approx(fit_plainly()(), abs=1e-3)


@pytest.mark.usefixtures("in_prepared")
def test_whole_fit_makes_all_passes() -> None:
    losses = prepare_fit("mtl", TASKS, seed=0, passes=3)()
    assert losses.shape == (3,)
    assert 0 < losses.min() < 4  # chance has log 4 + log 12


def test_train_records_are_counted(prepared_folder: Path) -> None:
    assert count_train(prepared_folder) == pytest.approx(0.6 * N_RECORDS, abs=2)


def test_costs_are_those_of_all_fits_that_serve_both_tasks() -> None:
    late = Timed(np.array([0.9, 0.8, 0.7, 0.6]), 0, 0, cpu_seconds=8.0, peak_mib=0)
    early = Timed(np.array([0.9, 0.5, 0.6, 0.7]), 0, 0, cpu_seconds=4.0, peak_mib=0)
    costs = add_costs([[late, early], [early]])
    assert costs["same_passes"] == [12.0, 4.0]
    assert costs["to_best"] == [10.0, 2.0]  # all four passes, and two of four
    assert costs["best_valid_log_loss"] == pytest.approx([1.1, 0.5])


@pytest.mark.usefixtures("in_prepared")
def test_probabilities_of_single_forms_are_those_of_a_batch() -> None:
    material = read_material(n_train=200)
    model, forms = build_mtl(material), material.prepared.frame.iloc[:6]

    def predict(part: pd.DataFrame) -> dict[str, np.ndarray]:
        return predict_probabilities(model, material, part)

    together = predict(forms)
    for task, probabilities in together.items():
        alone = np.concatenate([predict(forms.iloc[i : i + 1])[task] for i in range(len(forms))])
        np.testing.assert_allclose(alone, probabilities, atol=1e-5)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.usefixtures("in_prepared")
@pytest.mark.parametrize("name", ["mtl", "linear"])
def test_a_table_of_any_length_is_scored_whole(name: str) -> None:
    save_forecaster(name)()
    write_forms(700)()
    ask_models(name, 700)()
    tally = score_forms(name, 700, explained=False)()
    assert (tally["scored"], tally["set_aside"]) == (700, 0)


@pytest.mark.usefixtures("in_prepared")
def test_one_client_and_many_are_served() -> None:
    save_forecaster("mtl")()
    save_bundle()()
    bodies = list_bodies(Path(), 20)
    with serving(Path()) as (address, seconds):
        alone, together = ask(address, bodies), ask_together(address, bodies, seconds=2)
    assert seconds > 0
    assert (len(alone.seconds), alone.failed, together.failed) == (20, 0, 0)
    assert len(together.seconds) >= 50
    assert together.wall_seconds >= 2
    assert 0 < alone.milliseconds(0.5) <= alone.milliseconds(0.99) < 60_000


def test_attention_on_the_cpu_is_counted() -> None:
    batch, heads, length, width = 3, 2, 7, 8
    query, key, value = torch.randn(3, batch, heads, length, width, requires_grad=True)
    product = 2 * batch * heads * length * length * width
    with FlopCounterMode(display=False, custom_mapping=ATTENTION) as forward:
        out = scaled_dot_product_attention(query, key, value)
    with FlopCounterMode(display=False, custom_mapping=ATTENTION) as backward:
        out.sum().backward()
    assert forward.get_total_flops() == 2 * product
    assert backward.get_total_flops() == 5 * product  # the scores anew, then four gradients


@pytest.mark.parametrize(
    ("operator", "group"),
    [
        ("aten::addmm", "matrix products"),
        ("aten::_scaled_dot_product_flash_attention_for_cpu_backward", "attention"),
        ("aten::mkldnn_convolution", "convolution"),
        ("aten::bernoulli_", "dropout"),
        ("aten::native_layer_norm_backward", "layer norm"),
        ("aten::embedding_dense_backward", "embedding"),
        ("aten::_fused_adamw_", "optimiser, clipping, averaging"),
        ("autograd::engine::evaluate_function: AddmmBackward0", "autograd's own"),
        ("aten::add_", "element-wise, sums, copies, views"),
    ],
)
def test_operators_fall_into_their_groups(operator: str, group: str) -> None:
    assert group_of(operator) == group
    assert group in GROUPS
