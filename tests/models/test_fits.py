"""A finished fit is kept until what it depends on changes; a broken one leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import tiny_fits

from intake_triage.layout import Layout
from intake_triage.models.fits import run as fits
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import forget_fits, run_fits

SEEDS = [Fit("gbm", ("urgency",), seed) for seed in (0, 1, 2)]
# A script of its own, so that it can be killed; the guard is for the processes that it starts.
LONG_RUN = """
from functools import partial
import tiny_fits
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import run_fits

if __name__ == "__main__":
    job = Job(Fit("gbm", ("urgency",), 0), partial(tiny_fits.beat_for_ever), Layout())
    run_fits([job], Layout().fits)
"""


SHORT_RUN = """
import sys
sys.path.insert(0, sys.argv[1])  # as stages do: the environment does not know this path
from functools import partial
import tiny_fits
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import run_fits

if __name__ == "__main__":
    job = Job(Fit("gbm", ("urgency",), 0), partial(tiny_fits.tell_who_imported), Layout())
    (folder,) = run_fits([job], Layout().fits)
    print((folder / "imported_before").read_text())
"""


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    """An empty folder as the current one, with code and prepared records to depend on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fits, "import_closure", lambda start: [Path("code/model.py")])
    for name in ("code/model.py", "data/prepared/records.parquet"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("first")


@pytest.fixture
def run(params):
    """A function that runs fits and returns the names of those that were trained by it."""

    def run_and_look(fits=SEEDS, function=tiny_fits.train_tiny, root="", **changes) -> list[str]:
        Path(root, "trained.log").write_text("")
        train = partial(function, **({"gbm": params.gbm, "train": params.train} | changes))
        jobs = [Job(fit, train, Layout(Path(root))) for fit in fits]
        for fit, folder in zip(fits, run_fits(jobs, Layout().fits), strict=True):
            assert (folder / "model/name").read_text() == fit.name
        return sorted(Path(root, "trained.log").read_text().splitlines())

    return run_and_look


def names(fits: list[Fit]) -> list[str]:
    return sorted(fit.name for fit in fits)


def left_behind() -> list[str]:
    return sorted(path.name for path in Path(".fits").iterdir() if path.name.startswith("."))


def test_finished_fits_are_not_trained_again(run):
    assert run() == names(SEEDS)
    assert run() == []


def test_another_seed_redoes_no_other(run, params):
    train = params.train.model_copy(update={"seeds": [0, 1]})
    assert run(SEEDS[:2], train=train) == names(SEEDS[:2])
    assert run(SEEDS) == names(SEEDS[2:])


@pytest.mark.parametrize(
    "changed", ["a param", "a keyword", "the code", "the records", "the tasks"]
)
def test_what_a_fit_depends_on_makes_it_another_fit(run, params, changed):
    fit = SEEDS[:1]
    assert run(fit) == names(fit)
    keywords = {}
    if changed == "a param":
        keywords = {"gbm": params.gbm.model_copy(update={"leaves": 99})}
    elif changed == "a keyword":
        keywords = {"start": Path("fitted")}
    elif changed == "the code":
        Path("code/model.py").write_text("second")
    elif changed == "the records":
        Path("data/prepared/records.parquet").write_text("second")
    else:
        fit = [Fit("gbm", ("specialty",), 0)]
    assert run(fit, **keywords) == names(fit)
    assert run(fit, **keywords) == []


def test_what_a_fit_does_not_depend_on_leaves_it_alone(run):
    assert run(SEEDS[:1]) == names(SEEDS[:1])
    Path("data/test_labels.parquet").write_text("not among the prepared records")
    assert run(SEEDS[:1]) == []


def test_a_fit_learns_from_the_records_of_its_own_folder(run):
    for root, content in (("here", "first"), ("there", "second")):
        Path(root, "data/prepared").mkdir(parents=True)
        Path(root, "data/prepared/records.parquet").write_text(content)
    assert run() == names(SEEDS)
    assert run(root="here") == []  # the same records
    assert run(root="there") == names(SEEDS)
    assert run(root="there") == []


def test_jobs_that_are_alike_are_trained_once(params):
    jobs = [Job(SEEDS[0], partial(tiny_fits.train_tiny, gbm=params.gbm), Layout())] * 2
    one, other = run_fits(jobs, Layout().fits)
    assert one == other
    assert Path("trained.log").read_text().splitlines() == [SEEDS[0].name]


def test_the_cost_of_a_fit_lies_beside_its_model():
    job = Job(SEEDS[0], partial(tiny_fits.train_tiny), Layout())
    (folder,) = run_fits([job], Layout().fits)
    cost = json.loads((folder / "cost.json").read_text())
    assert (cost["tasks"], cost["seed"], cost["parameters"]) == (["urgency"], 0, 7)
    assert cost["wall_seconds"] >= 0
    assert cost["cpu_seconds"] >= 0
    assert 10 < cost["peak_mib"] < 10_000


def test_a_failing_fit_is_reported_and_leaves_nothing_half_written(run):
    Path("broken").touch()
    with pytest.raises(RuntimeError, match="out of patience"):
        run(function=tiny_fits.fail_at_seed_1)
    Path("broken").unlink()
    assert left_behind() == []
    # The finished ones are kept: what is mended trains the others alone.
    kept = len(list(Path(".fits").iterdir()))
    assert kept <= 2
    assert len(run(function=tiny_fits.fail_at_seed_1)) == 3 - kept


def test_fits_that_end_together_do_not_take_each_others_signals(tmp_path):
    (tmp_path / ".dvc").mkdir()  # dvclive signals to an editor in the repository that it finds
    jobs = [Job(fit, partial(tiny_fits.end_together), Layout()) for fit in SEEDS[:2]]
    assert all((folder / "cost.json").exists() for folder in run_fits(jobs, Layout().fits))


def test_forgotten_fits_are_trained_again(run):
    assert run(SEEDS[:1]) == names(SEEDS[:1])
    forget_fits(Path(".fits").iterdir())
    assert list(Path(".fits").iterdir()) == []
    assert run(SEEDS[:1]) == names(SEEDS[:1])


def test_a_fit_finds_its_libraries_imported(tmp_path):
    script = tmp_path / "short_run.py"
    script.write_text(SHORT_RUN)
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/tiny_fits.py").write_text(Path(tiny_fits.__file__).read_text())
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    command = [sys.executable, str(script), str(tmp_path / "modules")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True"


def test_a_killed_stage_takes_its_fits_with_it(tmp_path):
    script = tmp_path / "long_run.py"
    script.write_text(LONG_RUN)
    paths = [Path(tiny_fits.__file__).parent, Path(__file__).resolve().parents[2] / "src"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    stage = subprocess.Popen([sys.executable, str(script)], env=environment)
    heart = tmp_path / "heartbeat"
    try:
        wait_until(heart.exists)
    finally:
        stage.send_signal(signal.SIGKILL)
        stage.wait()
    wait_until(lambda: has_stopped(heart))


def has_stopped(heart: Path) -> bool:
    before = heart.stat().st_size
    time.sleep(1)
    return heart.stat().st_size == before


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.05)
