"""The topic `cluster` in its quick form, on a real worker."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.cluster import measure
from benchmarks.processes import Timed, timed
from benchmarks.workspace import QUICK, Workspace

pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")


def run_here(prepare, *jobs: tuple, folder: Path, threads: int | None) -> list[Timed]:
    """As `run_apart`, in this process, which has imported what each of others would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return [timed(prepare(*job)) for job in jobs]


def test_fits_queue_and_shipping_are_measured(tmp_path, monkeypatch) -> None:
    import_module("intake_triage.models.fits.cluster")  # `fit_briefly` forgets what it imports
    for name, value in {"run_apart": run_here, "PAIR": 1, "SHIPPED_TO": (1,)}.items():
        monkeypatch.setattr(f"benchmarks.cluster.{name}", value)
    monkeypatch.setattr("benchmarks.cluster.SLOW_REPEATS", 1)
    topic = measure(Workspace(tmp_path, replace(QUICK, cluster_fits=2, queued_fits=40)))
    assert all(seconds["min"] >= 2 for seconds in topic["wall_seconds"].values())
    assert topic["cluster_against_pool"]["median"] > 0.2
    assert list(topic["shipping"]) == ["1"]
    for workers, shipped in topic["shipping"].items():
        assert 0 < shipped["servers"] < 60
        assert 0 < shipped["there"] < 60
        assert shipped["there_workers"] == int(workers)
    assert 20 < topic["scheduler_peak_mib"]["fits"] <= topic["scheduler_peak_mib"]["queue"] < 200
