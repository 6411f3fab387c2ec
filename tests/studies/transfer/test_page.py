"""The committed page is what the committed results give, and owns to blocks of other code."""

import yaml

from studies.transfer.provenance import CODE, group_by_code
from studies.transfer.report import PAGE, read_results, write_page
from studies.transfer.settings import LOCK

TITLE = "**Not all measured with the same code:**"


def test_the_page_is_in_step_with_the_results():
    results, missing, validity = read_results()
    page = write_page(results, missing, validity, group_by_code(LOCK, results))
    assert PAGE.read_text(encoding="utf-8") == "\n\n".join(page) + "\n"


def test_blocks_of_one_version_of_the_code_are_one_group(tmp_path):
    def stage(models: str) -> dict:
        return {"deps": [{"path": p, "md5": models if "models" in p else "same"} for p in CODE]}

    stages = {"namcs": stage("new"), "block@default": stage("old"), "block@conflict": stage("new")}
    lock = tmp_path / "dvc.lock"
    lock.write_text(yaml.safe_dump({"stages": stages}))
    names = ["default", "namcs", "conflict", "never_run"]
    assert group_by_code(lock, names) == [["default"], ["namcs", "conflict"]]


def test_the_page_names_blocks_of_other_code():
    results, missing, validity = read_results()

    def page(groups) -> str:
        return "\n".join(write_page(results, missing, validity, groups))

    assert TITLE not in page([["default", "namcs"]])
    assert f"{TITLE} *synthetic, default*; *survey (NAMCS)*." in page([["default"], ["namcs"]])
