"""Small counts that the survey's tables hide cannot be worked out from what they show."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.triage import COST_DECIMALS
from intake_triage.files import read_json
from intake_triage.params import DecisionParams
from intake_triage.section import read_yaml
from intake_triage.statistics.disclosure import SHARE_DECIMALS
from tests.hostile.recover import Attack, Told, attack_run

SURVEY = Path(__file__).resolve().parents[2] / "results/namcs"


@pytest.fixture(scope="module")
def told() -> list[Told]:
    raw = read_yaml(SURVEY / "params.yaml")
    return list(attack_run(SURVEY, DecisionParams.model_validate(raw["decision"])))


def test_bounds_are_those_of_trying_every_table():
    rng = np.random.default_rng(0)
    for _ in range(8):
        true = rng.integers(0, 5, (2, 2))
        attack = Attack(4)
        attack.learn([1, 1, 0, 0], true[0].sum())
        attack.learn([0, 0, 1, 1], true[1].sum())
        share = round(true[0, 0] / max(true.sum(), 1), 1)
        attack.learn_ratio([1, 0, 0, 0], np.ones(4), share, 0.05)
        attack.learn([0, 1, 0, 1], true[:, 1].sum(), 1)
        possible = [
            table
            for table in product(range(9), repeat=4)
            if sum(table[:2]) == true[0].sum()
            and sum(table[2:]) == true[1].sum()
            and abs(table[1] + table[3] - true[:, 1].sum()) <= 1
            and abs(table[0] - share * sum(table)) <= 0.05 * sum(table) + 1e-6
        ]
        for k in range(4):
            least, greatest = attack.bound(np.eye(4)[k])
            assert least <= min(table[k] for table in possible)
            assert greatest >= max(table[k] for table in possible)
            if greatest - least < 3:
                assert (least, greatest) == (
                    min(table[k] for table in possible),
                    max(table[k] for table in possible),
                )


def test_what_the_rest_of_a_line_gives_away_is_recovered():
    attack = Attack(3)
    attack.learn([1, 1, 1], 100)
    attack.learn([1, 0, 0], 60)
    attack.learn([0, 1, 0], 36)
    assert Told("the third", *attack.bound(np.array([0, 0, 1]))).is_recovered


def test_every_table_is_looked_at(told):
    assert len(told) > 500
    for word in ("urgency", "specialty", "race", "age_band"):
        assert word in " ".join(one.name for one in told)


def test_no_hidden_count_is_recovered(told):
    names = [one.name for one in told if one.is_few]  # never the counts
    assert names == []


def test_no_file_has_a_share_or_a_cost_more_finely_than_the_tables():
    shares = {name for name, measure in MEASURES.items() if measure.decimals == SHARE_DECIMALS}
    shares |= {"risk", "coverage", "observed", "net_benefit"}  # of curves
    shares |= {"at"}  # which limit would change the choice: a figure, rounded up or down
    costs = {"cost_per_1000", "above_lowest", "difference", "missed"}
    looked_at = set()
    for path in [*SURVEY.glob("metrics/*.json"), *SURVEY.glob("plots/*.json")]:
        for names, number in list_fractions(read_json(path)):
            if {"transfer", "equal_cost"}.intersection(names):  # gains of one system over another
                continue
            if path.name == "pilot.json" and names[-1] != "expected":  # of made-up pilots
                continue
            for words, decimals in ((shares, SHARE_DECIMALS), (costs, COST_DECIMALS)):
                if found := words.intersection(names):
                    looked_at |= found
                    assert number == round(number, decimals), (path.name, names)
    assert looked_at >= {"under_triage", "accuracy", "f1", "ppv", "risk", "missed", "cost_per_1000"}


def list_fractions(content: Any, *names: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every fraction of a file, with the names of all that it lies in."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from list_fractions(value, *names, name)
    elif isinstance(content, list):
        for value in content:
            yield from list_fractions(value, *names)
    elif isinstance(content, float):
        yield names, content
