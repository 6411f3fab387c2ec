"""Stages train_st and train_mtl: a small Transformer for each task, or one with a head for each.

Run     python -m stages.train_transformer st | mtl
Reads   data/prepared/
Writes  models/, predictions/, training/ and dvclive/ of the system, metrics/train_<system>.json
"""

from argparse import ArgumentParser
from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import load_params
from intake_triage.systems import SYSTEMS
from intake_triage.tasks import TASKS


def main() -> None:
    parser = ArgumentParser(description="Train one of the Transformer systems.")
    parser.add_argument("system", choices=["st", "mtl"])
    system = parser.parse_args().system
    params, layout = load_params(), Layout()
    train = partial(train_transformer, encoder=params.encoder, train=params.train)
    models = [(task,) for task in TASKS]
    if SYSTEMS[system].joint:
        train, models = partial(train, mtl=params.mtl), [TASKS]
    fits = [Fit(system, tasks, seed) for seed in params.train.seeds for tasks in models]
    write_json(layout.metrics(f"train_{system}"), {system: train_system(fits, train, layout)})


if __name__ == "__main__":
    run_stage(main)
