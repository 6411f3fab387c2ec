"""The way from the class frequencies to the oracle."""

import pytest

from intake_triage.evaluation.headroom import add_shares_of_the_way, share_of_the_way


@pytest.mark.parametrize(("log_loss", "share"), [(2.0, 0.0), (1.5, 0.5), (1.0, 1.0), (2.5, -0.5)])
def test_it_is_0_at_the_prior_and_1_at_the_oracle(log_loss, share):
    assert share_of_the_way(log_loss, prior=2.0, oracle=1.0) == pytest.approx(share)


def test_every_system_gets_its_share_of_every_task_and_nothing_else_changes():
    systems = {
        name: {"urgency": {"log_loss": u}, "specialty": {"log_loss": s}, "both_right": 0.5}
        for name, u, s in (("prior", 1.2, 2.3), ("mtl", 0.7, 0.8), ("oracle", 0.5, 0.3))
    }
    with_shares = add_shares_of_the_way(systems)
    assert with_shares["prior"]["urgency"] == {"log_loss": 1.2, "prior_to_oracle": 0.0}
    assert with_shares["mtl"]["urgency"]["prior_to_oracle"] == pytest.approx(0.5 / 0.7, abs=1e-4)
    assert with_shares["mtl"]["specialty"] == {"log_loss": 0.8, "prior_to_oracle": 0.75}
    assert with_shares["oracle"]["specialty"]["prior_to_oracle"] == 1.0
    assert with_shares["mtl"]["both_right"] == 0.5
    assert systems["mtl"]["urgency"] == {"log_loss": 0.7}


def test_a_task_whose_oracle_is_no_better_than_the_prior_gets_none():
    systems = {
        name: {"urgency": {"log_loss": 1.0}, "specialty": {"log_loss": loss}}
        for name, loss in (("prior", 2.0), ("oracle", 1.0))
    }
    with_shares = add_shares_of_the_way(systems)
    assert with_shares["oracle"]["urgency"] == {"log_loss": 1.0}
    assert with_shares["oracle"]["specialty"]["prior_to_oracle"] == 1.0


def test_without_an_oracle_nothing_is_added():
    systems = {"prior": {"urgency": {"log_loss": 1.2}}}
    assert add_shares_of_the_way(systems) == systems
