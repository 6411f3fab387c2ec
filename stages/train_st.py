"""Stage train_st: a separate small Transformer for each task.

Reads   data/prepared/
Writes  models/, predictions/, training/ and dvclive/ of `st`, metrics/train_st.json
"""

from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.models import transformer
from intake_triage.models.fits import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import load_params
from intake_triage.tasks import TASKS


def main() -> None:
    params = load_params()
    fits = [Fit("st", (task,), seed) for seed in params.train.seeds for task in TASKS]
    sections = (params.encoder, params.train)
    code = Path(transformer.__file__).parent
    scores = train_system(fits, train_transformer, sections, code=code)
    write_json(Path("metrics/train_st.json"), {"st": scores})


if __name__ == "__main__":
    run_stage(main)
