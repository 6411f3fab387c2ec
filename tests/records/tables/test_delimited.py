"""Separator, quoting and header of a text table are found out where one reading fits."""

import pytest
from written_tables import FORMS, ROWS, rows_of


def separated_by(separator: str) -> str:
    rows = [("id", "complaint", "level", "unit"), *[("1", "itch, a; b | c", "2", "skin")] * 3]
    return "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(read, separator):
    table = read(separated_by(separator))
    assert list(table.frame) == ["id", "complaint", "level", "unit"]
    assert table.frame["complaint"].tolist() == ["itch, a; b | c"] * 3
    assert table.found["separator"] == separator
    assert table.found["format"] == ("TSV" if separator == "\t" else "CSV")
    assert "quoting" not in table.found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(FORMS, id="as it is"),
        pytest.param(FORMS.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(FORMS.replace("\n", "\r"), id="old Mac line ends"),
        pytest.param(FORMS.replace("\n", "\r\r\n"), id="line ends translated twice"),
        pytest.param(FORMS.replace("\n2", "\r\n2"), id="line ends of two kinds"),
        pytest.param(FORMS.rstrip("\n"), id="no last line end"),
        pytest.param("\ufeff" + FORMS, id="byte order mark"),
        pytest.param(FORMS.replace("\n2", "\n\n\n2"), id="blank lines inside"),
        pytest.param(FORMS + "\n\n", id="blank lines at the end"),
        pytest.param(FORMS + ",,,\n,,,\n", id="empty rows at the end"),
        pytest.param(FORMS.replace("\n", ",,\n"), id="unnamed empty columns at the end"),
        pytest.param(FORMS.replace("id,", '"id",'), id="quoted names"),
        pytest.param(FORMS.replace("id,", " id ,"), id="blanks around a name"),
        pytest.param(FORMS.replace(",2,", ',"2",'), id="quotes where none are needed"),
    ],
)
def test_what_other_programs_do_to_a_text_table_changes_nothing(read, text):
    table = read(text)
    assert list(table.frame) == ["id", "complaint", "level", "unit"]
    assert rows_of(table) == ROWS


def test_cells_stay_as_they_are_written(read):
    cells = [
        "007",
        "1.0",
        " a ",
        "NA",
        "nan",
        "",
        "1e5",
        "TRUE",
        "2024-05-31",
        '5" cut',
        "a\0b",
        "'x'",
    ]
    table = read("id,x\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
    assert table.frame["x"].tolist() == cells
    assert table.frame.dtypes.astype(str).tolist() == ["str", "str"]


def test_lines_within_a_cell_stay_in_it(read):
    table = read('id,complaint,level\n1,"Dear doctor,\r\n\r\nsince Monday\rit hurts",2\n2,itch,1\n')
    assert table.frame["complaint"].tolist() == [
        "Dear doctor,\r\n\r\nsince Monday\rit hurts",
        "itch",
    ]


def test_commas_within_rows_do_not_make_a_semicolon_table_ambiguous(read):
    table = read("id;age;temperature\n1;34;37,2\n2;40;38,1\n")
    assert rows_of(table) == [("1", "34", "37,2"), ("2", "40", "38,1")]


def test_one_column_needs_no_separator(read):
    table = read("complaint\nitch\nrash\n")
    assert rows_of(table) == [("itch",), ("rash",)]
    assert "separator" not in table.found


def test_a_table_may_have_no_rows(read):
    table = read("id,complaint\n")
    assert table.frame.shape == (0, 2)


def test_two_separators_that_fit_stop(refusal):
    line = refusal("id,no;age,years\n1,1;34,0\n2,1;35,0\n")
    assert line == "can be read in two ways, separated by ',' or by ';'; set data.file.separator"


def test_the_separator_that_is_told_is_taken(read):
    table = read("id,no;age,years\n1,1;34,0\n", separator=";")
    assert list(table.frame) == ["id,no", "age,years"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id;text\n1;itch, rash\n", "row 1: 2 fields between ',', but the header has 1"),
        ("id;no,x;text\n1;2,y;itch, rash\n", "row 1: 3 fields between ',', but the header has 2"),
        ('"id";"no"\n"1";"2"\n', "the header: text follows a closing quote"),
    ],
)
def test_a_separator_that_is_told_wrongly_is_named(refusal, text, fault):
    line = refusal(text, separator=",")
    assert line.startswith(fault)
    assert "data.file.separator" in line


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        (r'1,"he said \"no\", twice",2', 'he said "no", twice'),
        (r"1,no quotes\, no \"fuss\",2", 'no quotes, no "fuss"'),
        ("1,two\\\nlines,2", "two\nlines"),
        (r'1,"C:\\temp \"x\"",2', r'C:\temp "x"'),
        (r'1,"C:\temp \"x\"",2', r'C:\temp "x"'),  # a backslash before another letter is one
    ],
)
def test_backslashes_before_quotes_are_found_out(read, line, cell):
    table = read(f"id,complaint,level\n{line}\n")
    assert rows_of(table) == [("1", cell, "2")]
    assert table.found["quoting"] == "backslash"


