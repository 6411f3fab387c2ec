"""How many bad inputs are tried, each of which must end in one clear line.

Run `python -m tests.hostile.count` from the root of the checkout.
"""

import subprocess
import sys

import stages  # noqa: F401  it puts this checkout's src/ on the path
from tests.hostile.bad_params import TRICKS, list_bad_params

# By kind of input, tests of which each case is a bad one.
TESTS = {
    "mappings and dates in params.yaml": (
        "tests/params/test_params.py::test_values_that_contradict_each_other_are_named",
        "tests/params/test_file_params.py::test_classes_that_cells_could_not_tell_apart_are_refused",
        "tests/params/test_file_params.py::test_a_merge_that_has_no_clear_end_is_refused",
        "tests/params/test_file_params.py::test_a_date_format_gives_day_month_and_year",
        "tests/hostile/test_bad_params.py::test_what_is_no_file_is_refused",
    ),
    "tables": (
        "tests/records/tables/test_no_tables.py",
        "tests/release/score/test_run.py::"
        "test_a_bad_table_is_refused_in_lines_that_name_it_and_nothing_is_left",
        "tests/release/score/test_run.py::test_paths_that_cannot_be_are_refused",
    ),
    "bundles": (
        "tests/release/bundle/test_bundle.py::test_a_file_that_is_not_as_it_was_made_is_named",
    ),
    "requests": (
        "tests/release/serve/test_requests.py::"
        "test_a_fault_is_told_by_its_field_and_not_by_its_value",
        "tests/release/serve/test_requests.py::test_what_is_no_form_is_refused",
        "tests/release/serve/test_requests.py::test_another_type_of_content_is_refused",
        "tests/release/serve/test_requests.py::test_other_paths_and_methods_are_refused",
    ),
}


def count_cases(tests: tuple[str, ...]) -> int:
    """How many cases pytest finds."""
    collect = [sys.executable, "-m", "pytest", "--collect-only", *tests]
    listed = subprocess.run(collect, text=True, capture_output=True, check=True).stdout
    return sum("::" in line for line in listed.splitlines())


def main() -> None:
    counts = {
        "keys of params.yaml, one wrong at a time": sum(map(len, list_bad_params().values())),
        "tricks of YAML": len(TRICKS),
    }
    counts |= {kind: count_cases(tests) for kind, tests in TESTS.items()}
    for kind, count in counts.items():
        print(f"{count:6,}  {kind}")
    print(f"{sum(counts.values()):6,}  in all, and what hypothesis and schemathesis make up")


if __name__ == "__main__":
    main()
