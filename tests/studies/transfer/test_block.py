"""A whole block on few records: every control is made, and a second run makes none anew."""

import json

import pytest

from intake_triage.errors import InputError
from studies.transfer import block as block_module
from studies.transfer import variances
from studies.transfer.block import count_training, run_block
from studies.transfer.controls import all_pairs
from studies.transfer.settings import load_block_params, load_study


@pytest.fixture
def short_params(monkeypatch):
    """One pass, few trees and one quick calibrator."""

    def load(study, block):
        params = load_block_params(study, block)
        return params.model_copy(
            update={
                "train": params.train.model_copy(update={"epochs": 1}),
                "gbm": params.gbm.model_copy(update={"max_rounds": 10}),
                "calibrate": params.calibrate.model_copy(
                    update={"candidates": ["temperature"], "folds": 3}
                ),
                "encoder": params.encoder.model_copy(
                    update={"layers": 1, "width": 32, "attention_heads": 2, "feedforward": 32}
                ),
            }
        )

    monkeypatch.setattr(block_module, "load_block_params", load)


def test_a_block_makes_every_control_and_resumes(workplace, tiny_study, short_params, monkeypatch):
    monkeypatch.setattr(variances, "EQUALS", 3)
    monkeypatch.setattr(variances, "EQUALS_RECORDS", 200)
    run_block("default", tiny_study)
    path = workplace / "results/default.json"
    first = path.read_bytes()
    result = json.loads(first)
    assert (result["records"], result["units"]) == (600, 600)
    made = {(row["treatment"], row["reference"]) for row in result["differences"]}
    assert made == set(all_pairs(tiny_study))
    for row in result["differences"]:
        assert row["low"] <= row["delta"] <= row["high"]
        verdict = row["verdict"].split(",")[0]
        assert verdict in ("positive", "negative", "equivalent", "inconclusive")
    assert {row["seeds"] for row in result["variances"]} == {3}
    assert len(result["equals"]) == 8
    assert result["gradients"]["looks"] == 3  # of one epoch each
    assert -1 <= result["gradients"]["mean"] <= 1
    assert len(result["dial"]["set_ups"]) == 18
    assert set(result["dial"]["tied"]) <= set(result["dial"]["set_ups"])
    cost = result["cost"]
    assert cost["fine_tuned"] > cost["mtl"] > 0
    assert cost["blend"] == pytest.approx(cost["gbm"] + cost["mtl"], abs=0.2)
    assert cost["distilled"] > cost["mtl"]  # with its teachers

    # Killed before it wrote: the fits are kept, so that the same bytes come from none anew.
    path.unlink()
    kept = {folder: folder.stat().st_mtime_ns for folder in (workplace / "work/.fits").iterdir()}
    run_block("default", tiny_study)
    assert path.read_bytes() == first
    after = {folder: folder.stat().st_mtime_ns for folder in (workplace / "work/.fits").iterdir()}
    assert after == kept


def test_the_plan_counts_the_fits(tiny_study):
    fits, records = count_training(tiny_study, tiny_study.blocks["default"])
    # compared 15, size 2 + 6, fine-tuning 8, distillation 2 + 2 + 2, few labels 8
    assert fits == 15 + 8 + 8 + 6 + 8
    assert records > fits * 500


def test_an_unknown_block_is_refused(monkeypatch):
    monkeypatch.setattr("sys.argv", ["block", "nowhere"])
    known = ", ".join(load_study().blocks)
    with pytest.raises(InputError, match=f"'nowhere': not in params.yaml of the study.*{known}"):
        block_module.main()
