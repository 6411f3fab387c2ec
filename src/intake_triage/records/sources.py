"""The three places that records come from, behind one function."""

from pathlib import Path

import pandas as pd

from intake_triage.params import DataParams
from intake_triage.records.file import read_file
from intake_triage.records.namcs import read_namcs
from intake_triage.records.schema import RecordSchema, RecordTable
from intake_triage.records.synthetic import FIELDS, SPECIALTY, URGENCY, generate_clinic


def read_source(params: DataParams) -> RecordTable:
    """All records of `data.source`; only the synthetic clinic makes no more than `n_records`."""
    path = Path(params.path)
    if params.source == "namcs":
        return read_namcs(path, years=params.namcs.years, fields=params.namcs.fields)
    if params.source == "file":
        return read_file(path, params.file)
    return _make_synthetic(path, params)


def _make_synthetic(catalogue: Path, params: DataParams) -> RecordTable:
    chunks = generate_clinic(
        catalogue,
        n_records=params.n_records,
        seed=params.seed,
        task_relatedness=params.synthetic.task_relatedness,
        reading=params.synthetic.reading,
    )
    frame, oracle = (pd.concat(parts, ignore_index=True) for parts in zip(*chunks, strict=True))
    schema = RecordSchema(FIELDS, URGENCY, SPECIALTY, subgroups=("sex", "age_band", "site"))
    return RecordTable(frame, schema, oracle)
