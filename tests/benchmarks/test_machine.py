"""The code that a figure is of is told as it is."""

import subprocess

from benchmarks import machine


def test_code_has_changed_where_it_has_and_not_by_results(tmp_path, monkeypatch):
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for name in ("results.json", "code.py"):
        (folder / name).write_text("1")
    by = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *by, *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(machine, "FOLDER", folder)
    (folder / "results.json").unlink()
    assert not machine.describe_code().endswith("changed since")
    (folder / "code.py").write_text("2")
    assert machine.describe_code().endswith("changed since")
