"""The committed page is what the committed results give, and owns to blocks of earlier code."""

import numpy as np
import pytest

from intake_triage.files import read_json
from intake_triage.tasks import TASKS
from studies.transfer.controls import COMPARED, select_pairs
from studies.transfer.findings import find_gain, find_trends, select_dial
from studies.transfer.provenance import code_changed, find_earlier_code
from studies.transfer.report import (
    DIAL,
    PAGE,
    draw_pictures,
    keep_dial,
    read_results,
    write_pages,
)

TITLE = "**Measured by earlier code than the present:**"


def test_the_page_is_in_step_with_the_results():
    results, missing, validity = read_results()
    for path, page in write_pages(results, missing, validity, find_earlier_code(results)).items():
        assert path.read_text(encoding="utf-8") == page
    for path, picture in draw_pictures(results).items():
        assert path.read_text(encoding="utf-8") == picture
    assert read_json(DIAL) == keep_dial(results)


@pytest.mark.parametrize(
    ("entries", "changed"),
    [
        ([], False),
        ([{"changed deps": {"src/intake_triage/models/fits": "modified"}}], True),
        ([{"changed deps": {"studies/transfer/block.py": "new"}}], True),
        ([{"changed deps": {"data/raw/namcs": "deleted"}}], False),  # on few machines
        ([{"changed deps": {"studies/transfer/params.yaml": {"seeds": "modified"}}}], False),
        ([{"changed outs": {"studies/transfer/results/namcs.json": "modified"}}], False),
        (["changed command"], False),
    ],
)
def test_only_code_makes_a_block_one_of_earlier_code(entries, changed):
    assert code_changed(entries) is changed


def test_the_page_names_blocks_of_earlier_code():
    results, missing, validity = read_results()
    assert TITLE not in write_pages(results, missing, validity, [])[PAGE]
    page = write_pages(results, missing, validity, ["default", "namcs"])[PAGE]
    assert f"{TITLE} clinic, as by default; survey (NAMCS)." in page


def test_what_the_page_says_first_holds():
    results, _, _ = read_results()
    clinic = {name: result for name, result in results.items() if name != "namcs"}
    gains = {name: find_gain(result, "urgency", "macro_f1") for name, result in clinic.items()}
    assert all(gain["low"] > 0 for gain in gains.values())
    by_size = sorted((round(gain["delta"], 3), name) for name, gain in gains.items())
    assert [by_size[0][0], by_size[-1]] == [0.008, (0.030, "shared")]
    specialty = [find_gain(result, "specialty", "macro_f1") for result in clinic.values()]
    assert round(max(gain["delta"] for gain in specialty), 3) == 0.008
    assert max(gain["high"] for gain in specialty) < 0.02
    chances = {name: find_gain(result, "specialty", "log_loss") for name, result in clinic.items()}
    better = {name for name, gain in chances.items() if gain["low"] > 0}
    assert better == {"relatedness_0", "relatedness_05"}
    of_survey = [find_gain(results["namcs"], task, measure) for task, measure in COMPARED]
    assert not any(gain["low"] > 0 for gain in of_survey)
    few = select_pairs(clinic, [("mtl_5%", "st_5%")])
    few = [row for _, row in few if (row["task"], row["measure"]) == ("urgency", "macro_f1")]
    assert all(row["low"] > 0 for row in few)
    assert {round(row["delta"], 2) for row in few} == {0.08, 0.09}
    for result in results.values():
        assert not any(find_gain(result, *what)["high"] < 0 for what in COMPARED)
        assert not any(row["verdict"].startswith("negative") for row in result["classes"])
    saved = [1 - result["cost"]["mtl"] / result["cost"]["st"] for result in results.values()]
    assert [round(min(saved), 2), round(max(saved), 2)] == [0.38, 0.48]
    page = PAGE.read_text(encoding="utf-8")
    for sentence in (
        "Urgency, on the made-up clinic at every setting, by 0.008 to 0.030 macro-F1. "
        "Sub-specialty gains at most 0.008, too little to count; its stated chances get better at "
        "two settings of the dial. On the survey no gain is shown.",
        "Most where both labels need one reading of the text (0.030), and with few labels of a "
        "task: with 5 % of them urgency gains 0.08 to 0.09 on the clinic.",
        "Nowhere is a loss shown, of a task or of a class, not even where the labels need opposite "
        "readings of the text.",
        "38 to 48 % of the computing of two models, and one of two models to keep.",
    ):
        assert sentence in page


def test_what_the_page_says_of_the_dial_holds():
    results, _, _ = read_results()
    dial = select_dial(results).values()
    assert [result["task_relatedness"] for result in dial] == [0, 0.5, 0.65, 1]
    for measure in ("macro_f1", "log_loss"):
        urgency, specialty = (
            [find_gain(result, task, measure) for result in dial] for task in TASKS
        )
        assert all(gain["low"] > 0 for gain in urgency)
        ends = max(urgency[0]["delta"], urgency[-1]["delta"])
        assert all(gain["delta"] > ends for gain in urgency[1:-1])
        falling = [gain["delta"] for gain in specialty]
        assert falling == sorted(falling, reverse=True)
        assert specialty[0]["low"] > 0
        assert specialty[-1]["delta"] <= 0
    assert all(row["high"] < 0 for row in find_trends(results) if row["task"] == "specialty")
    # The harder, the more is gained: in the order of what two models reach.
    reached = [result["scores"]["st"]["urgency"]["log_loss"] for result in dial]
    gained = [find_gain(result, "urgency", "log_loss")["delta"] for result in dial]
    assert np.argsort(reached).tolist() == np.argsort(gained).tolist()
    page = PAGE.read_text(encoding="utf-8")
    for sentence in (
        "Urgency gains at every setting: least at the two ends, most between.",
        "What sub-specialty gains falls along the dial, and at 1 nothing of it is left.",
        "how hard the tiers are to tell, too: the harder, the more nats are gained.",
    ):
        assert sentence in page


def test_at_every_setting_of_the_dial_two_models_of_specialty_are_the_same():
    """So `find_trends` takes what they vary by for no error of a slope."""
    results, _, _ = read_results()
    scores = [result["scores"]["st"]["specialty"] for result in select_dial(results).values()]
    assert all(each == scores[0] for each in scores)


def test_the_page_can_be_read_in_a_few_minutes():
    assert len(PAGE.read_text(encoding="utf-8").split()) < 1500
