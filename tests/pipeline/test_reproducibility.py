"""Same seed, same bytes: undisturbed, after a kill, and with the test labels poisoned."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from checkout import SECONDS, Checkout, digest_files, environment
from dask_cluster import DaskCluster

from intake_triage.systems import TRAINED_SYSTEMS
from stages import calibrate, compare, forecast, prepare, train_gbm, train_mtl, train_st

TRAINING = ("train_gbm", "train_st", "train_mtl")


def _finished(fits: Path) -> list[Path]:
    return [path for path in fits.iterdir() if path.suffix != ".part"] if fits.exists() else []


def _stay_on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _wait_for(condition, *, process: subprocess.Popen, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_killed_run_resumes_and_gives_the_same_bytes(
    half_done: Checkout, reproduced: Checkout, tmp_path: Path
) -> None:
    checkout = half_done.copy_to(tmp_path / "killed")
    fits = checkout.root / ".fits"
    run = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=checkout.root,
        env=environment(),
        start_new_session=True,
        preexec_fn=_stay_on_one_core,  # one fit at a time, so that there is a moment to kill in
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_for(
        lambda: len(_finished(fits)) == 1 and len(list(fits.glob(".*.part"))) == 1,
        process=run,
        seconds=120,
    )
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    (kept,) = [json.loads((path / SECONDS).read_text()) for path in _finished(fits)]

    checkout.dvc("repro", "train_mtl")
    costs = json.loads((checkout.root / "training/mtl" / SECONDS).read_text())["fits"]
    assert kept in costs, "a finished seed was trained again"
    assert not _finished(fits), "finished fits are forgotten once the stage is done"
    for folder in ("data", "models/mtl", "predictions/mtl", "training"):
        assert digest_files(checkout, folder) == digest_files(reproduced, folder)
        assert digest_files(checkout, folder)


def test_neither_a_cluster_nor_test_labels_change_what_compare_is_given(
    small_project: Checkout, reproduced: Checkout, tmp_path: Path, monkeypatch
) -> None:
    pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")
    checkout = small_project.clone_to(tmp_path / "poisoned")
    monkeypatch.chdir(checkout.root)
    prepare.main()
    rng = np.random.default_rng(0)
    labels = [checkout.root / f"data/{name}.parquet" for name in ("test_labels", "oracle")]
    for path in labels:
        frame = pd.read_parquet(path)
        others = [column for column in frame if column != "record_id"]
        frame[others] = frame[others].to_numpy()[rng.permutation(len(frame))]
        frame.to_parquet(path, index=False)
    (tmp_path / "cluster").mkdir()
    cluster = DaskCluster(tmp_path / "cluster")
    try:
        monkeypatch.setenv("DASK_SCHEDULER_FILE", str(cluster.file))
        for stage in (train_gbm, train_st, train_mtl):
            stage.main()
        assert cluster.unpacked() == []
    finally:
        cluster.close()
    hosted = (tmp_path / "cluster/worker_0.log").read_text().count("Starting Worker plugin fits-")
    assert hosted > len(TRAINING)  # linear and gbm go by themselves
    for system in TRAINED_SYSTEMS:
        monkeypatch.setattr(sys, "argv", ["calibrate", system])
        calibrate.main()
    forecast.main()
    folders = ("data/prepared", "models", "predictions", "training")
    assert digest_files(checkout, *folders) == digest_files(reproduced, *folders)

    def same(name: str) -> bool:
        metrics = f"metrics/{name}.json"
        return (checkout.root / metrics).read_bytes() == (reproduced.root / metrics).read_bytes()

    metrics_of_each = [f"calibrate/{system}" for system in TRAINED_SYSTEMS]
    assert all(map(same, ("prepare", *TRAINING, *metrics_of_each, "forecast")))
    compare.main()
    assert not same("compare")
    for path in labels:
        shutil.copy2(reproduced.root / "data" / path.name, path)
    compare.main()
    assert same("compare")
    assert same("safety")
