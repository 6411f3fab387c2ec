"""A copy of the repository with small settings, before and after the pipeline has run."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from checkout import Checkout

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 12, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1, 2], "learning_rate": 0.01},
    "compare": {"resamples": 200},
}


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The working tree as it stands, committed with small settings and nothing run yet."""
    checkout = Checkout(tmp_path_factory.mktemp("project") / "small")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        produced = name.startswith(("metrics/", "plots/")) or name == "dvc.lock"
        if (ROOT / name).is_file() and not produced:
            (checkout.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout.root / name)
    params_file = checkout.root / "params.yaml"
    params = yaml.safe_load(params_file.read_text(encoding="utf-8"))
    for section, values in SMALL.items():
        params[section] |= values
    params_file.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    checkout.run("git", "init", "--quiet", "--initial-branch=main")
    checkout.commit("small settings")
    return checkout


@pytest.fixture(scope="session")
def reproduced(small_project: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clone in which the whole pipeline has run and its results are committed."""
    checkout = small_project.clone_to(tmp_path_factory.mktemp("project") / "reproduced")
    checkout.dvc("repro")
    checkout.commit("results")
    return checkout
