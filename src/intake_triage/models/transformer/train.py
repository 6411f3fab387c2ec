"""Systems `st` and `mtl`, as a stage asks for them.

What trains is imported where it trains: its libraries take seconds to load, and a stage, which only
waits for its fits, is spared them.
"""

from functools import partial
from pathlib import Path

from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.params import EncoderParams, MtlParams, TrainParams


def train_transformer(
    fit: Fit,
    layout: Layout,
    folder: Path,
    *,
    encoder: EncoderParams,
    train: TrainParams,
    mtl: MtlParams | None = None,
) -> int:
    """Fit one seed, a head for each task of `fit`; see `jobs.TrainFit`. Two heads need `mtl`."""
    from intake_triage.models.transformer.balancing import make_balancing
    from intake_triage.models.transformer.fit import build_model, fit_model

    balancing = None if mtl is None else make_balancing(mtl)
    make_model = partial(build_model, fit.tasks, encoder)
    return fit_model(make_model, fit, layout, folder, train, balancing)
