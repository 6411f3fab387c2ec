"""Fits on a cluster: here the same folders as from this machine's pool, whatever dies there."""

import json
import os
import subprocess
import sys
import threading
import venv
from functools import partial
from pathlib import Path

import pytest
import tiny_fits
from dask_cluster import DaskCluster, wait_until

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.fits import run
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import run_fits

distributed = pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")
cloudpickle = pytest.importorskip("cloudpickle")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    cluster = DaskCluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture
def start(tmp_path_factory, monkeypatch):
    """A function that starts a cluster of the test's own and lets fits run there."""
    started = []

    def begin(**options) -> DaskCluster:
        started.append(DaskCluster(tmp_path_factory.mktemp("cluster"), **options))
        monkeypatch.setenv("DASK_SCHEDULER_FILE", str(started[-1].file))
        return started[-1]

    yield begin
    for cluster in started:
        cluster.close()


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data/prepared").mkdir(parents=True)
    Path("data/prepared/records").write_text("first")


def make_jobs(n_fits: int, **keywords) -> list[Job]:
    train = partial(tiny_fits.note_and_wait, log=str(Path("log").absolute()), **keywords)
    return [Job(Fit("gbm", ("urgency",), seed), train, Layout()) for seed in range(n_fits)]


def read_log() -> list[str]:
    return Path("log").read_text().splitlines() if Path("log").exists() else []


def read_kept(folders: list[Path]) -> list[dict[str, bytes]]:
    """All that fits have written, less what they cost."""
    return [
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "cost.json"
        }
        for folder in folders
    ]


def run_beside(jobs: list[Job]) -> tuple[threading.Thread, list]:
    """Run fits in a thread; what is raised there is the list's only entry."""
    raised = []

    def work() -> None:
        try:
            run_fits(jobs, Layout().fits)
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, raised


def run_script(script: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
    """As a stage is, in a process of its own."""
    paths = os.pathsep.join([str(Path(tiny_fits.__file__).parent), *sys.path])
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"PYTHONPATH": paths} | settings,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_what_comes_back_is_what_this_machine_makes(shared, monkeypatch):
    here = read_kept(run_fits(make_jobs(3), Path("here")))
    monkeypatch.setenv("DASK_SCHEDULER_FILE", str(shared.file))
    there = run_fits(make_jobs(3), Path("there"))
    assert read_kept(there) == here
    assert here[0] == {"model/name": b"gbm urgency seed 0 first"}
    assert len(read_log()) == 6
    assert run_fits(make_jobs(3), Path("there")) == there
    assert len(read_log()) == 6
    assert shared.unpacked() == []
    wait_until(lambda: shared.at_work() == [])


def test_an_address_does_as_well_as_a_file(shared, monkeypatch):
    address = json.loads(shared.file.read_text())["address"]
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    (folder,) = run_fits(make_jobs(1), Layout().fits)
    assert (folder / "model/name").exists()


def test_a_folder_that_a_fit_starts_from_goes_along(shared, monkeypatch, tmp_path):
    monkeypatch.setenv("DASK_SCHEDULER_FILE", str(shared.file))
    Path("fitted/model").mkdir(parents=True)
    Path("fitted/model/weights").write_text("trained before")
    train = partial(tiny_fits.copy_start, start=tmp_path / "fitted")
    (folder,) = run_fits([Job(Fit("st", ("urgency",), 0), train, Layout())], Layout().fits)
    assert (folder / "model/weights").read_text() == "trained before"


