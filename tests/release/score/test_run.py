"""A table of forms becomes the same rows in any order, cut and format; what is wrong is told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.__main__ import main
from intake_triage.errors import InputError
from intake_triage.release.score import command, run
from intake_triage.release.score.files import read_rows
from intake_triage.release.score.run import refused_beside, score_table
from tests.form_tables import FORMATS, make_cells, write_table
from tests.release.score.conftest import make_bundle

HEADER = "Nummer,Eingang,Beschwerde,Alter,Temperatur,Geschlecht,Ort\n"


HOSTILE_TEXTS = [
    *("\0", "\0\0 pain", "?" * 500, "\u200b", "😀", "🤕" * 300, "a" * 20_000, "pain " * 4_000),
    *(
        "\u202epain",
        "胸が痛い",
        "İ\u0307",
        "e" + "\u0301" * 500,
        "<script>",
        "[CLS] [SEP]",
        "[UNK]",
    ),
    *("[UNK]", "1" * 300, "%s %d {0}", "=1+1", "\\", "no " * 300, "pain\r\n\t\fpain", "\x1b[31m"),
]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["linear", "gbm", "mtl", "gbm+mtl"])
def test_order_cut_and_company_change_no_row(
    real_bundle, prepared, tmp_path, rng, monkeypatch, name
):
    bundle = real_bundle(name)
    forms = prepared.frame.drop(columns=["date", "urgency", "specialty", "unit", "split"])
    forms = forms.iloc[:70]
    table, out = tmp_path / "forms.csv", tmp_path / "out.csv"

    def score(some: pd.DataFrame, n_rows: int) -> list[str]:
        monkeypatch.setattr(run, "ROWS_A_PIECE", n_rows)
        some.to_csv(table, index=False)
        score_table(bundle, table, out, explained=False)
        return lines_of(out)[1:]

    once = score(forms, 1000)
    for n_rows in (1, 7, 64):
        assert score(forms, n_rows) == once
    order = rng.permutation(len(forms))
    assert score(forms.iloc[order], 40) == [once[i] for i in order]
    for i in order[:5]:
        assert score(forms.iloc[[i]], 40) == [once[i]]


@pytest.mark.parametrize("name", ["linear", "gbm+mtl"])
def test_no_text_stops_the_models(real_bundle, prepared, tmp_path, name):
    bundle = real_bundle(name)
    frame = prepared.frame.drop(columns=["date", "urgency", "specialty", "unit", "split"])
    frame = frame.iloc[: len(HOSTILE_TEXTS)].assign(text=HOSTILE_TEXTS)
    frame.to_parquet(tmp_path / "forms.parquet")
    score_table(bundle, tmp_path / "forms.parquet", tmp_path / "out.csv", explained=True)
    rows = read_rows(tmp_path / "out.csv", bundle)
    assert len(rows) == len(frame)
    chances = rows.filter(like="_p_")
    assert ((chances >= 0) & (chances <= 1)).all(axis=None)
    for i in range(0, len(frame), 5):
        frame.iloc[[i]].to_parquet(tmp_path / "forms.parquet")
        score_table(bundle, tmp_path / "forms.parquet", tmp_path / "alone.csv", explained=True)
        assert lines_of(tmp_path / "alone.csv")[1] == lines_of(tmp_path / "out.csv")[i + 1]


def test_every_format_gives_the_same_bytes(bundle, tmp_path):
    cells = make_cells(90)
    cells["Beschwerde"] = cells["Beschwerde"].str.replace("\n", " ")
    given = set()
    for name in FORMATS:
        if name == "cp1252.csv":
            continue  # whose encoding so few words do not tell
        out = tmp_path / "out.csv"
        tally = score_table(bundle, write_table(tmp_path / name, cells), out, explained=False)
        assert tally["scored"] == 90
        given.add(out.read_bytes())
    assert len(given) == 1


@pytest.mark.parametrize("explained", [False, True])
def test_csv_and_parquet_say_the_same(bundle, tmp_path, explained):
    table = write_table(tmp_path / "comma.csv", make_cells(50))
    read = []
    for out in (tmp_path / "out.csv", tmp_path / "out.parquet"):
        score_table(bundle, table, out, explained=explained)
        read.append(read_rows(out, bundle))
    pd.testing.assert_frame_equal(*read, check_dtype=False, atol=5e-7)
    assert ("urgency_because" in read[0]) == explained


def test_no_text_of_a_form_is_written_unless_explained(bundle, tmp_path):
    cells = make_cells(30)
    cells["Beschwerde"] = "Geheimnis zebra"
    cells.loc[3, "Alter"] = "zebra"
    table = write_table(tmp_path / "comma.csv", cells)
    out = tmp_path / "out.csv"
    score_table(bundle, table, out, explained=False)
    written = out.read_text() + refused_beside(out).read_text()
    assert "zebra" not in written
    score_table(bundle, table, out, explained=True)
    assert "zebra" in out.read_text()
    assert "zebra" not in refused_beside(out).read_text()


def test_bad_rows_go_to_a_file_of_their_own(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_PIECE", 4)
    cells = make_cells(20)
    cells.loc[2, "Alter"] = "old"
    cells.loc[11, "Beschwerde"] = ""
    cells.loc[12, "Nummer"] = cells.loc[0, "Nummer"]
    tally = score_table(
        bundle, write_table(tmp_path / "comma.csv", cells), tmp_path / "o.csv", explained=False
    )
    refused = pd.read_csv(tmp_path / "o.refused.csv")
    assert refused["row"].tolist() == [3, 12, 13]
    assert refused["reason"].str.contains("not a number|no text|the id of a form before").all()
    rows = read_rows(tmp_path / "o.csv", bundle)
    assert rows["record_id"].tolist() == cells["Nummer"].drop([2, 11, 12]).tolist()
    assert tally == {"scored": 17, "set_aside": 3, "to_nurse": int(rows["to_nurse"].sum())}


def test_pieces_without_a_form_are_none_the_less_finished(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_PIECE", 2)
    bad = "".join(f"A-{i},x,pain,,,,\n" for i in range(6))
    table, good = tmp_path / "forms.csv", "A-9,01.02.2024,pain,,,,\n"
    for ending in (".csv", ".parquet"):
        out = tmp_path / f"out{ending}"
        table.write_text(HEADER + bad + good)
        assert score_table(bundle, table, out, explained=False)["scored"] == 1
        assert len(read_rows(out, bundle)) == 1
        table.write_text(HEADER + bad)
        assert score_table(bundle, table, out, explained=True)["set_aside"] == 6
        assert len(read_rows(out, bundle)) == 0


def test_ids_that_are_formulas_come_out_as_text(bundle, tmp_path):
    cells = make_cells(6)
    cells["Nummer"] = ["=1+1", "+1", "-1", "@x", "'=1", "ok"]
    cells["Ort"] = "=HYPERLINK(1)"
    table = write_table(tmp_path / "comma.csv", cells)
    score_table(bundle, table, tmp_path / "out.csv", explained=True)
    assert all(line.startswith(("'", "ok")) for line in lines_of(tmp_path / "out.csv")[1:])
    assert ",=" not in (tmp_path / "out.csv").read_text()
    assert read_rows(tmp_path / "out.csv", bundle)["record_id"].tolist() == cells["Nummer"].tolist()


BAD_TABLES = {  # by name and content, what the one line says
    ("empty.csv", b""): "the file is empty",
    ("blank.csv", b" \n\n \n"): "the file is empty",
    ("header.csv", HEADER.encode()): "no forms",
    ("blanks.csv", (HEADER + ",,,,,,\n" * 5).encode()): "no forms",
    ("text.csv", b"just some words\nand more\n"): "no column",
    ("other.csv", b"a,b,c\n1,2,3\n"): "no column 'Nummer', which the bundle expects",
    ("less.csv", HEADER.replace("Ort", "Town").encode()): "no column 'Ort'",
    ("spelling.csv", HEADER.replace("Alter", "alter").encode()): "there is 'alter'",
    ("twice.csv", (HEADER.strip() + ",Ort\n").encode()): "column 'Ort' is there more than once",
    ("quote.csv", b'"Nummer,Eingang\n1,2\n'): "the header: a quote is out of place",
    ("page.csv", b"<!DOCTYPE html><table></table>"): "holds a web page",
    ("x.xml", b"<?xml version='1.0'?><a/>"): "holds XML",
    ("x.pdf", b"%PDF-1.7 ..."): "holds a PDF",
    ("x.db", b"SQLite format 3\0"): "holds a database",
    ("x.7z", b"7z\xbc\xaf\x27\x1c"): "holds a 7-Zip archive",
    ("x.feather", b"ARROW1\0\0"): "holds Arrow or Feather",
    ("x.parquet", b"PAR1 and nothing more"): "not a readable Parquet table",
    ("cut.parquet", None): "not a readable Parquet table",
    ("lists.parquet", None): "holds list",
    ("bytes.parquet", None): "no text",
    ("names.parquet", None): "no column",
    ("x.xlsx", b"PK\x03\x04 broken"): "a broken zip file or workbook",
    ("old.xls", b"\xd0\xcf\x11\xe0 broken"): "not a readable Excel workbook",
    ("x.csv.gz", b"\x1f\x8b broken"): "a broken gzip file",
    ("x.json", b'{"a": '): "not valid JSON",
    ("list.json", b"[1, 2, 3]"): "JSON that is no table",
    ("twice.json", b'[{"a": 1, "a": 2}]'): "the same name twice",
    ("nested.jsonl", b'{"Nummer": {"x": 1}}\n{"Nummer": 2}\n'): "holds an object or a list",
    ("line.jsonl", b'{"Nummer": 1}\n{"Nummer"\n'): "row 2: not valid JSON",
    ("deep.json", b"[" * 100_000): "nested too deep",
    ("half.json", b'[{"Nummer": "\\ud800"}]'): "half a character",
    ("fhir.json", b'{"resourceType": "Bundle", "entry": []}'): "FHIR without a",
    ("utf-16.csv", HEADER.encode("utf-16") + b"\x00\xd8\x01"): "not text in utf-16",
    ("zero.bin", b"\0" * 500): "no column",
    ("random.bin", np.random.default_rng(0).bytes(5000)): "",
}


def write_bad(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
        return
    cells = make_cells(50)
    if path.name == "names.parquet":
        cells = cells.rename(columns={"Nummer": "nr"})
    if path.name == "lists.parquet":
        cells["Alter"] = [[1]] * 50
    if path.name == "bytes.parquet":
        cells["Alter"] = [b"\xff"] * 50
    cells.to_parquet(path)
    if path.name == "cut.parquet":
        path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(("table", "says"), BAD_TABLES.items(), ids=lambda x: str(x)[:30])
def test_a_bad_table_is_refused_in_lines_that_name_it_and_nothing_is_left(
    bundle, tmp_path, table, says
):
    name, content = table
    path = tmp_path / name
    write_bad(path, content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as refused:
        score_table(bundle, path, tmp_path / "out.csv", explained=False)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert says in lines[0]
    assert len(lines) == 1 or "no column" in lines[0]
    assert sorted(tmp_path.iterdir()) == before


def test_a_table_that_breaks_off_leaves_nothing(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_PIECE", 3)
    (tmp_path / "out.csv").write_text("of before")
    cells = make_cells(12)
    table = tmp_path / "forms.csv"
    table.write_bytes(cells.to_csv(index=False).encode("utf-16") + b"\x00\xd8\x01")
    with pytest.raises(InputError, match="not text in utf-16"):
        score_table(bundle, table, tmp_path / "out.csv", explained=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forms.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text() == "of before"


@pytest.mark.parametrize(
    ("table", "out", "says"),
    [
        ("absent.csv", "out.csv", "absent.csv: no such file"),
        (".", "out.csv", ": no such file"),
        ("forms.csv", "out.xlsx", "out.xlsx: must end in .csv or .parquet"),
        ("forms.csv", "out", "out: must end in .csv or .parquet"),
        ("forms.csv", "folder.csv", "folder.csv: is a folder"),
        ("forms.csv", "forms.csv", "forms.csv: is the table of forms itself"),
        ("x.refused.csv", "x.csv", "x.refused.csv: is the table of forms itself"),
        ("forms.csv", "forms.csv/out.csv", "cannot be used"),
    ],
)
def test_paths_that_cannot_be_are_refused(bundle, tmp_path, table, out, says):
    (tmp_path / "folder.csv").mkdir()
    for name in ("forms.csv", "x.refused.csv"):
        write_table(tmp_path / "comma.csv", make_cells(3)).rename(tmp_path / name)
    with pytest.raises(InputError) as refused:
        score_table(bundle, tmp_path / table, tmp_path / out, explained=False)
    (line,) = str(refused.value).splitlines()
    assert says in line


def test_pieces_of_another_bundle_or_table_are_not_taken_up(bundle, params, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ROWS_A_PIECE", 5)
    table, out = write_table(tmp_path / "comma.csv", make_cells(20)), tmp_path / "out.csv"
    monkeypatch.setattr(run, "join_rows", _stop)
    for other in (bundle, make_bundle(params, tasks=("urgency",))):
        with pytest.raises(KeyboardInterrupt):
            score_table(other, table, out, explained=False)
        (left,) = [path for path in tmp_path.iterdir() if path.is_dir()]
        assert len(list(left.glob("*.json"))) == 4
    monkeypatch.undo()
    monkeypatch.setattr(run, "ROWS_A_PIECE", 5)
    score_table(bundle, table, out, explained=False)
    assert "specialty" in read_rows(out, bundle)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def _stop(*_):
    raise KeyboardInterrupt


def test_the_command_says_in_one_line_what_came_of_it(bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "load_bundle", lambda folder: bundle)
    cells = make_cells(10)
    cells.loc[4, "Beschwerde"] = ""
    table = write_table(tmp_path / "comma.csv", cells)
    assert main(["score", "anywhere", str(table), str(tmp_path / "out.csv"), "--explain"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    n_nurse = int(read_rows(tmp_path / "out.csv", bundle)["to_nurse"].sum())
    assert f"out.csv: 9 forms scored, {n_nurse} of them to a nurse; 1 rows set aside" in line
    cells["Beschwerde"] = ""
    write_table(table, cells)
    assert main(["score", "anywhere", str(table), str(tmp_path / "out.csv")]) == 1
    assert main(["score", "anywhere", str(table), str(tmp_path / "out.txt")]) == 1
    assert "error: " in capsys.readouterr().err


def test_json_names_are_columns_too(bundle, tmp_path):
    rows = [{"Nummer": i, "Beschwerde": "pain", "Ort": None} for i in range(3)]
    others = {"Eingang": None, "Alter": 7, "Temperatur": 36.5, "Geschlecht": "male"}
    (tmp_path / "f.json").write_text(json.dumps([row | others for row in rows]))
    tally = score_table(bundle, tmp_path / "f.json", tmp_path / "o.csv", explained=False)
    assert tally["scored"] == 3


def test_the_program_scores_with_a_bundle_from_a_folder(build, prepared, tmp_path, capsys):
    forms = prepared.frame.drop(columns=["urgency", "specialty", "unit", "split"])
    forms.assign(date="2024-05-31").to_csv(tmp_path / "forms.csv", index=False)
    bundle, out = str(build("linear", "gbm")), str(tmp_path / "out.parquet")
    assert main(["score", bundle, str(tmp_path / "forms.csv"), out]) == 0
    assert f"{len(forms)} forms scored" in capsys.readouterr().err
    rows = pd.read_parquet(out)
    assert rows["record_id"].tolist() == forms["record_id"].tolist()
    assert set(rows["bundle"]) == {"choice 7"}
