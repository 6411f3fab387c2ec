"""Two runs at once: one waits or is refused in a line, and neither spoils the other."""

import pytest

from tests.faults.tiny_pipeline import TinyPipeline, wait_until

DVC = ("-m", "dvc")


@pytest.fixture
def pipeline(tmp_path):
    pipeline = TinyPipeline(tmp_path).with_dvc()
    yield pipeline
    for process in pipeline.processes():
        process.kill()


def test_a_second_repro_is_refused_in_a_line(pipeline):
    first = pipeline.start(*DVC, "repro")
    wait_until((pipeline.folder / "beats_1").exists)
    second = pipeline.start(*DVC, "repro")
    said = second.communicate(timeout=100)[0]
    assert second.returncode != 0
    assert "Traceback" not in said
    assert "is busy, it is being blocked by" in said
    (pipeline.folder / "enough").touch()
    assert first.wait(100) == 0
    assert pipeline.left_behind() == []


def test_two_stages_by_hand_end_well_or_say_that_they_are_to_be_run_again(pipeline):
    """The one that ends first forgets their fits; the other, or either, may have to run again."""
    first = pipeline.start("stage.py", "beat", "2")
    wait_until((pipeline.folder / "beats_1").exists)
    second = pipeline.start("stage.py", "beat", "2")
    wait_until(lambda: len(pipeline.left_behind()) == 4)
    (pipeline.folder / "enough").touch()
    said = [run.communicate(timeout=100)[0] for run in (first, second)]
    for run, text in zip((first, second), said, strict=True):
        assert "Traceback" not in text
        assert run.returncode == 0 or text.endswith("no such file; `dvc repro` writes it\n"), text
    again = pipeline.start("stage.py", "beat", "2")
    assert again.communicate(timeout=100)[0] is not None
    assert again.returncode == 0
    assert (pipeline.folder / "metrics/done.json").exists()
    assert pipeline.left_behind() == []


def test_two_experiments_beside_the_workspace(pipeline):
    (pipeline.folder / "enough").touch()
    pipeline.commit()
    runs = [pipeline.start(*DVC, "exp", "run", "--temp", "--name", name) for name in ("a", "b")]
    for run in runs:
        said = run.communicate(timeout=200)[0]
        assert run.returncode == 0, said
    listed = pipeline.start(*DVC, "exp", "list", "--name-only").communicate(timeout=100)[0]
    assert sorted(listed.split()) == ["a", "b"]
    assert not (pipeline.folder / "metrics").exists()
