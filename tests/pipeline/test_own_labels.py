"""Tables with one label, with two tiers, with seven and odd names: stage by stage to the brief."""

import json
import re
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.plan.plan import plan_pilot
from intake_triage.systems import TRAINED_SYSTEMS
from stages import (
    calibrate,
    compare,
    forecast,
    prepare,
    release,
    report,
    train_gbm,
    train_mtl,
    train_st,
)

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "gbm": {"max_rounds": 12, "leaves": 7, "min_records_in_leaf": 5},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 1, "seeds": [0], "learning_rate": 0.01},
    "calibrate": {"candidates": ["identity", "temperature"], "folds": 3},
    "compare": {"resamples": 100},
}
TIERS = ("now", "today", "later")
SPECIALTIES = ("heart", "skin | day", "bones & <joints>")
ODD = (
    "T1 <resus>",
    'T2 & "red"',
    "T3 | orange",
    "T4 *yellow*",
    "T5 급함",
    "T6_a_b",
    "T7 " + "z" * 90,
)
COMPLAINTS = ("chest pain", "itchy rash", "sore knee")
COURSES = ("suddenly", "worse", "since monday", "for weeks", "for months", "as ever", "check-up")


@dataclass(frozen=True)
class Finished:
    """What a run through all stages printed and left behind."""

    root: Path
    printed: str

    def json(self, name: str):
        return json.loads((self.root / name).read_text(encoding="utf-8"))

    @property
    def results(self) -> pd.DataFrame:
        return pd.read_csv(self.root / "metrics/results.csv", keep_default_na=False)

    @property
    def card(self) -> str:
        return (self.root / "reports/model-card.md").read_text(encoding="utf-8")

    @property
    def pages(self) -> str:
        """The brief's text before the items of guidelines, some of which are answered "None"."""
        parser = _Text()
        parser.feed((self.root / "reports/brief.html").read_text(encoding="utf-8"))
        text = " ".join(" ".join(parser.pieces).split())
        return text.partition("What reporting guidelines ask")[0]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def write_table(path: Path, labels: dict[str, tuple[str, ...]], n_forms: int) -> None:
    """Forms whose words tell their labels, but for a fifth of them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"form_id": [f"F{i:05d}" for i in range(n_forms)]})
    frame["sex"] = rng.choice(["female", "male"], n_forms)
    words = [rng.choice(["again", "at night"], n_forms)]
    for label, names in labels.items():
        true = rng.integers(0, len(names), n_forms)
        words.append(np.array(COURSES if label == "tier" else COMPLAINTS)[true])
        written = np.where(rng.random(n_forms) < 0.2, rng.permutation(true), true)
        frame[label] = [names[k] for k in written]
    frame["complaint"] = [" ".join(parts) for parts in zip(*words, strict=True)]
    frame.to_csv(path, index=False)


def run_stages(root: Path, labels: dict[str, tuple[str, ...]], **settings: int) -> None:
    """Write table and params into `root`, which is the current folder, and run every stage."""
    write_table(root / "forms.csv", labels, settings.get("n_forms", 600))
    shutil.copy(ROOT / "requirements.txt", root)
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for section, values in SMALL.items():
        params[section] |= values
    params["decision"]["urgent_tiers"] = settings.get("urgent_tiers", 2)
    params["data"] |= {"source": "file", "path": "forms.csv"}
    params["data"]["file"] |= {
        **{"record_id": "form_id", "text": "complaint", "group": None, "date": None},
        **{"fields": {}, "subgroups": {"sex": "sex"}},
        **{"urgency": "tier" if "tier" in labels else None, "urgency_levels": list(TIERS)},
        **{"specialty": "dept" if "dept" in labels else None, "specialties": list(SPECIALTIES)},
    }
    if "tier" in labels:
        params["data"]["file"]["urgency_levels"] = list(labels["tier"])
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for stage in (prepare, train_gbm, train_st, train_mtl):
            stage.main()
        for system in TRAINED_SYSTEMS:
            patch.setattr(sys, "argv", ["calibrate", system])
            calibrate.main()
        forecast.main()
        compare.main()
        patch.setattr(release, "plan_pilot", partial(plan_pilot, pilots=20))
        release.main()
        patch.setattr(sys, "argv", ["report"])
        report.main()


@pytest.fixture(scope="module")
def finish(tmp_path_factory):
    """A function that runs the stages on an invented table."""

    def finish(labels: dict[str, tuple[str, ...]], **settings: int) -> Path:
        root = tmp_path_factory.mktemp("own")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            run_stages(root, labels, **settings)
        return root

    return finish


@pytest.fixture
def run(finish, request, capsys) -> Finished:
    labels, settings = request.param
    root = finish(labels, **settings)
    return Finished(root, capsys.readouterr().out)


ONE_LABEL = [({"tier": TIERS}, {}), ({"dept": SPECIALTIES}, {})]
WORDS = {"urgency": r"\btiers?\b|urgen", "specialty": r"specialt|misrout"}


@pytest.mark.parametrize(
    ("run", "task", "other"),
    [(ONE_LABEL[0], "urgency", "specialty"), (ONE_LABEL[1], "specialty", "urgency")],
    indirect=["run"],
    ids=["urgency alone", "specialty alone"],
)
def test_one_label_is_compared_by_the_systems_that_it_allows(run, task, other):
    said = f"the records have labels of {task} alone"
    assert f"mtl is not trained: {said}\n" in run.printed
    assert f"mtl is not calibrated: {said}\n" in run.printed
    for folder in ("models", "predictions", "training", "dvclive", "predictions/nested"):
        assert list((run.root / folder / "mtl").iterdir()) == []
    assert run.json("metrics/train_mtl.json") == {}
    assert run.json("metrics/calibrate/mtl.json") == {"mtl": {}}

    found = run.json("metrics/compare.json")
    assert list(found["systems"]) == ["prior", "linear", "gbm", "st", "gbm+st"]
    assert list(found["test"]) == [task]
    assert found["transfer"] == {"reason": f"labels of {task} alone: multi-task was not asked"}
    recommendation = found["recommendation"]
    assert other not in recommendation
    lowest = recommendation["lowest"]
    assert lowest["parts"] == {"linear": 1, "gbm": 1, "st": 1, "gbm+st": 2}[lowest[task]]
    costs = {"urgency": "too_late", "specialty": "misroute"}
    assert f"cost.{costs[task]}" in recommendation["flips"]
    assert f"cost.{costs[other]}" not in recommendation["flips"]
    assert ("cost.too_late_urgent" in recommendation["flips"]) == (task == "urgency")
    assert set(run.results["task"]) == {task}
    assert {"cost_per_1000", "macro_f1", "log_loss"} <= set(run.results["measure"])
    for name in ("transfer", "gradients", "frontier"):
        assert run.json(f"plots/{name}.json") == []
    assert len(run.json("plots/set_ups.json")) == 8
    assert list(load_bundle(run.root / "release/choice").rules) == [task]
    summary = run.json("metrics/summary.json")
    assert "transfer" not in summary
    assert summary["chosen"].keys() == {task}

    for page in (run.pages, run.card):
        assert not re.search(r"\bNone\b|\bnan\b|both (tasks|answers)|\bTransfer\b", page)
    pages, _, annex = run.pages.partition("Annex: ")
    results = (run.root / "docs/results.md").read_text(encoding="utf-8")
    assert "No multi-task model was asked, since one label was mapped." in pages
    assert not re.search(r"\bNone\b|\bnan\b|Transfer:", results)
    assert not re.search(WORDS[other], pages.lower())
    assert not re.search(WORDS[other].replace("|misrout", ""), annex.lower())


@pytest.mark.parametrize(
    "run", [({"tier": ("red", "green"), "dept": SPECIALTIES}, {"urgent_tiers": 1})], indirect=True
)
def test_of_two_tiers_the_first_is_urgent(run):
    said = "Tiers, most urgent first: red, green. “Urgent forms” are those of the first tier."
    assert said in run.pages
    denominators = run.json("metrics/safety.json")["denominators"]
    assert denominators["under_triage"] == "forms whose true tier is red"
    assert denominators["over_triage"] == "forms whose true tier is green"
    assert "severe_under_triage" not in denominators
    assert "severe_under_triage" not in set(run.results["measure"])
    wrong = r"\bNone\b|\bnan\b|two tiers or more|other form\b"
    assert not re.search(wrong, run.pages)
    over = run.results[(run.results["measure"] == "over_triage") & (run.results["n"] != "")]
    assert len(over) > 0


@pytest.mark.parametrize(
    "run",
    [({"tier": ODD, "dept": SPECIALTIES}, {"urgent_tiers": 3, "n_forms": 1200})],
    indirect=True,
)
def test_seven_tiers_of_any_name_stand_on_every_page(run):
    assert "“Urgent forms” are those of the first 3 tiers." in run.pages
    for name in (*ODD, *SPECIALTIES):
        assert name.replace("_", " ") in run.pages
    assert set(ODD) <= set(run.results["class_name"])
    assert (run.results["shown"] == 0).any(), "of a clinic's own forms few people are hidden"
    tables = [line for line in run.card.splitlines() if line.startswith("| ")]
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    rules = [place for place, line in enumerate(tables) if set(line) <= set("| -")]
    for place in rules:
        assert columns[place - 1] == columns[place] == columns[place + 1]
    assert r"T3 \| orange" in run.card
    assert r"T4 \*yellow\*" in run.card
    assert r"T1 \<resus\>" in run.card
    confusion = run.json("plots/confusion.json")
    assert {row["true"] for row in confusion if row["task"] == "urgency"} == set(ODD)
    cuts = {row["cut"] for row in run.json("plots/net_benefit.json")}
    assert cuts == {ODD[0], *(f"{name}_or_above" for name in ODD[1:-1])}
