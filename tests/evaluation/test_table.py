"""The table of results reads as it was written, to six decimals, and refuses other columns."""

from dataclasses import asdict, replace

import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.table import Result, Results, read_results, write_results

KEY = {"task": "urgency", "system": "st", "class_name": "emergent", "measure": "slope"}
SLOPE = Result(**KEY, value=1.0123456, low=-0.0000001, high=1.5, n=270, units=150)
RESULTS = Results(
    [
        SLOPE,
        replace(SLOPE, column="sex", subgroup="female, and more", calibrated=False),
        Result(
            task="both", system="st", rule="cost", measure="both_right", value=None, shown=False
        ),
    ]
)


def test_results_are_read_as_they_were_written(tmp_path):
    write_results(tmp_path / "results.csv", RESULTS)
    text = (tmp_path / "results.csv").read_text(encoding="utf-8")
    assert text.count("\n") == 1 + 3, "a line a figure"
    assert "-0.0000" not in text
    rows = read_results(tmp_path / "results.csv").rows
    for row, written in zip(rows, RESULTS.rows, strict=True):
        for name, value in asdict(written).items():
            expected = pytest.approx(value, abs=5e-5) if isinstance(value, float) else value
            assert getattr(row, name) == expected, name
            assert type(getattr(row, name)) is type(value), name


@pytest.mark.parametrize("columns", ["", "measure", "task,system,single_fits"])
def test_other_columns_and_no_file_are_refused(tmp_path, columns):
    path = tmp_path / "results.csv"
    with pytest.raises(InputError, match=r"results\.csv is missing; run the pipeline first"):
        read_results(path)
    write_results(path, RESULTS)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(columns, "metric", 1) if columns else "", encoding="utf-8")
    with pytest.raises(InputError, match=r"results\.csv: other columns than task, system"):
        read_results(path)


def test_a_figure_is_found_by_what_it_is_of():
    assert list(RESULTS.where(calibrated=False)) == RESULTS.rows[1:2]
    assert RESULTS.find(measure="slope") is SLOPE
    assert RESULTS.find(measure="slope", calibrated=False) is None, "a subgroup's is not of all"
