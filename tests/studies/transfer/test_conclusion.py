"""The page's sentences follow the verdicts, and claim no more than these."""

import pytest

from studies.transfer.conclusion import conclude, conclude_plainly, describe_validity

PAIRS = [("mtl", "st"), ("mtl", "shuffled"), ("shuffled", "st")]


def row(pair, verdict, *, task="urgency", measure="log_loss") -> dict:
    return {
        "treatment": pair[0],
        "reference": pair[1],
        "task": task,
        "measure": measure,
        "delta": 0.01,
        "low": 0.0,
        "high": 0.02,
        "verdict": verdict,
    }


def page(*verdicts: str, further=()) -> str:
    rows = [row(pair, verdict) for pair, verdict in zip(PAIRS, verdicts, strict=True)]
    return "\n".join(conclude({"conflict": {"differences": [*rows, *further]}}, None))


@pytest.mark.parametrize(
    ("verdicts", "said", "unsaid"),
    [
        (("positive", "positive", "equivalent"), "the gain is the partner's labels", "partly"),
        (("positive", "positive", "positive"), "partly having a partner", "cannot"),
        (("positive", "positive", "inconclusive"), "at least partly the partner's", "brings none"),
        (("positive", "equivalent", "positive"), "a shuffled partner brings such a gain too", "is"),
        (("positive", "inconclusive", "inconclusive"), "comes from cannot be told", "labels"),
        (("negative", "negative", "positive"), "the loss is the partner's labels", "gain"),
        (("equivalent", "positive", "negative"), "true labels only make up for it", "gain"),
        (("equivalent", "negative", "positive"), "do worse than permuted ones", "gain"),
    ],
)
def test_the_partner_is_credited_with_what_the_controls_show(verdicts, said, unsaid):
    text = page(*verdicts)
    (sentence,) = (line for line in text.splitlines() if line.startswith("synthetic, conflict"))
    assert said in sentence
    assert unsaid == "is" or unsaid not in sentence


def test_without_a_sign_nothing_is_said_of_the_partner():
    text = page("equivalent", "equivalent", "inconclusive")
    assert "1 equivalent" in text
    assert "helps" not in text
    assert "hurts" not in text
    assert "partner" not in text


def test_inconclusive_comparisons_are_counted_and_no_proof_of_nothing():
    further = [row(("fine_tuned", "st"), verdict) for verdict in ("inconclusive", "equivalent")]
    text = page("negative", "equivalent", "inconclusive", further=further)
    assert "The other task **hurts** in synthetic, conflict, urgency log-loss" in text
    assert "from mtl**, against st: of 2 comparisons 1 equivalent, 1 inconclusive.\n" in text + "\n"


def test_the_plain_conclusion_names_what_is_not_small_and_counts_the_rest():
    differences = [
        row(("mtl", "st"), "negative"),
        row(("mtl", "st"), "positive, smaller than the margin", task="specialty"),
        row(("mtl_5%", "st_5%"), "positive"),
        row(("mtl_25%", "st_25%"), "inconclusive"),
    ]
    results = {"conflict": {"differences": differences, "cost": {"mtl": 6.0, "st": 10.0}}}
    text = conclude_plainly(results)
    assert "in 1 of 2 comparisons, small differences left aside: synthetic, conflict, urg" in text
    assert "few labels, beside one with all: of 2 comparisons 1 positive, 1 inconclusive." in text
    assert "60% to 60%" in text
    text = conclude_plainly({"conflict": results["conflict"] | {"differences": differences[1:2]}})
    assert "in 0 of 1 comparisons, small differences left aside." in text
    assert "few labels" not in text


def test_power_is_stated_by_task_and_source():
    row = {"claimed": 0.04, "family": 0.05, "covered": 0.96, "covered_by_class": 0.935}
    row |= {"block": "namcs", "task": "urgency"}
    rows = [row | {"power": 0.71}, row | {"power": None, "claimed": 0.047, "covered": 0.94}]
    text = describe_validity({"simulations": 2000, "monte_carlo_error": 0.0049, "rows": rows})
    assert "at most 4.7%" in text
    assert "94.0% to 96.0%" in text
    assert "at least 93.5% by class" in text
    assert "71% for urgency (survey (NAMCS))" in text
