"""No stray quote makes one row of several, or several of one."""

import numpy as np
import pytest
from written_tables import rows_of

from intake_triage.errors import InputError
from intake_triage.file_params import UNTOLD
from intake_triage.records.tables import rows
from intake_triage.records.tables.read import read_table

LEVELS = ("1", "2", "3")
UNITS = ("skin", "heart")


def make_table(n_rows: int, complaints: dict[int, str], order: str) -> str:
    """Forms without quotes but in the complaints given by row, their columns in some order."""
    cells = {
        "id": lambda i: f"F{i:04d}",
        "complaint": lambda i: complaints.get(i, f"itch since {i} days"),
        "level": lambda i: LEVELS[i % 3],
        "unit": lambda i: UNITS[i % 2],
        "age": lambda i: str(20 + i % 50),
    }
    lines = [order]
    lines += [",".join(cells[name](i) for name in order.split(",")) for i in range(1, n_rows + 1)]
    return "\n".join(lines) + "\n"


ORDERS = [
    "id,complaint,level,unit,age",
    "complaint,id,level,unit,age",
    "id,level,unit,age,complaint",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("last", [12, 13, 51, 199])
def test_rows_swallowed_between_two_stray_quotes_are_refused(refusal, order, last):
    text = make_table(200, {11: '"itch', last: 'he said "'}, order)
    assert refusal(text) == (
        "row 11: the lines in column 'complaint' look like rows of the table (1 such rows); "
        "remove the quote that opens there by mistake, or save the table as .xlsx or .parquet"
    )


@pytest.mark.parametrize("order", ORDERS)
def test_nearly_all_rows_swallowed_are_refused(refusal, order):
    text = make_table(40, {1: '"itch', 40: 'he said "'}, order)
    assert refusal(text).startswith("row 1: the lines in column 'complaint' look like rows")


def test_rows_are_told_by_the_outline_of_random_identifiers(refusal):
    lines = [f"{np.random.default_rng(i).bytes(8).hex()},itch for {i} days" for i in range(60)]
    lines[20] = lines[20].replace("itch", '"itch')
    lines[23] += '"'
    line = refusal("id,complaint\n" + "\n".join(lines) + "\n")
    assert line.startswith("row 21: the lines in column 'complaint' look like rows")


@pytest.mark.parametrize("order", ORDERS)
def test_a_quote_at_the_start_of_two_complaints_is_refused(refusal, order):
    text = make_table(200, {11: '"itch', 51: '"headache'}, order)
    assert refusal(text).startswith("row 11: text follows a closing quote")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "complaint",
    [
        "pain, nausea, fever\nsince monday, and worse",
        "my list:\n1, aspirin, daily, skin, 50\n2, a cream, weekly",
        "Dear doctor,\n\nit began on 3, 4 or 5 May,\nit comes, it goes, it stays, hurts\n\nyours",
        "a\nb\nc\nd\ne\nf",
        "it is:\n1, 2, 3, 4, 5\n6, 7, 8, 9, 10\n11, 12, 13, 14, 15\nof ten",
    ],
)
def test_honest_complaints_of_several_lines_are_read(read, order, complaint):
    table = read(make_table(200, dict.fromkeys(range(5, 200, 9), f'"{complaint}"'), order))
    assert len(table.frame) == 200
    assert table.frame["complaint"].eq(complaint).sum() == 22


@pytest.mark.parametrize(
    ("complaint", "says"),
    [
        ('"itch', "row 11: a quote opens in column 'complaint' and never closes"),
        ('"itch" again', "row 11: text follows a closing quote"),
        ('"itch "again""', "row 11: text follows a closing quote"),
        ('"said \\"no\\" twice" and', "row 11: text follows a closing quote"),
    ],
)
def test_a_quote_out_of_place_is_refused_with_its_row(refusal, complaint, says):
    line = refusal(make_table(30, {11: complaint}, ORDERS[0]))
    assert line.startswith(says)
    assert "itch" not in line


def test_rows_are_counted_over_blank_lines_and_lines_within_cells(refusal):
    text = 'id,x\n1,"a\n\nb"\n\n2,c\n3,"d\n'
    assert refusal(text).startswith("row 3: a quote opens in column 'x' and never closes")


def test_a_quote_that_never_closes_in_the_header_is_refused(refusal):
    assert refusal('id,"x\n1,2\n').startswith("the header: a quote opens and never closes")


def test_what_may_be_a_cell_is_named_by_its_place(refusal):
    headerless = f"1,{'itch since monday ' * 5},2\n" + '2,"rash,1\n'
    line = refusal(headerless)
    assert (
        line
        == "row 1: a quote opens in column 2 from the left and never closes; close or remove it"
    )


def test_quotes_amid_a_cell_are_letters(read):
    table = read('id,x,y\n1,5" cut,a\n2,he said "no",b\n3, "x",c\n')
    assert rows_of(table) == [("1", '5" cut', "a"), ("2", 'he said "no"', "b"), ("3", ' "x"', "c")]


@pytest.mark.parametrize("cell", ["itch", "itch, rash", 'the ""worst"" itch'])
def test_blanks_before_quotes_are_refused_where_rows_are_written_so(read, refusal, cell):
    rows = [f'{i}, "{cell}", 2\n' for i in range(1, 5)]
    line = refusal("id,x,y\n0,no quote,2\n" + "".join(rows))
    assert line.startswith("row 2: a blank stands before a quote; remove it")
    assert refusal('"id", "x", "y"\r' + "".join(rows).replace("\n", "\r")).startswith("row 1: a bl")
    honest = f'" ""{cell.replace(",", "").replace(chr(34), "")}"""'
    assert len(read("id,x,y\n" + f"1,{honest},2\n" * 4).frame) == 4


def test_a_parser_that_loses_a_row_is_found_out(tmp_path, monkeypatch):
    def lossy(*arguments, **options):
        yield from (row for row in reader(*arguments, **options) if row[0] != "2")

    reader = rows.csv.reader
    monkeypatch.setattr(rows.csv, "reader", lossy)
    path = tmp_path / "forms.csv"
    path.write_text('id,x\n1,"a\n\nb"\n2,b\n3,c\n')
    with pytest.raises(InputError, match="2 records by one count and 3 by another"):
        read_table(path, UNTOLD)
