"""A file or folder is either whole or as it was before."""

import pandas as pd
import pytest

from intake_triage.files import make_empty, read_json, replacing, write_json, write_parquet


def write_half_a_file(path):
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError


def write_half_a_folder(path):
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "weights").write_text("half")
        raise RuntimeError


def test_json_comes_back_with_its_keys_in_order(tmp_path):
    value = {"b": [1, 2.5, None], "a": {"ü": "≤"}}
    write_json(tmp_path / "deep/er/value.json", value)
    back = read_json(tmp_path / "deep/er/value.json")
    assert back == value
    assert list(back) == ["b", "a"]


def test_nan_is_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "score.json"
    write_json(path, {"score": 1.0})
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"score": float("nan")})
    assert read_json(path) == {"score": 1.0}
    assert [child.name for child in tmp_path.iterdir()] == ["score.json"]


def test_parquet_comes_back_without_an_index(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[7, 9])
    write_parquet(tmp_path / "table.parquet", frame)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "table.parquet"), frame.reset_index(drop=True)
    )


def test_the_path_appears_only_at_the_end(tmp_path):
    path = tmp_path / "value.txt"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent  # a rename across file systems would not be atomic
        assert not path.exists()
    assert path.read_text() == "new"


@pytest.mark.parametrize("existed", [True, False])
def test_an_exception_midway_leaves_the_old_file_and_nothing_else(tmp_path, existed):
    path = tmp_path / "value.txt"
    if existed:
        path.write_text("old")
    with pytest.raises(RuntimeError):
        write_half_a_file(path)
    assert {child.name: child.read_text() for child in tmp_path.iterdir()} == (
        {"value.txt": "old"} if existed else {}
    )


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "model"
    for name in ("first", "second"):
        with replacing(folder) as temporary:
            temporary.mkdir()
            (temporary / name).touch()
    assert [child.name for child in folder.iterdir()] == ["second"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("kind", ["file", "link to a file", "link to a folder", "link to nothing"])
def test_a_folder_or_a_file_takes_the_place_of_anything(tmp_path, kind):
    """What a link leads to is left as it is: it may lie in DVC's cache."""
    folder, file = tmp_path / "elsewhere", tmp_path / "elsewhere/file"
    folder.mkdir()
    file.write_text("kept")
    targets = {"link to a file": file, "link to a folder": folder, "link to nothing": "nowhere"}
    for name in ("a", "b"):
        path = tmp_path / name
        path.write_text("old") if kind == "file" else path.symlink_to(targets[kind])
    make_empty(tmp_path / "a")
    write_json(tmp_path / "b", 1)
    assert (tmp_path / "a").is_dir()
    assert not (tmp_path / "a").is_symlink()
    assert read_json(tmp_path / "b") == 1
    assert not (tmp_path / "b").is_symlink()
    assert file.read_text() == "kept"


def test_an_exception_midway_leaves_the_old_folder_and_nothing_else(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights").write_text("old")
    with pytest.raises(RuntimeError):
        write_half_a_folder(folder)
    assert list(tmp_path.iterdir()) == [folder]
    assert (folder / "weights").read_text() == "old"
