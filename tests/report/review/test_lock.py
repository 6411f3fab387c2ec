"""A dvc.lock that is out of step is refused, in one line that says where."""

from checkout import Checkout
from reviewed_pipeline import edit, run_script


def test_lock_in_step_is_accepted_without_cache_and_data(clone: Checkout) -> None:
    done = run_script(clone, "check_lock")
    assert done.returncode == 0, done.stderr
    assert not (clone.root / ".dvc/cache").exists()


def test_lock_out_of_step_is_refused_in_one_line(clone: Checkout) -> None:
    for file, old, new in (
        ("params.yaml", "0.3", "0.4"),
        ("score.py", "0.6", "0.7"),
        ("make.py", '"made"', '"other"'),
        ("dvc.yaml", "python score.py", "python -O score.py"),
        ("metrics/compare.json", "positive", "negative"),
    ):
        edit(clone, file, old, new)
    done = run_script(clone, "check_lock")
    assert done.returncode == 1
    of_score = "score.py, params.yaml: mtl, metrics/compare.json, changed command"
    message = f"make (make.py); score ({of_score})"
    assert done.stderr.startswith(f"error: dvc.lock is out of step: {message}. Run `dvc repro`")
    assert done.stderr.count("\n") == 1


def test_lock_whose_stages_disagree_is_refused_though_no_file_changed(clone: Checkout) -> None:
    lock = clone.root / "dvc.lock"
    text = lock.read_text(encoding="utf-8")
    place = text.rindex("- path: made.txt")  # what `make` wrote, or what `score` read
    digest = text[place:].split("md5: ", 1)[1].split("\n", 1)[0]
    edited = text[:place] + text[place:].replace(digest, digest[::-1], 1)
    lock.write_text(edited, encoding="utf-8")
    done = run_script(clone, "check_lock")
    assert done.returncode == 1
    assert done.stderr.startswith("error: dvc.lock is out of step: ")
    assert done.stderr.count("\n") == 1


def test_lock_out_of_step_is_refused_where_the_data_are_there(clone: Checkout) -> None:
    clone.dvc("repro", "--force", "--quiet")
    assert run_script(clone, "check_lock").returncode == 0
    edit(clone, "params.yaml", "loss_weight: 0.3", "loss_weight: 0.4")
    done = run_script(clone, "check_lock")
    assert done.returncode == 1
    assert "score (params.yaml: mtl)" in done.stderr


def test_a_study_out_of_step_is_no_concern_of_the_pipelines_lock(clone: Checkout) -> None:
    study = clone.root / "studies/dvc.yaml"
    study.parent.mkdir()
    study.write_text("stages:\n  measure:\n    cmd: 'true'\n    deps: [../score.py]\n")
    assert run_script(clone, "check_lock").returncode == 0
    edit(clone, "score.py", "0.6", "0.7")
    assert "measure" not in run_script(clone, "check_lock").stderr


def test_all_locks_are_told_in_a_line_each(clone: Checkout) -> None:
    study = clone.root / "studies/one/dvc.yaml"
    study.parent.mkdir(parents=True)
    study.write_text(
        "stages:\n  measure:\n    cmd: 'true'\n    wdir: ../..\n    deps: [src/code.py]\n"
        "  page:\n    cmd: 'true'\n    always_changed: true\n"
    )
    (clone.root / "src").mkdir()
    (clone.root / "src/code.py").write_text("1")
    clone.dvc("repro", "--quiet", "--single-item", "studies/one/dvc.yaml")
    kept = clone.root / "results/kept/dvc.lock"
    kept.parent.mkdir(parents=True)
    kept.write_bytes((clone.root / "dvc.lock").read_bytes())
    done = run_script(clone, "check_lock", "--all")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("every dvc.lock is in step")

    (clone.root / "src/code.py").write_text("2")
    with study.open("a") as stages:
        stages.write("  later:\n    cmd: 'true'\n    wdir: ../..\n    deps: [score.py]\n")
    deps = "deps: [{path: src/other.py, md5: 0}]"
    code = "".join(f"  {name}:\n    {deps}\n" for name in ("score", "data_card"))
    kept.write_text(f"stages:\n{code}", encoding="utf-8")
    assert run_script(clone, "check_lock").returncode == 0
    done = run_script(clone, "check_lock", "--all")
    assert done.returncode == 1
    of_study, of_kept = done.stderr.splitlines()
    faults = "out of step: measure; without later, which never ran."
    assert of_study.startswith(f"error: studies/one/dvc.lock is {faults}")
    assert of_kept.startswith("error: results/kept/dvc.lock is of other code than dvc.lock: score.")
