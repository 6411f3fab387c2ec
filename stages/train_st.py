"""Stage train_st: a separate small Transformer for each task.

Reads   data/prepared/
Writes  models/, predictions/, training/ and dvclive/ of `st`, metrics/train_st.json
"""

from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import load_params
from intake_triage.records.prepared import read_schema


def main() -> None:
    params, layout = load_params(), Layout()
    tasks = read_schema(layout).tasks
    fits = [Fit("st", (task,), seed) for seed in params.train.seeds for task in tasks]
    train = partial(train_transformer, encoder=params.encoder, train=params.train)
    write_json(layout.metrics("train_st"), {"st": train_system(fits, train, layout)})


if __name__ == "__main__":
    run_stage(main)