def test_what_a_fit_raises_is_raised_here_and_finished_fits_are_kept(shared, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_FILE", str(shared.file))
    train = partial(tiny_fits.refuse_seed_1)
    jobs = [Job(Fit("gbm", ("urgency",), seed), train, Layout()) for seed in (0, 1)]
    run_fits(jobs[:1], Layout().fits)
    with pytest.raises(InputError, match=r"params.yaml: gbm: seed 1 is out of luck"):
        run_fits(jobs, Layout().fits)
    assert len(list(Layout().fits.iterdir())) == 1
    assert shared.unpacked() == []


def test_a_file_that_is_edited_after_submission_is_not_seen(start, tmp_path, monkeypatch):
    start(workers=1)
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.setattr("intake_triage.models.fits.cluster.CHECKOUT", Path("/"))
    module = tmp_path / "code/edited_fit.py"
    module.parent.mkdir()
    module.write_text(Path(tiny_fits.__file__).read_text())
    import edited_fit

    train = partial(edited_fit.keep_source, log=str(tmp_path / "log"), until=str(tmp_path / "go"))
    thread, raised = run_beside([Job(Fit("gbm", ("urgency",), 0), train, Layout())])
    wait_until(lambda: read_log() or raised)
    module.write_text("raise RuntimeError")
    Path("go").touch()
    thread.join()
    assert raised == []
    (kept,) = Layout().fits.glob("*/source")
    assert kept.read_text() == Path(tiny_fits.__file__).read_text()


def test_fits_of_a_worker_that_is_lost_run_elsewhere(start):
    """The first worker is the only one at first, so that records and a fit are lost with it."""
    cluster = start(workers=1)
    thread, raised = run_beside(make_jobs(3, until=str(Path("go").absolute())))
    wait_until(read_log)
    cluster.add_worker("second")
    cluster.kill("worker_0")
    Path("go").touch()
    thread.join()
    assert raised == []
    kept = sorted(Layout().fits.iterdir())
    assert len(kept) == 3
    here = run_fits(make_jobs(3, until=str(Path("go").absolute())), Path("here"))
    assert read_kept(kept) == read_kept(sorted(here))
    assert cluster.unpacked() == [] or cluster.running.keys() == {"scheduler", "second"}


def test_a_scheduler_that_is_lost_ends_in_a_line_and_no_finished_fit_is_run_again(start):
    cluster = start()
    jobs = make_jobs(6, until=str(Path("go").absolute()))
    Path("go").touch()
    run_fits(jobs[:2], Layout().fits)
    Path("go").unlink()
    thread, raised = run_beside(jobs)
    wait_until(lambda: len(read_log()) >= 4)
    cluster.kill("scheduler")
    thread.join()
    (error,) = raised
    assert isinstance(error, InputError)
    assert str(error) == "the scheduler is gone: finished fits are kept, run this again"
    assert len(list(Layout().fits.iterdir())) == 2
    Path("go").touch()
    Path("log").unlink()
    start()
    run_fits(jobs, Layout().fits)
    assert sorted(read_log()) == [f"gbm urgency seed {seed}" for seed in range(2, 6)]


def count_wishes(dask_scheduler) -> int:
    """How many fits all drivers together wait for."""
    tasks = dask_scheduler.tasks.items()
    return sum(len(task.who_wants) for key, task in tasks if str(key).startswith("fit-"))


def wait_for_wishes(cluster: DaskCluster, n_wishes: int) -> None:
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with distributed.Client(scheduler_file=str(cluster.file)) as looking:
        wait_until(lambda: looking.run_on_scheduler(count_wishes) == n_wishes)


def test_two_drivers_that_ask_for_the_same_fit_share_it(start):
    """One after the other, as two threads that parse at once trip Python 3.11 up."""
    cluster = start(workers=1)
    jobs = make_jobs(1, until=str(Path("go").absolute()))
    first = run_beside(jobs)
    wait_until(read_log)
    second = run_beside(jobs)
    wait_for_wishes(cluster, 2)
    Path("go").touch()
    for thread, raised in (first, second):
        thread.join()
        assert raised == []
    assert read_log() == ["gbm urgency seed 0"]


def test_what_one_driver_leaves_another_that_asked_for_it_sends_anew(start):
    cluster = start(workers=1)
    jobs = make_jobs(2, until=str(Path("go").absolute()))
    from intake_triage.models.fits.cluster import Cluster

    leaving = Cluster(scheduler_file=str(cluster.file))
    leaving.ship(jobs)
    for job, digest in zip(jobs, run._digest_jobs(jobs), strict=True):
        leaving.submit(job, Path("left").absolute() / digest)
    wait_until(read_log)
    thread, raised = run_beside(jobs)
    wait_for_wishes(cluster, 4)
    leaving.close()
    Path("go").touch()
    thread.join()
    assert raised == []
    assert len(list(Layout().fits.iterdir())) == 2
    assert not Path("left").exists()


def test_a_run_ends_in_a_line_while_other_fits_wait(shared):
    script = (
        "from functools import partial; import sys; import tiny_fits;"
        "from intake_triage.layout import Layout; from intake_triage.errors import run_stage;"
        "from intake_triage.models.fits.jobs import Fit, Job;"
        "from intake_triage.models.fits.run import run_fits;"
        "bad = Job(Fit('gbm', ('urgency',), 1), partial(tiny_fits.refuse_seed_1), Layout());"
        "long = partial(tiny_fits.note_and_wait, log='log', until=sys.argv[1]);"
        "jobs = [Job(Fit('st', ('urgency',), seed), long, Layout()) for seed in range(20)];"
        "run_stage(lambda: run_fits([bad, *jobs], Layout().fits))"
    )
    ran = run_script(script, "never", DASK_SCHEDULER_FILE=str(shared.file))
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == "error: params.yaml: gbm: seed 1 is out of luck"
    assert shared.unpacked() == []


def test_a_worker_with_another_version_is_refused_in_a_line(start, tmp_path):
    venv.create(tmp_path / "other", symlinks=True)
    (packages,) = (tmp_path / "other/lib").glob("python*/site-packages")
    (packages / "here.pth").write_text("\n".join(p for p in sys.path if "site-packages" in p))
    (packages / "torch-1.2.3.dist-info").mkdir()
    (packages / "torch-1.2.3.dist-info/METADATA").write_text("Name: torch\nVersion: 1.2.3\n")
    cluster = start(workers=0)
    cluster.add_worker("other", python=str(tmp_path / "other/bin/python"))
    with pytest.raises(InputError, match=r"^a worker has torch 1\.2\.3, this machine \S+$"):
        run_fits(make_jobs(1), Layout().fits)
    assert read_log() == []


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://192.0.2.7:8786", False),
        ("tls://192.0.2.7:8786", True),
        ("ws://192.0.2.7:8786", False),
    ],
)
def test_off_this_machine_nothing_travels_in_the_clear(address, fine):
    from intake_triage.models.fits.cluster import check_addresses

    if fine:
        check_addresses([address])
    else:
        with pytest.raises(InputError, match=f"^{address}: records would travel in the clear"):
            check_addresses(["tcp://127.0.0.1:1", address])


