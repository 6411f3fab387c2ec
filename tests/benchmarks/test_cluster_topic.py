"""The topic `cluster` in its quick form, on real workers."""

from dataclasses import replace

import pytest

from benchmarks.cluster import measure
from benchmarks.workspace import QUICK, Workspace

pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")


def test_fits_queue_and_shipping_are_measured(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.cluster.SHIPPED_TO", (2,))  # each imports its libraries here
    monkeypatch.setattr("benchmarks.cluster.SLOW_REPEATS", 1)
    topic = measure(Workspace(tmp_path, replace(QUICK, cluster_fits=4, queued_fits=40)))
    assert all(seconds["min"] >= 2 for seconds in topic["wall_seconds"].values())
    assert topic["cluster_against_pool"]["median"] > 0.2
    assert list(topic["shipping"]) == ["2"]
    for workers, shipped in topic["shipping"].items():
        assert 0 < shipped["servers"] < 60
        assert 0 < shipped["there"] < 60
        assert shipped["there_workers"] == int(workers)
    assert 20 < topic["scheduler_peak_mib"]["fits"] <= topic["scheduler_peak_mib"]["queue"] < 200
