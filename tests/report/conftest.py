"""The committed run; a small repository with two revisions of its files, made by real DVC."""

from pathlib import Path

import pytest
from checkout import Checkout

from intake_triage.report.brief.inputs import Run, read_run

ROOT = Path(__file__).resolve().parents[2]

DVC_YAML = """\
stages:
  make:
    cmd: python make.py
    deps: [make.py]
    outs: [made.txt]
  score:
    cmd: python score.py
    deps: [score.py, made.txt]
    params: [mtl]
    outs:
      - plots/macro_f1.json: {cache: false}
      - plots/still.json: {cache: false}
    metrics:
      - metrics/compare.json: {cache: false}
      - metrics/cost.json: {cache: false}
plots:
  - macro_f1:
      template: linear
      x: seed
      y: {plots/macro_f1.json: macro_f1}
      title: Macro-F1 by seed
  - still:
      template: linear
      x: seed
      y: {plots/still.json: macro_f1}
      title: What never changes
"""

SCORE = """\
import json
from pathlib import Path

import yaml

weight = yaml.safe_load(Path("params.yaml").read_text())["mtl"]["loss_weight"]
score = 0.5 + weight / 4
verdict = "equivalent" if weight == 0.5 else "positive"
choice = "gbm" if weight == 0.5 else "mtl"
compare = {
    "systems": {
        "gbm": {"urgency": {"macro_f1": 0.6125, "log_loss": 0.75}},
        "mtl": {"urgency": {"macro_f1": score, "log_loss": 0.75}},
    },
    "transfer": {
        "urgency": {
            "delta": score - 0.6, "low": -0.01, "high": 0.09, "verdict": verdict,
            "log_loss": {"delta": 0.001, "low": -0.01, "high": 0.01, "verdict": "equivalent"},
        },
    },
    "recommendation": {"urgency": choice, "specialty": choice, "sentence": f"Use {choice}."},
}
rows = [{"seed": seed, "macro_f1": score + seed / 100} for seed in range(3)]
still = [{"seed": seed, "macro_f1": 0.5} for seed in range(3)]
for name, value in {
    "metrics/compare.json": compare,
    "metrics/cost.json": {"gbm": {"cpu_seconds": 20.5}, "mtl": {"cpu_seconds": 100 + weight}},
    "plots/macro_f1.json": rows,
    "plots/still.json": still,
}.items():
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(json.dumps(value))
"""

FILES = {
    "dvc.yaml": DVC_YAML,
    "params.yaml": "mtl:\n  loss_weight: 0.5\n  balancing: fixed\n",
    "make.py": 'from pathlib import Path\n\nPath("made.txt").write_text("made")\n',
    "score.py": SCORE,
    ".gitignore": "/made.txt\n/review/\n",
}
SURVEY = ("params.yaml", "dvc.lock", "metrics", "plots")


def rerun(checkout: Checkout) -> None:
    """Run the pipeline, keep its results as the survey's too, and commit."""
    checkout.dvc("repro", "--quiet")
    survey = checkout.root / "results/survey"
    survey.mkdir(parents=True, exist_ok=True)
    checkout.run("cp", "-r", *SURVEY, str(survey))
    checkout.commit("results")


@pytest.fixture(scope="session")
def run() -> Run:
    """The committed run of the synthetic clinic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return read_run(Path("."))


@pytest.fixture(scope="session")
def two_revisions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """`main` has loss weight 0.5, `other`, which is checked out, 0.3; both were run."""
    checkout = Checkout(tmp_path_factory.mktemp("review") / "repository")
    checkout.root.mkdir()
    for name, text in FILES.items():
        (checkout.root / name).write_text(text, encoding="utf-8")
    checkout.run("git", "init", "--quiet", "--initial-branch=main")
    checkout.dvc("init", "--quiet")
    rerun(checkout)
    checkout.run("git", "checkout", "--quiet", "-b", "other")
    params = checkout.root / "params.yaml"
    params.write_text(params.read_text().replace("0.5", "0.3"), encoding="utf-8")
    rerun(checkout)
    return checkout


@pytest.fixture
def clone(two_revisions: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A clone of both revisions without DVC's cache, as the working directory."""
    clone = two_revisions.clone_to(tmp_path / "clone")
    clone.run("git", "branch", "--quiet", "main", "origin/main")
    monkeypatch.chdir(clone.root)
    return clone
