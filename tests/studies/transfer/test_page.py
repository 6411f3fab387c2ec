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

TITLE = "**Measured by earlier code than the present, and perhaps with other settings:**"


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
    assert len(gains) == 6
    assert all(gain["low"] > 0 for gain in gains.values())
    by_size = sorted((round(gain["delta"], 3), name) for name, gain in gains.items())
    assert [by_size[0][0], by_size[-1]] == [0.008, (0.030, "shared")]
    assert sum(gain["low"] > 0.02 for gain in gains.values()) == 2
    specialty = [find_gain(result, "specialty", "macro_f1") for result in clinic.values()]
    assert max(gain["high"] for gain in specialty) < 0.02
    of_survey = [find_gain(results["namcs"], task, measure) for task, measure in COMPARED]
    assert not any(gain["low"] > 0 for gain in of_survey)
    few = {task: [row for row in _with_few_labels(clinic) if row["task"] == task] for task in TASKS}
    assert all(row["low"] > 0 for row in few["urgency"])
    assert {round(row["delta"], 2) for row in few["urgency"]} == {0.08, 0.09}
    shown = [round(row["delta"], 2) for row in few["specialty"] if row["low"] > 0]
    assert (shown, len(few["specialty"])) == ([0.13, 0.13], 3)
    for result in results.values():
        assert not any(find_gain(result, *what)["high"] < 0 for what in COMPARED)
        assert not any(row["verdict"].startswith("negative") for row in result["classes"])
    assert _saved(results, "") == [0.38, 0.48]
    assert _saved(results, "_25%") == [0.09, 0.19]
    page = PAGE.read_text(encoding="utf-8")
    for sentence in (
        "Urgency gains at all six settings of the made-up clinic, 0.008 to 0.030 macro-F1, and "
        "surely more than the 0.02 that counts at two of them. With all labels, sub-specialty "
        "gains too little macro-F1 to count, and on the survey no gain is shown.",
        "with 5 % of them urgency gains 0.08 to 0.09 on the clinic, and sub-specialty 0.13 at two "
        "of three settings. And where both labels need one reading of the text (urgency 0.030).",
        "No loss is shown, of a task or of a class, even where the labels need opposite readings",
        "38 to 48 % of the computing to train two models (9 to 19 % with a quarter of one task’s",
    ):
        assert sentence in page


def _with_few_labels(results) -> list:
    rows = [row for _, row in select_pairs(results, [("mtl_5%", "st_5%")])]
    return [row for row in rows if row["measure"] == "macro_f1"]


def _saved(results, arm: str) -> list[float]:
    """The least and the most that one model saves of two models' computing."""
    costs = [result["cost"] for result in results.values() if f"mtl{arm}" in result["cost"]]
    saved = [1 - cost[f"mtl{arm}"] / cost[f"st{arm}"] for cost in costs]
    return [round(min(saved), 2), round(max(saved), 2)]


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
