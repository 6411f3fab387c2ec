"""The committed page is what the committed results give, and owns to blocks of earlier code."""

import numpy as np
import pytest

from intake_triage.files import read_json
from intake_triage.tasks import TASKS
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
