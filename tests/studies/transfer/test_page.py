"""The committed page is what the committed results give, and owns to blocks of earlier code."""

import numpy as np
import pytest

from intake_triage.files import read_json
from intake_triage.tasks import TASKS
from studies.transfer.controls import COMPARED, select_pairs
from studies.transfer.findings import find_gain, find_trends, list_gains, pool_transfer, select_dial
from studies.transfer.provenance import code_changed, find_earlier_code
from studies.transfer.report import (
    DIAL,
    PAGE,
    draw_pictures,
    keep_dial,
    read_results,
    write_pages,
)
from studies.transfer.settings import load_study

MARGIN = {"macro_f1": 0.02, "log_loss": 0.01}  # compare.margin of params.yaml
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
    assert f"{TITLE} clinic, default; survey (NAMCS)." in page


def test_what_the_page_says_first_of_all_labels_holds():
    results, _, _ = read_results()
    clinic = {name: result for name, result in results.items() if name != "namcs"}
    gains = {name: find_gain(result, "urgency", "macro_f1") for name, result in clinic.items()}
    assert len(gains) == 6
    assert all(gain["low"] > 0 for gain in gains.values())
    by_size = sorted((round(gain["delta"], 3), name) for name, gain in gains.items())
    assert by_size[0][0] == 0.008
    assert by_size[-2:] == [(0.028, "relatedness_05"), (0.030, "shared")]
    assert sum(gain["low"] > MARGIN["macro_f1"] for gain in gains.values()) == 2
    f1, nats = (
        [find_gain(result, "specialty", measure) for result in clinic.values()]
        for measure in ("macro_f1", "log_loss")
    )
    assert max(gain["high"] for gain in f1) < MARGIN["macro_f1"]
    assert sorted(round(gain["delta"], 3) for gain in nats if gain["low"] > 0) == [0.015, 0.022]
    at_one = find_gain(results["relatedness_1"], "specialty", "log_loss")
    assert round(at_one["low"], 3) == min(round(gain["low"], 3) for gain in nats) == -0.013
    for task, measure in COMPARED:
        gain, counts = find_gain(results["namcs"], task, measure), MARGIN[measure]
        assert -counts < gain["low"] < gain["high"] < counts
    pooled = {(row["task"], row["measure"]): row for row in pool_transfer(results)}
    of_urgency = pooled["urgency", "macro_f1"]
    assert [round(float(of_urgency[name]), 2) for name in ("new_low", "new_high")] == [-0.04, 0.07]
    for result in results.values():
        assert not any(find_gain(result, *what)["high"] < 0 for what in COMPARED)
        assert not any(row["verdict"].startswith("negative") for row in result["classes"])
    saved = [1 - result["cost"]["mtl"] / result["cost"]["st"] for result in results.values()]
    assert [round(min(saved), 2), round(max(saved), 2)] == [0.38, 0.48]
    page = PAGE.read_text(encoding="utf-8")
    for sentence in (
        "Urgency gains in all six variants of the made-up clinic, 0.008 to 0.030 macro-F1, in two "
        "of them by more than the 0.02 that counts. Sub-specialty gains 0.015 and 0.022 nats in "
        "two, and too little macro-F1 to count. On the survey, whose urgency is a stand-in, "
        "neither task changes by what counts. What other forms would gain is open: −0.04 to 0.07 "
        "on urgency, by four of the sources.",
        "With all labels, most macro-F1 at 0.5 of the dial below (0.028) and where both tasks "
        "need one reading of the text (0.030).",
        "With all labels no loss is shown, of a task or (corrected for their number) of a class",
        "for sub-specialty at 1 of the dial (down to −0.013 nats)",
        "38 to 48 % of the computing to train two models, and one model to keep, not two.",
    ):
        assert sentence in page


def test_what_the_page_says_first_of_few_labels_holds():
    results, _, _ = read_results()
    rows = select_pairs(results, [("mtl_5%", "st_5%")])
    survey = {(row["task"], row["measure"]): row for name, row in rows if name == "namcs"}
    assert not any(row["low"] > 0 for row in survey.values())
    worst = survey["specialty", "macro_f1"]
    found = [round(worst[name], 2) for name in ("delta", "low", "high")]
    assert found == [-0.06, -0.12, 0.01]
    clinic = [row for name, row in rows if name != "namcs"]
    f1, nats, specialty, specialty_nats = (
        [row for row in clinic if (row["task"], row["measure"]) == what] for what in COMPARED
    )
    assert all(row["low"] > 0 for row in f1)
    assert {round(row["delta"], 2) for row in f1} == {0.08, 0.09}
    assert not any(row["low"] > 0 for row in nats)
    shown = [round(row["delta"], 2) for row in specialty if row["low"] > 0]
    assert (shown, len(specialty)) == ([0.13, 0.13], 3)
    assert all(row["low"] > 0 for row in specialty_nats)
    by_size = sorted(round(row["delta"], 2) for row in specialty_nats)
    assert (by_size[0], by_size[-1]) == (0.18, 0.23)
    page = PAGE.read_text(encoding="utf-8")
    for sentence in (
        "With 5 % of a task’s labels, on the clinic: urgency gains 0.08 to 0.09 macro-F1 (nats "
        "open), sub-specialty 0.18 to 0.23 nats (macro-F1 0.13 in two of three variants); on the "
        "survey neither is shown.",
        "with few labels they may be large (survey, 5 %: sub-specialty −0.06, from −0.12 to 0.01).",
    ):
        assert sentence in page


def test_computing_is_told_where_it_could_be_saved():
    """Not of few labels, whose many short passes are each scored, nor of what nobody would do."""
    results, _, _ = read_results()
    rows = list(list_gains({"namcs": results["namcs"]}, load_study()))
    cost = results["namcs"]["cost"]
    share = {row["pair"]: row["share"] for row in rows}
    assert share["mtl", "st"] == cost["mtl"] / cost["st"]
    assert share["mtl_equal_compute", "st_long"] == cost["mtl_equal_compute"] / cost["st_long"]
    assert share["mtl", "shuffled"] is share["mtl_5%", "st_5%"] is None


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
        "What sub-specialty gains falls along the dial, and at 1 nothing of it is left.",
        "Urgency gains at every setting, least at the two ends, most between;",
        "how hard the tiers are to tell, too, and the harder, the more nats are gained here.",
    ):
        assert sentence in page


def test_at_every_setting_of_the_dial_two_models_of_specialty_are_the_same():
    """So `find_trends` takes what they vary by for no error of a slope."""
    results, _, _ = read_results()
    scores = [result["scores"]["st"]["specialty"] for result in select_dial(results).values()]
    assert all(each == scores[0] for each in scores)


def test_the_page_can_be_read_in_a_few_minutes():
    assert len(PAGE.read_text(encoding="utf-8").split()) < 1500
