"""Stage prepare: read the source, check, screen and split it, encode its texts.

Reads   data.path
Writes  data/prepared/ (no test labels), data/test_labels.parquet, data/oracle.parquet,
        metrics/prepare.json
"""

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.checks import check_urgent_tiers, describe_urgent_tiers
from intake_triage.records.file import describe_reading
from intake_triage.records.prepare import split_source, write_prepared
from intake_triage.records.split_checks import check_folds
from intake_triage.records.summary import list_remarks, remark_on_cut, summarize, summarize_cut
from intake_triage.statistics.disclosure import smallest_to_show


def main() -> None:
    params = load_params()
    records = split_source(params.data)
    check_urgent_tiers(records.schema, params.decision.urgent_tiers)
    if records.reading:
        print(describe_reading(params.data.path, records.reading))
        if records.schema.urgency:
            print(describe_urgent_tiers(records.schema, params.decision.urgent_tiers))
    check_folds(records.frame, records.schema, params.data, n_folds=params.calibrate.folds)
    lengths = write_prepared(records, params.tokenizer, pretrained=params.encoder.pretrained)
    shown = {"smallest_shown": smallest_to_show(params.data.source)}
    summary = summarize(records, **shown) | {"texts": summarize_cut(lengths, **shown)}
    write_json(Layout().metrics("prepare"), summary)
    for remark in list_remarks(summary) + remark_on_cut(lengths):
        print(f"{params.data.path}: {remark}")


if __name__ == "__main__":
    run_stage(main)
