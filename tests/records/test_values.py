"""Cells become numbers, days and classes by one reading or none, and no cell is ever shown."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from intake_triage.errors import InputError
from intake_triage.records.values.cells import clear_missing, match_labels, unify_spellings
from intake_triage.records.values.dates import find_date_format, parse_dates, possible_date_formats
from intake_triage.records.values.numbers import find_decimal_marks, parse_numbers

MARKS = ["", "NA", "N/A", "NULL", "#NULL!", ".", "?", "-", "999"]


def column(*cells: str | None, name: str = "temp") -> pd.Series:
    return pd.Series(cells, dtype="str", name=name)


def read_numbers(cells: pd.Series, *others: pd.Series, decimal=None, typed=False) -> list[float]:
    marks = find_decimal_marks([cells, *others], decimal=decimal, typed=typed)
    return parse_numbers(cells, marks[cells.name]).tolist()


def read_days(cells: pd.Series) -> list[str]:
    return parse_dates(cells, find_date_format(cells)).dt.strftime("%Y-%m-%d").tolist()


@pytest.mark.parametrize("cell", ["NA", "na", " n/a ", "Null", "#NULL!", ".", "?", "-", "999.0"])
def test_a_mark_means_missing_in_any_letter_case_and_is_counted(cell):
    cells, n_marks = clear_missing(column("a", cell, "b"), MARKS)
    assert cells.isna().tolist() == [False, True, False]
    assert n_marks == 1


@pytest.mark.parametrize("cell", ["", "  ", "\t", None])
def test_a_blank_cell_is_missing_and_no_mark(cell):
    for marks in (MARKS, []):
        cells, n_marks = clear_missing(column("a", cell), marks)
        assert cells.isna().tolist() == [False, True]
        assert n_marks == 0


@pytest.mark.parametrize("cell", ["NA NA", "none", "--", "nan", "9990", "?!"])
def test_what_is_no_mark_is_a_value(cell):
    cells, n_marks = clear_missing(column(f" {cell} "), MARKS)
    assert cells.tolist() == [cell]
    assert n_marks == 0


@pytest.mark.parametrize(
    ("listed", "cell"),
    [
        ("Skin", "skin"),
        ("skin", "  SKIN\t"),
        ("family medicine", "Family  Medicine"),
        ("Dermatologie générale", "dermatologie ge\u0301ne\u0301rale"),
        ("STRASSE", "straße"),
        ("皮肤科", "皮肤科 "),
        ("2", "2.0"),
        ("2", "2"),
        ("2", "2,0"),
        ("2.0", "2"),
        ("10", "10.00"),
        ("-1", "-1.0"),
    ],
)
def test_a_label_is_the_class_that_it_means(file_params, listed, cell):
    mapping = file_params(specialties=[listed, "other"])
    labels = match_labels(column(cell, None), mapping.class_of_key("specialty"))
    assert labels.dropna().tolist() == [listed]
    assert len(labels) == 2


@pytest.mark.parametrize("cell", ["skins", "s kin", "2.5", "20", "02", "2.000", "ski\u0301n"])
def test_what_no_class_is_called_is_no_class(file_params, cell):
    mapping = file_params(specialties=["skin", "2", "other"])
    (label,) = match_labels(column(cell), mapping.class_of_key("specialty"))
    assert label not in mapping.classes("specialty")


def test_a_class_that_is_merged_is_a_class_no_more(file_params):
    merge = {"urgency": {"RED": "orange"}, "specialty": {"Eyes": "SKIN"}}  # eyes are not listed
    tiers, places = ["red", "orange", "green"], ["skin", "heart"]
    mapping = file_params(urgency_levels=tiers, specialties=places, merge=merge)
    assert mapping.classes("urgency") == ("orange", "green")
    labels = match_labels(column("Red", "ORANGE", "green"), mapping.class_of_key("urgency"))
    assert labels.tolist() == ["orange", "orange", "green"]
    labels = match_labels(column("EYES", "heart"), mapping.class_of_key("specialty"))
    assert labels.tolist() == ["skin", "heart"]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["36.6", ".5", "5.", "1e2"], [36.6, 0.5, 5, 100]),
        (["36,6", "37"], [36.6, 37]),
        (["0,125"], [0.125]),  # no thousand begins with 0
        (["1234,567"], [1234.567]),
        (["1,2345"], [1.2345]),
        (["1,234", "1,5"], [1.234, 1.5]),
        (["5.400", "5.4"], [5.4, 5.4]),
        (["0.1", "0.30000000000000004"], [0.1, 0.30000000000000004]),
    ],
)
def test_the_decimal_mark_is_what_the_cells_leave_no_doubt_of(cells, numbers):
    assert read_numbers(column(*cells)) == numbers


@pytest.mark.parametrize("cells", [["250.000", "950"], ["250,000", "950"]])
def test_a_sign_before_three_digits_alone_stops_the_run(cells):
    with pytest.raises(InputError, match=r"set data\.file\.decimal"):
        read_numbers(column(*cells))


def test_spellings_of_a_word_become_the_commonest():
    spelled = unify_spellings(column("Yes", "yes", "YES ", "Yes", "no", None))
    assert spelled.tolist()[:5] == ["Yes", "Yes", "Yes", "Yes", "no"]
    assert spelled.isna().sum() == 1


def test_other_columns_settle_what_a_comma_means():
    doubtful = column("1,234")
    assert read_numbers(doubtful, column("36,6", name="b")) == [1.234]
    with pytest.raises(InputError, match=r"not a number with '\.' as decimal mark and no thous"):
        read_numbers(doubtful, column("36.6", name="b"))


@pytest.mark.parametrize(
    ("cells", "others"),
    [
        (["1,234"], []),
        (["1,234", "12"], []),
        (["1,234,567"], []),
        (["5.400"], ["36,6"]),  # a thousands separator, where commas are decimal marks
        (["1,234"], ["36,6", "36.6"]),
    ],
)
def test_a_mark_that_may_be_of_thousands_stops_with_the_key(cells, others):
    elsewhere = [column(cell, name=f"other {i}") for i, cell in enumerate(others)]
    with pytest.raises(InputError, match=r"column 'temp': .* set data\.file\.decimal"):
        read_numbers(column(*cells), *elsewhere)


def test_the_key_settles_it_for_every_column_of_a_text_table():
    assert read_numbers(column("1,234"), decimal=",") == [1.234]
    assert read_numbers(column("5.400"), column("36,6", name="b"), decimal=".") == [5.4]
    for cell, decimal in (("36.6", ","), ("36,6", "."), ("1,234", ".")):
        with pytest.raises(InputError, match="as decimal mark and no thousands separator"):
            read_numbers(column(cell), decimal=decimal)


def test_a_file_that_knows_numbers_has_points_whatever_the_key():
    assert read_numbers(column("5.400"), column("36,6", name="b"), typed=True) == [5.4]
    assert read_numbers(column("36.6"), decimal=",", typed=True) == [36.6]
    assert read_numbers(column("36,6"), decimal=",", typed=True) == [36.6]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "forty",
            "1_000",
            "0x10",
            "１２",
            "12 kg",
            "95 %",
            "1.234,5",
            "1,234.5",
            "1.2.3",
            "1 000",
        ),
        *("inf", "nan", "1e999", "--", "−5", "1,5e", "e5", ","),
    ],
)
def test_what_is_no_number_is_named_by_row_and_column_alone(cell):
    cells = column("36.6", None, cell, "37.1", cell)
    with pytest.raises(InputError) as refused:
        read_numbers(cells)
    line = str(refused.value)
    assert line.startswith("row 3, column 'temp': not a number")
    assert "(2 such rows); " in line
    assert cell in ("--", ",") or cell not in line


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_every_number_comes_back_with_either_mark(numbers):
    points = column(*map(repr, numbers))
    for decimal, cells in ((".", points), (",", points.str.replace(".", ",", regex=False))):
        assert read_numbers(cells, decimal=decimal) == numbers


@pytest.mark.parametrize(
    ("cells", "date_format"),
    [
        (["2024-05-31", "2024-06-01T10:00:00+02:00", "2024-06-02 at noon"], "%Y-%m-%d"),
        (["31.05.2024", "1.6.2024"], "%d.%m.%Y"),
        (["31.05.24"], "%d.%m.%y"),
        (["24.05.31"], "%y.%m.%d"),  # as a day of 2031 it would lie in the future
        (["05/06/2024", "31/05/2024"], "%d/%m/%Y"),
        (["05/06/2024", "05/31/2024"], "%m/%d/%Y"),
        (["05/05/2024"], "%d/%m/%Y"),  # the same day in both
        (["5/31/24 2:30 PM"], "%m/%d/%y"),
        (["31-05-2024"], "%d-%m-%Y"),
        (["05-31-2024"], "%m-%d-%Y"),
        (["2024/05/31 08:15:00.000"], "%Y/%m/%d"),
        (["2024.05.31"], "%Y.%m.%d"),
        (["20240531"], "%Y%m%d"),
        (["31-May-2024", "01-JUN-2024"], "%d-%b-%Y"),
        (["31 May 2024", "1 June 2024"], "%d %B %Y"),
        (["May 31, 2024", "Jun 1, 2024"], "%b %d, %Y"),
        (["31-May-24"], "%d-%b-%y"),
        (["2024年5月31日"], "%Y年%m月%d日"),
    ],
)
def test_the_format_is_the_one_that_reads_every_cell(cells, date_format):
    assert find_date_format(column(*cells, None, name="day")) == date_format


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["05/06/2024", "06/07/2024"], "%d/%m/%Y or %m/%d/%Y"),
        (["05-06-24"], "%d-%m-%y or %m-%d-%y or %y-%m-%d"),
        (["01.02.03"], "%d.%m.%y or %y.%m.%d"),
        (["010203"], "%y%m%d or %d%m%y or %m%d%y"),
    ],
)
def test_two_formats_that_give_other_days_stop_with_the_key(cells, formats):
    with pytest.raises(InputError) as refused:
        find_date_format(column(*cells, name="day"))
    assert str(refused.value) == (
        f"column 'day': its dates may be {formats}; set data.file.date_format to the one that holds"
    )


def test_no_mistyped_year_decides_which_of_day_and_month_comes_first():
    # As day before month, the last lies in the future; a year that is wrong would do the same.
    soon = (pd.Timestamp.today() + pd.offsets.MonthBegin()).strftime("01/%m/%Y")
    with pytest.raises(InputError, match="%d/%m/%Y or %m/%d/%Y"):
        find_date_format(column("01/02/2020", soon, name="day"))


@pytest.mark.parametrize(
    ("cells", "row", "n", "date_format"),
    [
        (["31.05.2024", "unknown", "30.05.2024"], 2, 1, "%d.%m.%Y"),
        (["31.05.2024", "30.05.2024", "2024-05-31"], 3, 1, "%d.%m.%Y"),
        (["31/05/2024", "05/31/2024", "30/05/2024"], 2, 1, "%d/%m/%Y"),
        (["2024-02-30", "2024-05-31"], 1, 1, "%Y-%m-%d"),
        (["2024-05-311", "2024-05-31"], 1, 1, "%Y-%m-%d"),
        (["45443", "45444"], 1, 2, "%Y-%m-%d"),
        (["20240531", "2024531", "2024111"], 2, 2, "%Y%m%d"),
        (["soon", None, "later"], 1, 2, "%Y-%m-%d"),
    ],
)
def test_cells_that_the_format_of_most_does_not_read_are_named(cells, row, n, date_format):
    with pytest.raises(InputError) as refused:
        read_days(column(*cells, name="day"))
    line = str(refused.value)
    assert line.startswith(f"row {row}, column 'day': not a date of the form {date_format}, such")
    assert f"({n} such rows); mend it, or set data.file.date_format" in line


@pytest.mark.parametrize(
    ("cell", "date_format", "day"),
    [
        ("05/06/2024", "%d/%m/%Y", "2024-06-05"),
        ("05/06/2024", "%m/%d/%Y", "2024-05-06"),
        ("05/06/2024 23:59", "%m/%d/%Y", "2024-05-06"),
        ("05/06/2024 at 23h59", "%m/%d/%Y at %Hh%M", "2024-05-06"),
        ("Friday 31 May 2024", "%A %d %B %Y", "2024-05-31"),
        ("31052024", "%d%m%Y", "2024-05-31"),
    ],
)
def test_a_format_of_the_users_own_holds(cell, date_format, day):
    dates = parse_dates(column(cell, None, name="day"), date_format)
    assert dates.tolist() == [pd.Timestamp(day), pd.NaT]


def test_a_day_far_off_is_read_where_nothing_else_could_be_meant():
    assert read_days(column("2204-05-31")) == ["2204-05-31"]
    assert possible_date_formats(column("31.12.2204")) == ["%d.%m.%Y"]


@given(
    some.lists(
        some.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2025-01-01").date()),
        min_size=1,
    ),
    some.sampled_from(
        ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y", "%Y%m%d"]
    ),
)
def test_the_true_days_are_always_among_the_readings(days, date_format):
    cells = column(*(day.strftime(date_format) for day in days), name="day")
    readings = [parse_dates(cells, form) for form in possible_date_formats(cells)]
    assert [day.isoformat() for day in days] in [
        reading.dt.strftime("%Y-%m-%d").tolist() for reading in readings
    ]
