"""The committed page is what the committed results give, and owns to blocks of earlier code."""

import pytest

from studies.transfer.provenance import code_changed, find_earlier_code
from studies.transfer.report import PAGE, read_results, write_page

TITLE = "**Measured by earlier code than the present:**"


def test_the_page_is_in_step_with_the_results():
    results, missing, validity = read_results()
    page = write_page(results, missing, validity, find_earlier_code(results))
    assert PAGE.read_text(encoding="utf-8") == page


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
    assert TITLE not in write_page(results, missing, validity, [])
    page = write_page(results, missing, validity, ["default", "namcs"])
    assert f"{TITLE} synthetic, default; survey (NAMCS)." in page
