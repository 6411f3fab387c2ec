"""Stage train_mtl: one small Transformer, a shared encoder with a head for each task.

Reads   data/prepared/
Writes  models/, predictions/, training/ and dvclive/ of `mtl`, metrics/train_mtl.json
"""

from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import load_params
from intake_triage.tasks import TASKS


def main() -> None:
    params, layout = load_params(), Layout()
    fits = [Fit("mtl", TASKS, seed) for seed in params.train.seeds]
    train = partial(train_transformer, encoder=params.encoder, train=params.train, mtl=params.mtl)
    write_json(layout.metrics("train_mtl"), {"mtl": train_system(fits, train, layout)})


if __name__ == "__main__":
    run_stage(main)
