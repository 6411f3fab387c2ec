"""A small pipeline to review, and the scripts run on it as the Makefile does."""

import importlib
import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from checkout import Checkout, environment

from intake_triage.errors import run_stage

ROOT = Path(__file__).resolve().parents[3]
PAGE = ".dvc/plots/offline.html"

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
      - metrics/compare.json: {cache: false}
      - plots/macro_f1.json: {cache: false}
      - plots/still.json: {cache: false}
    metrics:
      - metrics/summary.json: {cache: false}
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
choice = "gbm" if weight == 0.5 else "mtl"
compare = {
    "transfer": {
        "urgency": {
            "delta": score - 0.6,
            "verdict": "equivalent" if weight == 0.5 else "positive",
            "log_loss": {"delta": 0.001, "verdict": "inconclusive"},
        },
    },
    "recommendation": {"urgency": choice, "specialty": choice, "cost_per_1000": 1300.0 + weight},
}
for name, value in {
    "metrics/compare.json": compare,
    "metrics/summary.json": {"mtl": {"macro_f1": score}, "gbm": {"macro_f1": 0.6125}},
    "plots/macro_f1.json": [{"seed": seed, "macro_f1": score + seed / 100} for seed in range(3)],
    "plots/still.json": [{"seed": seed, "macro_f1": 0.5} for seed in range(3)],
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
    PAGE: (ROOT / PAGE).read_text(encoding="utf-8"),
}


def run_script(checkout: Checkout, name: str, *arguments: str) -> CompletedProcess[str]:
    """Run a script of stages/ in another checkout, in this process: loading it takes longest."""
    script = importlib.import_module(f"stages.{name}")
    out, errors, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, chdir(checkout.root):
        patch.setattr(sys, "argv", [name, *arguments])
        for variable, value in environment().items():
            patch.setenv(variable, value)
        with redirect_stdout(out), redirect_stderr(errors):
            try:
                run_stage(script.main)
            except SystemExit as stopped:
                status = stopped.code if isinstance(stopped.code, int) else 1
                if isinstance(stopped.code, str):
                    print(stopped.code, file=errors)
    return CompletedProcess((name, *arguments), status, out.getvalue(), errors.getvalue())


def edit(checkout: Checkout, file: str, old: str, new: str) -> None:
    """Replace `old`, which the file has to hold, by `new`; nothing is run."""
    path = checkout.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def rerun(checkout: Checkout) -> None:
    """Run the pipeline, keep its results as the survey's too, and commit."""
    checkout.dvc("repro", "--quiet")
    survey = checkout.root / "results/survey"
    survey.mkdir(parents=True, exist_ok=True)
    checkout.run("cp", "-r", "params.yaml", "dvc.lock", "metrics", "plots", str(survey))
    checkout.commit("results")
