"""The table of the data reads what this run's stage prepare says, and what an older run's said."""

from types import SimpleNamespace

import pytest

from intake_triage.report.pages.tables import data_table


@pytest.fixture
def tabulate_data():
    """A function from the shares of one class to the rows of the table."""

    def rows_of(share: object) -> dict[str, str]:
        prepare = {
            "records": {"train": 1200, "valid": "under 11"},
            "units": {"train": 40, "valid": "under 11"},
            "label_shares": {"urgency": {"now": share}},
            "missing_label_share": {"urgency": share},
            "median_words": 3.0,
            "test_text_seen_in_train_share": None,
        }
        run = SimpleNamespace(
            metrics={"prepare": prepare}, tasks=("urgency",), absent_classes=lambda split: {}
        )
        return dict(data_table(run).rows)

    return rows_of


def test_shares_are_given_by_split_and_hidden_figures_say_so(tabulate_data):
    rows = tabulate_data({"train": 0.25, "valid": None})
    assert rows["urgency label: now"] == "train 0.250, valid not shown"
    assert rows["share without urgency label"] == "train 0.250, valid not shown"
    assert rows["train: forms"] == "1,200"
    assert rows["valid: units"] == "under 11"
    assert rows["share of test texts seen in train"] == "not shown"


def test_an_older_run_has_one_share_of_all_forms(tabulate_data):
    assert tabulate_data(0.25)["urgency label: now"] == "0.250"
