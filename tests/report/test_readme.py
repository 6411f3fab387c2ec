"""The README's answer says what the committed runs gave.

Committed, and not those that this machine has just made: a processor of another kind gives other
digits, and every clock other seconds.
"""

import re
import subprocess
from pathlib import Path

import pytest
from traced_numbers import find_untraced

from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.report.pages.run import read_run

ROOT = Path(__file__).resolve().parents[2]
SECONDS = re.compile(r"seconds?\b")


def answer_of(readme: str) -> str:
    """The section under "The answer", images and the addresses of links left out."""
    section = re.search(r"^## The answer$(.*?)^## ", readme, flags=re.M | re.S)
    return re.sub(r"!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)", "", section[1])


def tables_of(text: str) -> list[list[dict[str, str]]]:
    """Markdown tables: a row by what its cells are headed, seconds left aside."""
    tables = []
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        heading, _, *rows = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in block.splitlines()
        ]
        tables.append([dict(zip(heading, row, strict=True)) for row in rows])
        for row in tables[-1]:
            for name in [name for name in row if SECONDS.search(name)]:
                del row[name]
    return tables


def misplaced_rows(readme: str, results: str) -> list[dict[str, str]]:
    """The rows of the README's tables that stand in no table of docs/results.md."""
    known = [row.items() for table in tables_of(results) for row in table]
    return [
        row
        for table in tables_of(answer_of(readme))
        for row in table
        if not any(row.items() <= other for other in known)
    ]


@pytest.fixture(scope="module")
def committed(tmp_path_factory) -> Path:
    """The files of the checkout as they are committed, or staged to be."""
    folder = tmp_path_factory.mktemp("committed")
    command = ["git", "checkout-index", "--all", f"--prefix={folder}/"]
    subprocess.run(command, cwd=ROOT, check=True)
    if load_params(Layout(folder).params).data.source != "synthetic":
        pytest.skip(
            "README's answer is of the runs that came with the repository, not of own forms"
        )
    return folder


@pytest.fixture(scope="module")
def readme(committed) -> str:
    return (committed / "README.md").read_text(encoding="utf-8")


def test_tables_are_those_of_the_results(readme, committed):
    results = (committed / "docs/results.md").read_text(encoding="utf-8")
    assert misplaced_rows(readme, results) == []
    row = tables_of(results)[0][1]
    copied = "## The answer\n\n| {} |\n| --- |\n| {} |\n\n## Next\n".format(
        *(" | ".join(cells) for cells in (row, row.values()))
    )
    assert misplaced_rows(copied, results) == []
    assert misplaced_rows(re.sub(r"\d\.\d\d", "7.77", copied), results)


def test_figures_of_the_text_are_those_of_the_runs(readme, committed):
    said = re.sub(r"^\|.*$", "", answer_of(readme), flags=re.M)
    inputs = []
    for folder in (".", "results/namcs"):
        run = read_run(Layout(committed / folder), Layout(committed))
        compare = run.metrics["compare"]
        inputs += [run.recommendation, compare["transfer"], compare["equal_cost"]]
        inputs.append(run.plots["set_ups"])
        inputs += [run.metrics["prepare"]["records"], run.params]
    assert find_untraced(said.splitlines(), inputs) == []
    assert find_untraced(["macro-F1 0.98765"], inputs)
