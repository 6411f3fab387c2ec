"""A row says what the chances are, what is decided by them, and why a nurse should look."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.forms import read_forms
from intake_triage.release.score.rows import list_columns, score_forms, to_rows
from tests.form_tables import SCHEMA, make_cells, write_table
from tests.release.score.conftest import TASKS, judge, make_bundle


def read_one(path: Path, bundle):
    write_table(path, make_cells(300))
    (piece,) = read_forms(path, bundle.mapping, bundle.schema, n_rows=1000)
    return piece


def rows_of(bundle, piece) -> pd.DataFrame:
    return to_rows(bundle, score_forms(bundle, piece.frame), piece.out_of_bounds, {})


def test_every_row_is_as_reckoned_one_by_one(bundle, params, tmp_path):
    piece = read_one(tmp_path / "comma.csv", bundle)
    rows = rows_of(bundle, piece)
    cost = params.decision.cost
    forms = zip(piece.frame.to_dict("records"), rows.to_dict("records"), strict=True)
    for i, (form, row) in enumerate(forms):
        chances = {task: judge(SCHEMA, task, form) for task in TASKS}
        for task in TASKS:
            classes = SCHEMA.classes(task)
            stated = [row[f"{task}_p_{name}"] for name in classes]
            np.testing.assert_array_equal(stated, chances[task])
            least = 1 - bundle.rules[task].thresholds
            within = [c for k, c in enumerate(classes) if chances[task][k] ** 0.5 >= least[k]]
            assert row[f"{task}_set"] == "|".join(within)
        p = chances["urgency"]
        expected = [
            p[1] * cost.too_early + p[2] * 2 * cost.too_early,
            p[0] * cost.too_late_urgent + p[2] * cost.too_early,
            p[0] * 2 * cost.too_late_urgent + p[1] * cost.too_late_urgent,
        ]
        tier = int(np.argmin(expected))
        assert row["urgency"] == SCHEMA.urgency[tier]
        assert row["specialty"] == SCHEMA.specialty[int(np.argmax(chances["specialty"]))]
        assert row["p_missed_urgent"] == pytest.approx(sum(p[: min(tier, 2)]))
        empty = [name for name in ("age", "temperature", "sex") if pd.isna(form[name])]
        assert row["missing"] == "|".join(empty)
        reasons = [
            *["missed_urgent"] * (row["p_missed_urgent"] > 0.05),
            *["empty_set"] * (not all(row[f"{task}_set"] for task in TASKS)),
            *["unknown_words"] * (row["unknown_words"] > 0.25),
            *["out_of_bounds"] * bool(piece.out_of_bounds[i]),
        ]
        assert row["nurse_reason"] == "|".join(reasons)
        assert row["to_nurse"] == bool(reasons)
        assert (row["use"], row["bundle"]) == ("silent only until signed", "stand-in 3")
    told = set("|".join(rows["nurse_reason"]).split("|"))
    assert told >= {"missed_urgent", "empty_set", "unknown_words", "out_of_bounds"}


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("chest pain", 0.0),
        ("Chest, PAIN!", 0.0),
        ("chest xyzzy", 0.5),
        ("chest chest chest xyzzy", 0.25),
        ("?! 5", 1.0),
        ("胸", 1.0),
    ],
)
def test_unknown_words_are_counted_as_often_as_they_stand(bundle, text, share):
    frame = pd.DataFrame({"record_id": ["1"], "text": [text], "age": [np.nan]})
    frame = frame.assign(temperature=np.nan, sex=None, site=None, date=pd.NaT)
    rows = to_rows(bundle, score_forms(bundle, frame), np.array([False]), {})
    assert rows["unknown_words"][0] == share


@pytest.mark.parametrize("tasks", [("urgency",), ("specialty",), TASKS])
def test_a_task_that_is_not_served_has_no_columns(params, tmp_path, tasks):
    bundle = make_bundle(params, tasks=tasks)
    rows = rows_of(bundle, read_one(tmp_path / "comma.csv", bundle))
    assert list(rows.columns) == list(list_columns(bundle, explained=False))
    others = {"urgency", "specialty"} - set(tasks)
    assert not [name for name in rows for task in others if name.startswith(task)]
    assert ("p_missed_urgent" in rows) == ("urgency" in tasks)


def test_columns_stand_in_their_order(bundle):
    names = list(list_columns(bundle, explained=True))
    assert names[:6] == [
        *("record_id", "date", "form_age", "form_temperature", "form_sex", "form_site")
    ]
    assert names[6:9] == ["urgency", "urgency_set", "urgency_p_now"]
    assert names[-6:] == [
        *("unknown_words", "missing", "urgency_because", "specialty_because", "use", "bundle")
    ]
