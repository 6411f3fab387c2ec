"""Where a fit starts from, as part of what identifies it."""

from intake_triage.params import Section


class StartParams(Section):
    """A model that was fitted before; its folder's name stands for all that it was made of."""

    folder: str
