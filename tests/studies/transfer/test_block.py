"""A whole block on few records: every control is made, and a second run makes none anew."""

import json

import pytest

from intake_triage.errors import InputError
from intake_triage.tasks import TASKS
from studies.transfer import block as block_module
from studies.transfer.block import count_training, run_block
from studies.transfer.conclusion import conclude
from studies.transfer.controls import all_pairs
from studies.transfer.pictures import draw_differences, draw_frontier
from studies.transfer.report import write_page
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


def test_a_block_makes_every_control_and_resumes(workplace, tiny_study, short_params):
    run_block("default", tiny_study)
    path = workplace / "results/default.json"
    first = path.read_bytes()
    result = json.loads(first)
    assert result["records"] == {"verdict": 200, "fresh": 400}
    made = {(row["treatment"], row["reference"]) for row in result["differences"]}
    assert made == set(all_pairs(tiny_study))
    for row in result["differences"]:
        assert row["low"] <= row["delta"] <= row["high"]
        assert row["verdict"].split(",")[0] in (
            "positive",
            "negative",
            "equivalent",
            "inconclusive",
        )
    assert {(row["task"], row["measure"]) for row in result["truth"]} == {
        (task, measure) for task in TASKS for measure in ("macro_f1", "log_loss")
    }
    assert {row["seeds"] for row in result["variances"]} == {4}
    assert {row["judged"] for row in result["truth"]} <= {
        *("confirmed", "contradicted", "undecided", "no claim"),
    }
    assert len(result["null"]) == 8
    assert [trial["loss_weight"] for trial in result["trials"]] == [0.4, 0.6, 0.4, 0.6, 0.1]
    assert set(result["chosen"]) == {"fixed", "pcgrad"}
    assert set(result["chosen"].values()) <= {0.4, 0.6}  # the frontier's further weight is no trial
    assert len(result["dial"]["set_ups"]) == 18
    assert set(result["dial"]["tied"]) <= set(result["dial"]["set_ups"])
    assert result["cost"]["mtl"] > 0

    page = write_page({"default": result}, ["namcs"], None, [])
    assert "Not run yet:** survey (NAMCS)" in page
    assert all(sentence in page for sentence in conclude({"default": result}, None))
    assert draw_differences({"default": result})["data"]["values"]
    assert len(draw_frontier({"default": result})["data"]["values"]) == 5

    # Killed before it wrote: the fits are kept, so that the same bytes come from none anew.
    path.unlink()
    kept = {folder: folder.stat().st_mtime_ns for folder in (workplace / "work/.fits").iterdir()}
    run_block("default", tiny_study)
    assert path.read_bytes() == first
    after = {folder: folder.stat().st_mtime_ns for folder in (workplace / "work/.fits").iterdir()}
    assert after == kept


def test_the_plan_counts_the_fits(tiny_study):
    fits, records = count_training(tiny_study, tiny_study.blocks["default"])
    # partner 10, truth 6, fractions 8, size 2 + 6, balancing 5 + 4, start 8 + 2 + 6
    assert fits == 10 + 6 + 8 + 8 + 9 + 16
    assert records > fits * 500


def test_an_unknown_block_is_refused(monkeypatch):
    monkeypatch.setattr("sys.argv", ["block", "nowhere"])
    known = ", ".join(load_study().blocks)
    with pytest.raises(InputError, match=f"'nowhere': not in params.yaml of the study.*{known}"):
        block_module.main()