def test_backslashes_that_mean_nothing_stop_nobody(read):
    table = read('id,complaint,level\n1,"took C:\\temp ""once""",2\n')
    assert rows_of(table) == [("1", 'took C:\\temp "once"', "2")]
    assert "quoting" not in table.found
    table = read('id,path\n1,"C:\\"\n2,"D:\\"\n')  # a backslash would leave the quote open
    assert table.frame["path"].tolist() == ["C:\\", "D:\\"]
    assert table.found["quoting"] == "doubled"


def test_two_ways_to_read_a_backslash_stop(read, refusal):
    text = "id,path\n1,\\\\server\\share\n"
    line = refusal(text)
    assert line == (
        "can be read in two ways, a quote in a cell doubled or after a backslash; "
        "set data.file.quoting to doubled or backslash"
    )
    assert rows_of(read(text, quoting="doubled")) == [("1", "\\\\server\\share")]
    assert rows_of(read(text, quoting="backslash")) == [("1", "\\server\\share")]


def test_lines_above_the_names_are_left_out_where_params_say_so(read, refusal):
    text = 'Export of May, "all" units\n\n' + FORMS
    assert "data.file.header_row" in refusal(text)
    table = read(text, header_row=3)
    assert rows_of(table) == ROWS
    assert table.found["header_row"] == 3


def test_rows_without_a_value_are_dropped_at_the_end_alone_and_counted(read):
    table = read("id,x\n1,2\n,\n3,4\n,\n,\n")
    assert rows_of(table) == [("1", "2"), ("", ""), ("3", "4")]
    assert table.found["empty_rows"] == 2


def test_a_first_column_that_counts_the_rows_is_left_out_and_said(read):
    table = read(",id,x\n0,a,1\n1,b,2\n")
    assert list(table.frame) == ["id", "x"]
    assert table.found["left_out"] == "an unnamed first column that counts the rows"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("\nid,x\n1,2\n", "line 1 is empty or absent; data.file.header_row must be the line"),
        ("id,x,\n1,2,\n1,2,3\n", "column 3 from the left: values but no name; name each column"),
        (",id,x\n5,a,1\n9,b,2\n", "column 1 from the left: values but no name; name each column"),
        ("id,x,x\n1,2,3\n", "columns 2 and 3 from the left have the same name; rename"),
        ("id,x,id , \n1,2,3,4\n", "columns 1 and 3 from the left have the same name; rename"),
        (
            "id,x\n1,2\n1,2,3\n1\n",
            "row 2: 3 fields between ',', but the header has 2 (2",
        ),
        ("id,x\n1,2,3\n1,2,3\n", "row 1: 3 fields between ',', but the header has 2 (2"),
        ("id;x\n1;2\n\n1;2;3\n", "row 2: 3 fields between ';', but the header has 2 (1"),
        ("id\tx\n1\n", "row 1: 1 fields between a tab, but the header has 2 (1"),
        ("Export\nid;x\n1;2\n", "the header is one name, but rows below it have separators"),
        ("id,x\n1,a\rb\n2,c\n", "row 1: a carriage return by itself, though lines end otherwise"),
        ("id\nx\n1\ra\n2\n", "row 2: a carriage return by itself, though lines end otherwise"),
        ("id,x\n1,2\n\x1a", "row 2: 1 fields between ','"),
    ],
)
def test_a_text_that_is_no_table_is_refused_in_one_line(refusal, text, says):
    assert refusal(text).startswith(says)


def test_a_header_row_beyond_the_end_is_refused(refusal):
    assert refusal(FORMS, header_row=9).startswith("line 9 is empty or absent")


def test_long_cells_are_read(read):
    text = "x" * 500_000
    assert read(f"id,x\n1,{text}\n").frame["x"].tolist() == [text]


def test_more_rows_than_are_read_at_once(read):
    n = 45_001
    table = read("id,x\n" + "".join(f"{i},a\n" for i in range(n)))
    assert table.frame["id"].tolist() == [str(i) for i in range(n)]
    ragged = "".join(f"{i},a{',b' * (i > 30_000)}\n" for i in range(n))
    with pytest.raises(ValueError, match=r"row 30002: 3 fields .* \(15000 such rows\)"):
        read("id,x\n" + ragged)
