"""The survey with all its forms, from the run that `make namcs` leaves: what is kept of any run,
and what the rule takes from random halves of the forms of calibrate and test together.

Reads   .runs/namcs/
Writes  studies/replication/results/survey_all.json
"""

from typing import Any

import numpy as np

from intake_triage.errors import InputError, run_stage
from intake_triage.evaluation.forecasts import Logits, read_forecasts
from intake_triage.evaluation.samples import LabelledSplit, label_split, read_test_split
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import Params, load_params
from intake_triage.recommendation.certainty import count_halves, draw_halves
from intake_triage.recommendation.scores import HALF_RESAMPLES, SetUpScorer
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.disclosure import smallest_to_show
from studies.replication.keep import keep_run
from studies.replication.settings import RESULTS, SURVEY_ALL, SURVEY_RUN


def main() -> None:
    layout = Layout(SURVEY_RUN)
    if not layout.forecasts("linear", "urgency").exists():
        raise InputError(f"{SURVEY_RUN}: no finished run; make namcs NAMCS=<folder> leaves one")
    kept = keep_run(layout) | {"halves": halve(layout, load_params(layout.params))}
    write_json(RESULTS / f"{SURVEY_ALL}.json", kept)


def halve(layout: Layout, params: Params) -> dict[str, Any]:
    """As `count_halves`, of halves of the units of calibrate and test; with units and records.

    A forecast of calibrate is one whose calibrators have not seen the form, as is one of test.
    """
    prepared = read_prepared(layout)
    given = {"resamples": 0, "smallest_shown": smallest_to_show(params.data.source)}
    calibrate = label_split(prepared.of_split("calibrate"), **given)
    test = read_test_split(prepared.of_split("test"), layout=layout, **given)
    split = join_splits(calibrate, test)
    parts = [
        read_forecasts(part, name, layout=layout)
        for part, name in ((calibrate, "calibrate"), (test, "test"))
    ]
    scorer = SetUpScorer(join_forecasts(*parts), split, params.decision, params.compare.ece_bins)
    tables = scorer.half_tables(draw_halves(split.n_units))
    counted = count_halves(tables, scorer.ceilings, params.decision)
    return {"records": len(split.record_id), "units": split.n_units, **counted}


def join_splits(first: LabelledSplit, second: LabelledSplit) -> LabelledSplit:
    """The records of both, whose units are others, with weights for halves; no subgroups."""
    unit = np.concatenate([first.unit, second.unit + first.n_units])
    return LabelledSplit(
        record_id=np.concatenate([first.record_id, second.record_id]),
        unit=unit,
        labels={
            task: np.concatenate([labels, second.labels[task]])
            for task, labels in first.labels.items()
        },
        classes=first.classes,
        subgroups={},
        weights=draw_weights(int(unit.max()) + 1, resamples=HALF_RESAMPLES),
        smallest_shown=first.smallest_shown,
    )


def join_forecasts(first: Logits, second: Logits) -> Logits:
    """By forecaster and task, the logits of the records of both."""
    return {
        name: {
            task: np.concatenate([logits, second[name][task]], axis=1)
            for task, logits in by_task.items()
        }
        for name, by_task in first.items()
    }


if __name__ == "__main__":
    run_stage(main)