def test_what_stops_the_shipping_is_raised_and_nothing_is_left(shared, monkeypatch):
    def refuse(addresses):
        raise InputError(f"{len(addresses)} addresses refused")

    monkeypatch.setenv("DASK_SCHEDULER_FILE", str(shared.file))
    monkeypatch.setattr("intake_triage.models.fits.cluster.check_addresses", refuse)
    with pytest.raises(InputError, match=r"3 addresses refused"):
        run_fits(make_jobs(1), Layout().fits)
    assert shared.unpacked() == []


def test_no_scheduler_is_told_in_a_line():
    script = (
        "from pathlib import Path; from functools import partial; import tiny_fits;"
        "from intake_triage.layout import Layout; from intake_triage.errors import run_stage;"
        "from intake_triage.models.fits.jobs import Fit, Job;"
        "from intake_triage.models.fits.run import run_fits;"
        "job = Job(Fit('gbm', ('urgency',), 0), partial(tiny_fits.train_tiny), Layout());"
        "run_stage(lambda: run_fits([job], Layout().fits))"
    )
    ran = run_script(
        script,
        DASK_SCHEDULER_ADDRESS="tcp://127.0.0.1:9",
        DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s",
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("error: no scheduler answers: ")
    assert "Traceback" not in ran.stderr


def test_without_the_library_the_mend_is_named(monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")
    monkeypatch.setattr(run, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install -r requirements-cluster\.txt, or unset it"):
        run_fits(make_jobs(1), Layout().fits)
