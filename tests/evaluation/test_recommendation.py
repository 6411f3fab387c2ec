"""The rule: lowest log-loss, but within the margin fewer models, then the cheaper ones."""

import re

import pytest

from intake_triage.evaluation.recommendation import SetUp, choose_set_up, list_set_ups, recommend

CHEAPER_FIRST = ["linear", "gbm", "mtl", "st"]


def choose(*set_ups: SetUp, margin: float = 0.01) -> tuple[str, str]:
    chosen = choose_set_up(set_ups, log_loss_margin=margin, cheaper_first=CHEAPER_FIRST)
    return chosen.urgency, chosen.specialty


def test_all_pairs_and_the_one_model_are_candidates():
    losses = {"linear": 4, "gbm": 3, "st": 2, "mtl": 1}
    calibrate = {
        system: {"urgency": {"log_loss": loss}, "specialty": {"log_loss": 10 * loss}}
        for system, loss in losses.items()
    }
    set_ups = {(s.urgency, s.specialty): s for s in list_set_ups(calibrate)}
    assert len(set_ups) == 10
    assert set_ups["gbm", "st"].log_loss == 3 + 20
    assert set_ups["mtl", "mtl"].models == 1
    assert set_ups["gbm", "gbm"].models == 2
    assert not {("mtl", "st"), ("gbm", "mtl")} & set_ups.keys()


def test_the_lowest_wins_outside_the_margin():
    assert choose(SetUp("st", "st", 1.0), SetUp("mtl", "mtl", 1.011)) == ("st", "st")


def test_one_model_wins_within_the_margin():
    assert choose(SetUp("st", "st", 1.0), SetUp("mtl", "mtl", 1.009)) == ("mtl", "mtl")


def test_the_margin_itself_is_within():
    assert choose(SetUp("st", "st", 0.3), SetUp("mtl", "mtl", 0.1 + 0.21)) == ("mtl", "mtl")


def test_fewer_models_come_before_cheaper_ones():
    assert choose(SetUp("linear", "linear", 1.0), SetUp("mtl", "mtl", 1.005)) == ("mtl", "mtl")


def test_the_cheaper_pair_wins_within_the_margin():
    pairs = SetUp("st", "gbm", 1.0), SetUp("linear", "gbm", 1.008), SetUp("linear", "st", 1.001)
    assert choose(*pairs) == ("linear", "gbm")


def test_equally_cheap_pairs_go_by_log_loss():
    pairs = SetUp("gbm", "linear", 1.002), SetUp("linear", "gbm", 1.001)
    assert choose(*pairs) == ("linear", "gbm")
    assert choose(*pairs[::-1]) == ("linear", "gbm")


def test_without_a_margin_only_a_tie_is_broken():
    tied = SetUp("st", "st", 1.0), SetUp("mtl", "mtl", 1.0), SetUp("gbm", "gbm", 1.0001)
    assert choose(*tied, margin=0.0) == ("mtl", "mtl")
    assert choose(*tied[::2], margin=0.0) == ("st", "st")


@pytest.mark.parametrize(
    ("mtl", "chosen", "words"),
    [
        (0.4, "mtl", "Use one mtl model for both tasks: .* 0.8000 nats, the lowest of 10 set-ups"),
        (0.503, "mtl", "0.0060 above the lowest .two st models. .*takes fewer models"),
        (0.6, "st", "Use two st models: .* next lowest is 1.2000 .one mtl model for both tasks."),
    ],
)
def test_the_sentence_gives_the_numbers(mtl, chosen, words, params):
    losses = {"linear": 0.9, "gbm": 0.8, "st": 0.5, "mtl": mtl}
    calibrate = {
        system: {"urgency": {"log_loss": loss}, "specialty": {"log_loss": loss}}
        for system, loss in losses.items()
    }
    decision = params.decision.model_copy(
        update={"log_loss_margin": 0.01, "cheaper_first": CHEAPER_FIRST}
    )
    recommendation = recommend(calibrate, decision)
    assert recommendation["urgency"] == recommendation["specialty"] == chosen
    assert recommendation["log_loss"] == pytest.approx(2 * losses[chosen])
    assert re.search(words, recommendation["sentence"]), recommendation["sentence"]
