"""params.yaml of this study as typed values, and where its runs and results lie."""

from pathlib import Path
from typing import Any, Literal

from intake_triage.section import Count, Section, load_as

STUDY = Path(__file__).resolve().parent
ROOT = STUDY.parents[1]
RESULTS = STUDY / "results"
WORK = ROOT / ".runs/replication"
SURVEY_RUN = ROOT / ".runs/namcs"  # as `make namcs` leaves it
SURVEY_ALL, SECONDS = "survey_all", "seconds"  # the results that are no run of params.yaml

Changes = dict[str, Any]  # by the dotted key of a param: its value in place of the root's
Group = Literal["seeds", "sizes", "survey"]


class Run(Section):
    """One run of the pipeline.

    Without `learn` its records are split as stage prepare splits them; `test` bounds the number of
    test records, where it is given.
    """

    group: Group
    params: Changes
    learn: Count | None = None
    test: Count | None = None


class StudyParams(Section):
    runs: dict[str, Run]
    seconds: Changes


def load_study() -> StudyParams:
    """Read and check the study's params; see `load_as`."""
    return load_as(StudyParams, STUDY / "params.yaml")
