"""The pipeline under real DVC: what runs when, and what it leaves behind."""

import json
import re
from dataclasses import dataclass

import pytest
import yaml
from checkout import Checkout, digest_files, stages_run

from intake_triage.evaluation.table import read_results
from intake_triage.systems import FORECASTERS


@pytest.fixture(scope="module")
def copied(reproduced: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The reproduced clone, with its cache; what a test runs in it, a later one finds there."""
    return reproduced.copy_to(tmp_path_factory.mktemp("copied") / "checkout")


@pytest.fixture
def checkout(copied: Checkout):
    """The same; whatever a test changes in tracked files is undone."""
    yield copied
    _put_back(copied)


@dataclass(frozen=True)
class Run:
    """An experiment: its name, what it printed, and the scores that it left in the workspace."""

    name: str
    printed: str
    systems: dict


@pytest.fixture(scope="module")
def lighter(copied: Checkout) -> Run:
    """The pipeline with another loss weight."""
    weight = "mtl.loss_weight=0.3"
    printed = copied.dvc("exp", "run", "--name", "lighter", "-S", weight).stdout
    run = Run("lighter", printed, _compare(copied)["systems"])
    _put_back(copied)
    return run


def _put_back(checkout: Checkout) -> None:
    checkout.run("git", "checkout", "--quiet", "--force", "HEAD")
    checkout.dvc("checkout", "--quiet", "--force")


def _plots(checkout: Checkout) -> list[str]:
    """Names of all plots that dvc.yaml draws."""
    pipeline = yaml.safe_load((checkout.root / "dvc.yaml").read_text(encoding="utf-8"))
    return [name for plot in pipeline["plots"] for name in plot]


def _compare(checkout: Checkout) -> dict:
    return json.loads((checkout.root / "metrics/compare.json").read_text(encoding="utf-8"))


def test_results_are_all_in_git(reproduced: Checkout) -> None:
    tracked = reproduced.run("git", "ls-files").stdout.split()
    metrics = (
        "results.csv",
        "summary.json",
        "compare.json",
        "safety.json",
        "cost.json",
        "pilot.json",
    )
    pages = ("reports/brief.html", "reports/hashes.md5", "reports/model-card.md", "docs/results.md")
    assert {"dvc.lock", *pages, *(f"metrics/{name}" for name in metrics)} <= set(tracked)
    assert {f"plots/{name}.json" for name in _plots(reproduced)} <= set(tracked)
    assert not [name for name in tracked if name.endswith((".parquet", ".safetensors", ".npy"))]


def test_every_system_is_scored_on_both_tasks(reproduced: Checkout) -> None:
    systems = _compare(reproduced)["systems"]
    assert set(systems) == {"prior", *FORECASTERS, "oracle"}
    for tasks in systems.values():
        for task in ("urgency", "specialty"):
            assert {"macro_f1", "log_loss", "brier", "ece"} <= set(tasks[task])


def test_made_up_forms_hide_no_counts(reproduced: Checkout) -> None:
    results = read_results(reproduced.root / "metrics/results.csv")
    assert all(row.shown for row in results.rows)
    assert all(row.n is not None for row in results.rows if row.value is not None)
    prepared = (reproduced.root / "metrics/prepare.json").read_text(encoding="utf-8")
    assert "null" not in prepared
    assert "under" not in prepared


def test_second_repro_does_nothing(copied: Checkout) -> None:
    assert stages_run(copied.dvc("repro").stdout) == []


def test_lock_is_in_step_without_data(reproduced: Checkout, tmp_path) -> None:
    clone = reproduced.clone_to(tmp_path / "clone")
    clone.dvc("repro", "--allow-missing", "--dry")


def test_loss_weight_reruns_mtl_and_what_follows(reproduced: Checkout, lighter: Run) -> None:
    rerun = ["train_mtl", "calibrate@mtl", "forecast", "compare", "release", "report"]
    assert stages_run(lighter.printed) == rerun
    before = _compare(reproduced)["systems"]
    assert before.keys() == lighter.systems.keys()
    for name in before:
        assert (before[name] == lighter.systems[name]) == ("mtl" not in name), name


def test_wrong_params_are_refused_in_a_line_each(checkout: Checkout) -> None:
    wrong = ("-S", "+mtl.loss_wieght=0.3", "-S", "mtl.loss_weight=1.3")
    done = checkout.dvc("exp", "run", *wrong, check=False)
    printed = done.stdout + done.stderr
    assert done.returncode != 0
    lines = [line for line in printed.splitlines() if line.startswith("error: params.yaml")]
    assert len(lines) == 2, printed
    for message in ("mtl.loss_wieght: unknown key", "mtl.loss_weight: got 1.3"):
        assert any(message in line for line in lines)
    assert "Traceback" not in printed


def test_metrics_are_few_enough_to_read(checkout: Checkout, lighter: Run) -> None:
    shown = json.loads(checkout.dvc("metrics", "show", "--json").stdout)
    (revision,) = shown.values()
    files = revision["data"]
    assert {name for name in files if not name.startswith("metrics/train_")} == {
        "metrics/summary.json"
    }
    assert sum(_count_leaves(file["data"]) for file in files.values()) <= 24
    table = checkout.dvc("metrics", "diff", "--all", "HEAD", lighter.name).stdout
    assert "mtl.urgency.log_loss" in table
    assert "mtl.valid_log_loss.urgency" in table
    assert len(table.splitlines()) <= 30


def _count_leaves(value) -> int:
    return sum(map(_count_leaves, value.values())) if isinstance(value, dict) else 1


def test_queued_run_leaves_the_workspace_alone_and_does_not_see_later_edits(
    checkout: Checkout,
) -> None:
    before = digest_files(checkout, "metrics", "data")
    checkout.dvc("exp", "run", "--queue", "--name", "queued", "-S", "data.seed=1", "prepare")
    code = checkout.root / "src/intake_triage/records/prepare.py"
    code.write_text("raise RuntimeError('the workspace was read')\n", encoding="utf-8")
    checkout.dvc("exp", "run", "--run-all")
    assert digest_files(checkout, "metrics", "data") == before
    listed = ("git", "for-each-ref", "--format=%(refname)", "refs/exps/**/queued")
    (experiment,) = checkout.run(*listed).stdout.split()
    changed = checkout.run("git", "diff", "--name-only", "HEAD", experiment).stdout.splitlines()
    assert {"params.yaml", "metrics/prepare.json"} <= set(changed)


def test_a_sweep_lays_its_weights_side_by_side(checkout: Checkout) -> None:
    stamp = checkout.root / ".venv/installed"  # what is to be run lies on the path already
    stamp.parent.mkdir()
    stamp.touch()
    # DVC has the models of both weights: what is tried is how they are shown.
    shown = checkout.run("make", "sweep", "WEIGHTS=0.3,0.5").stdout
    lines = shown.splitlines()
    (start,) = [i for i, line in enumerate(lines) if line.lstrip().startswith("Experiment")]
    header = lines[start].split()
    for task in ("urgency", "specialty"):
        assert f"mtl.valid_log_loss.{task}" in header
    assert max(map(len, lines[start:])) <= 160
    rows = [dict(zip(header, line.split()[-len(header) :], strict=False)) for line in lines[start:]]
    assert {"0.3", "0.5"} <= {row.get("mtl.loss_weight") for row in rows}
    names = checkout.dvc("exp", "list", "--name-only").stdout.split()
    page = (checkout.root / "dvc_plots/index.html").read_text(encoding="utf-8")
    for revision in ("HEAD", *names):
        assert f'"rev": "{revision}"' in page


def test_plots_diff_needs_neither_cache_nor_network(
    checkout: Checkout, lighter: Run, tmp_path
) -> None:
    checkout.dvc("exp", "branch", lighter.name, "other")
    clone = checkout.clone_to(tmp_path / "clone")
    clone.run("git", "checkout", "--quiet", "other")

    clone.dvc("plots", "diff", "HEAD~1")
    page = (clone.root / "dvc_plots/index.html").read_text(encoding="utf-8")
    assert not (clone.root / ".dvc/cache").exists()
    body = page.rsplit("<body>", 1)[1]  # the scripts before it hold the word too
    for name in _plots(checkout):
        assert name in body
    assert body.count('"rev": "HEAD~1"') > 100
    assert not re.search(r"<(script|link|img)\b[^>]*(src|href)\s*=\s*[\"']?(https?:)?//", page)
