"""results.md holds what results.json holds, and only that."""

from typing import Any

import pytest

from benchmarks.__main__ import TOPICS
from benchmarks.report import FOLDER, GROWTH, REPORT, RESULTS, render, write_report
from intake_triage.files import read_json, write_json


def _rows(text: str) -> list[list[str]]:
    """The cells of every line of every table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_topic_has_a_section_with_ratios_before_what_they_are_made_of(results) -> None:
    rows = _rows(render(results, None))
    assert ["`Trainer`, padded", "4.5 (4–5)", "300 (300–301)"] in rows
    assert ["0.6 (0.1–1.1)", "20.5 (20–21)", "40.5 (40–41)"] in rows
    assert ["matrix products", "51.2%"] in rows
    assert ["CPU-seconds to best valid loss", "0.52 (0.02–1.02)", *["17.5 (17–18)"] * 2] in rows
    assert ["wall seconds", "0.81 (0.31–1.31)", "12.5 (12–13)", "15.5 (15–16)"] in rows
    assert ["urgency valid log-loss", "", "0.7012", "0.7056"] in rows
    assert ["`prepare`", "0.97 (0.98)", "10,000", "13.5 (13–14)"] in [row[:4] for row in rows]
    assert ["256", "1,300 (1,300–1,301)", "522 (522–523)"] in rows
    assert ["0.33", "18.5 (18–19)"] in [row[1:3] for row in rows]
    assert ["wall seconds", "1.12 (0.62–1.62)", "112 (112–113)", "104 (103–104)"] in rows
    assert ["8", "2.51", "9.51", "1.61", "0.11", "92"] in rows
    assert list(results["topics"]) == list(TOPICS)
    assert sum(line.startswith("## ") for line in render(results, None).splitlines()) == len(TOPICS)


def test_tables_are_whole(results: dict[str, Any]) -> None:
    for block in render(results, None).split("\n\n"):
        assert len({len(row) for row in _rows(block)}) <= 1, block


@pytest.mark.parametrize("topic", list(TOPICS))
def test_topics_that_were_not_measured_are_not_shown(results: dict[str, Any], topic) -> None:
    text = render(results | {"topics": {topic: results["topics"][topic]}}, None)
    assert sum(line.startswith("## ") for line in text.splitlines()) == 1
    assert "Abacus 3, 2 cores" in text
    assert "0.02 cores busy" in text


def test_report_is_made_from_the_file_alone(results: dict[str, Any], tmp_path) -> None:
    write_json(tmp_path / RESULTS, results)
    write_report(tmp_path)
    assert (tmp_path / REPORT).read_text(encoding="utf-8") == render(results, None)


def test_committed_report_is_that_of_the_committed_results() -> None:
    committed = (FOLDER / REPORT).read_text(encoding="utf-8")
    growth = FOLDER / GROWTH
    of_large = read_json(growth) if growth.exists() else None
    assert render(read_json(FOLDER / RESULTS), of_large) == committed
