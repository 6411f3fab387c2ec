"""Stage train_mtl: one small Transformer, a shared encoder with a head for each task.

With labels of one task alone there is nothing to share: the outputs are there, and empty.

Reads   data/prepared/
Writes  models/, predictions/, training/ and dvclive/ of `mtl`, metrics/train_mtl.json
"""

from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import make_empty, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import load_params
from intake_triage.records.prepared import read_schema


def main() -> None:
    params, layout = load_params(), Layout()
    tasks = read_schema(layout).tasks
    if len(tasks) < 2:
        print(f"mtl is not trained: the records have labels of {tasks[0]} alone")
        predictions = layout.predictions("mtl", tasks[0]).parent
        for folder in (
            layout.model("mtl"),
            predictions,
            layout.training("mtl"),
            layout.live("mtl"),
        ):
            make_empty(folder)
        write_json(layout.metrics("train_mtl"), {})
        return
    fits = [Fit("mtl", tasks, seed) for seed in params.train.seeds]
    train = partial(train_transformer, encoder=params.encoder, train=params.train, mtl=params.mtl)
    write_json(layout.metrics("train_mtl"), {"mtl": train_system(fits, train, layout)})


if __name__ == "__main__":
    run_stage(main)
