"""A strange table gets a mapping that `prepare` takes, and that tells of nobody."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest
import yaml
from drafted_tables import (
    MAKERS,
    MARKER,
    TEMPLATE,
    N,
    line_of,
    make_french,
    make_german,
    make_sheet,
    mapping_of,
    read_back,
    template_for,
    write_table,
)

from intake_triage.errors import InputError
from intake_triage.records.draft.draft import draft_params
from intake_triage.records.draft.yaml_text import CHECK
from intake_triage.records.prepare import split_source
from stages import draft


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__.removeprefix("make_"))
def test_a_strange_table_passes_prepare_without_an_edit_and_no_word_of_a_complaint_is_told(
    make, tmp_path, rng, draft_of
):
    drafted = draft_of(make(tmp_path, rng))
    assert MARKER not in drafted
    records = split_source(read_back(drafted, tmp_path).data)
    assert len(records.frame) == N
    assert records.frame["text"].str.contains(MARKER).all()


def test_a_key_that_a_person_set_settles_how_the_table_is_read(tmp_path, rng):
    book = openpyxl.Workbook()
    for name in ("May", "June"):
        sheet = book.active if name == "May" else book.create_sheet()
        sheet.title = name
        sheet.append(["form", "complaint", f"tier in {name}"])
        for i in range(30):
            sheet.append([i, f"pain since {i} days", "urgent" if i % 3 else "routine"])
    book.save(path := tmp_path / "two.xlsx")
    with pytest.raises(InputError, match="several sheets have cells"):
        draft_params(path, TEMPLATE, read_back(TEMPLATE, tmp_path))
    told = TEMPLATE.replace("    sheet: ", "    sheet: June ", 1)
    mapping = mapping_of(draft_params(path, told, read_back(told, tmp_path)))
    assert (mapping["sheet"], mapping["urgency"]) == ("June", "tier in June")


def test_all_but_source_path_and_file_stays_as_it_is_comments_included(tmp_path, draft_of):
    changed = TEMPLATE.replace("  seed: 1 ", "  seed: 7 ").replace(
        "tokenizer:", "# mine\ntokenizer:"
    )
    table = write_table(tmp_path / "forms #1: new.csv")
    drafted = draft_params(table, changed, read_back(changed, tmp_path))
    before, after = yaml.safe_load(changed), yaml.safe_load(drafted)
    assert after["data"].pop("source") == "file"
    assert Path(after["data"].pop("path")) == table
    for params in (before["data"], after["data"]):
        for key in ("source", "path", "file"):
            params.pop(key, None)
    assert after == before
    assert "# synthetic | namcs | file" in line_of(drafted, "source:")
    start = "\n# mine\ntokenizer:"
    assert drafted[drafted.index(start) :] == changed[changed.index(start) :]


def test_a_table_without_any_label_or_id_is_drafted_and_says_so(tmp_path, draft_of):
    rng = np.random.default_rng(1)
    drafted = draft_of(triage=None, clinic=None, form=rng.integers(0, 9, N))
    assert mapping_of(drafted)["record_id"] is None
    assert all(CHECK in line_of(drafted, key) for key in ("record_id:", "urgency:", "specialty:"))
    with pytest.raises(InputError, match="urgency and specialty are both null"):
        read_back(drafted, tmp_path)


def test_a_table_without_rows_or_a_folder_is_refused(tmp_path, draft_of):
    table = write_table(tmp_path / "forms.csv")
    table.write_text(table.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no rows below the names of its columns"):
        draft_of(table)
    with pytest.raises(InputError, match="a folder: name one table in it"):
        draft_of(tmp_path)


def test_a_table_without_a_header_is_refused_and_its_first_row_not_told(tmp_path, draft_of):
    table = write_table(tmp_path / "forms.csv")
    lines = table.read_text(encoding="utf-8").split("\n", 1)
    table.write_text(lines[1], encoding="utf-8")
    with pytest.raises(InputError, match="no row looks like the names of columns") as error:
        draft_of(table)
    assert MARKER not in str(error.value)


HEADERLESS = "Gerd Y. Jones,pain fever since days swollen left,fever days burning cough,routine"


@pytest.mark.parametrize(
    "first", [HEADERLESS, HEADERLESS.replace("pain fever", "note the time my symptom is pain")]
)
def test_a_row_of_a_name_and_complaints_is_no_row_of_names(first, tmp_path, rng, draft_of):
    words = ["pain", "fever", "since", "days", "swollen", "left", "burning", "cough", "chest"]
    others = [
        ",".join([f"Ann {initial}. Doe", *(" ".join(rng.choice(words, 5)) for _ in "ab"), tier])
        for initial in "ABCDEFGH"
        for tier in ("routine", "urgent") * 12
    ]
    (path := tmp_path / "bare.csv").write_text("\n".join([first, *others]), encoding="utf-8")
    with pytest.raises(InputError, match="no row looks like the names of columns") as error:
        draft_of(path)
    assert "Gerd" not in str(error.value)


@pytest.mark.parametrize(
    "names",
    [
        ("What brings you in today?", "Triage level", "Referred to"),
        ("Reason for the visit in your words", "How urgent", "Department or clinic"),
        ("panasz", "sürgősség", "osztály"),
    ],
)
def test_names_of_several_words_or_of_an_unknown_language_are_names(names, tmp_path, draft_of):
    path = write_table(tmp_path / "forms.csv", form=None, clinic=["Internal Medicine", "ENT"] * 240)
    lines = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(",".join(names) + "\n" + lines[1], encoding="utf-8")
    assert mapping_of(draft_of(path))["text"] == names[0]


def test_how_an_earlier_table_was_saved_does_not_stand_in_the_way_of_the_next(tmp_path, rng):
    earlier = draft_params(
        sheet := make_sheet(tmp_path, rng), TEMPLATE, read_back(TEMPLATE, tmp_path)
    )
    drafted = draft_params(
        table := make_french(tmp_path, rng), earlier, read_back(earlier, tmp_path)
    )
    fresh = draft_params(table, TEMPLATE, read_back(TEMPLATE, tmp_path))
    assert mapping_of(drafted) == mapping_of(fresh)
    again = draft_params(sheet, drafted, read_back(drafted, tmp_path))
    assert mapping_of(again) == mapping_of(earlier)


def run_command(monkeypatch: pytest.MonkeyPatch, folder: Path, table: Path) -> None:
    (folder / "params.yaml").write_text(template_for(table), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["draft", str(table)])
    draft.main()


def test_the_command_writes_a_draft_and_says_what_to_look_at(tmp_path, rng, monkeypatch, capsys):
    table = make_german(tmp_path, rng)
    run_command(monkeypatch, tmp_path, table)
    said = capsys.readouterr().out
    drafted = (tmp_path / "draft.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "params.yaml").read_text(encoding="utf-8") == template_for(table)
    assert Path(yaml.safe_load(drafted)["data"]["path"]) == table
    assert MARKER not in said
    assert said.count(CHECK) == drafted.count(f"{CHECK} ") > 0
    assert said.endswith(
        "2. data.identifiers_region is us: set it to the countries whose telephone numbers your"
        " forms hold\n3. mv draft.yaml params.yaml\n4. dvc repro prepare\n"
    )


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        ({"complaint": None}, "data.file.text: empty; name the column of the complaint"),
        ({"triage": None, "clinic": None}, "data.file: urgency and specialty are both null; name"),
    ],
)
def test_the_command_ends_with_what_keeps_a_draft_from_loading(
    taken, missing, tmp_path, monkeypatch, capsys
):
    run_command(monkeypatch, tmp_path, write_table(tmp_path / "forms.csv", **taken))
    *_, before, last = capsys.readouterr().out.splitlines()
    assert before == "3. it is no params.yaml yet; mend this, then mv draft.yaml params.yaml:"
    assert last.startswith(f"draft.yaml: {missing}")


def test_an_earlier_draft_is_not_written_over(tmp_path, rng, monkeypatch):
    (tmp_path / "draft.yaml").write_text("corrected by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"draft.yaml: is there already"):
        run_command(monkeypatch, tmp_path, make_french(tmp_path, rng))
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8") == "corrected by hand"
