"""Survey files: the real ones where they are, and invented ones of the same form."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.file_params import FileParams
from intake_triage.params import Params

REAL_SURVEY = Path(__file__).resolve().parents[3] / "shared/data/namcs"
REASON_WORDS = {
    10050: "Chills",
    10100: "Fever",
    10300: "Fainting (syncope)",
    19050: "Back symptoms",
    19700: "Foot and toe symptoms",
    13300: "Diminished vision",
    18650: "Skin rash",
    20100: "Asthma",
    31000: "General medical examination",
    # punctuation that the parser must not trip over
    52050: "Laceration, cut = head; neck.",
    89970: 'Entry of "none"',
    61000: "Results: blood, 'CBC'",
}
CHRONIC = (
    *("ARTHRTIS", "ASTHMA", "CANCER", "CEBVD", "CHF", "CRF", "COPD", "DEPRN", "DIABETES"),
    *("HYPLIPID", "HTN", "IHD", "OBESITY", "OSTPRSIS"),
)


def make_visits(year: int) -> pd.DataFrame:
    """Invented visits in the codes of a survey year: physicians enough of each specialty."""
    physicians, visits_of_physician = 24, 2
    rng = np.random.default_rng(year)
    specialties = [1, *range(3, 17)]
    physician = np.repeat(np.arange(physicians * len(specialties)), visits_of_physician)
    n = len(physician)
    early = year <= 2006
    no_reason = 90000 if early else -9
    reason = rng.choice(list(REASON_WORDS), (3, n))
    reason[1, rng.random(n) < 0.5] = no_reason
    reason[2, rng.random(n) < 0.8] = no_reason
    reason[0, ::97] = no_reason
    columns = {
        "VMONTH": rng.integers(1, 13, n),
        "VYEAR": np.full(n, year),
        "VDAYR": rng.integers(1, 8, n),
        "AGE": rng.integers(0, 101, n),
        "SEX": rng.integers(1, 3, n),
        "RACER": rng.integers(1, 4, n),
        "PAYTYPE" if year <= 2007 else "PAYTYPER": rng.choice([0 if early else -9, 1, 2, 3], n),
        "INJURY": rng.integers(0, 2, n),
        "SENBEFOR": rng.integers(1, 3, n),
        "REFER": rng.choice([1, 2, 8 if early else -7], n),
        "USETOBAC": rng.choice([1, 2, 3 if early else -8], n),
        "INJDET": rng.integers(1, 5, n),
        "PASTVIS": rng.integers(1, 5, n),
        "RFV1": reason[0],
        "RFV2": reason[1],
        "RFV3": reason[2],
        "MAJOR": rng.choice([0 if early else -9, 1, 2, 3, 4, 5], n),
        "SPECR": np.array(specialties)[physician // physicians],
        "PHYCODE": physician + 1,
        "PATCODE": np.tile(
            np.arange(visits_of_physician) + 1, len(physician) // visits_of_physician
        ),
        # never inputs: diagnosis, vital signs, disposition
        "DIAG1": rng.integers(10000, 99999, n),
        "PRDIAG1": rng.integers(0, 2, n),
        "TEMPF": rng.integers(960, 1030, n),
        "BPSYS": rng.integers(90, 180, n),
        "REFOTHMD": rng.integers(0, 2, n),
        "RETAPPT": rng.integers(0, 2, n),
        "TIMEMD": rng.integers(5, 60, n),
        "PRIMCARE": rng.integers(0, 2, n),
        "PATWT": rng.integers(1000, 90000, n),
    }
    columns |= {name: rng.integers(0, 2, n) for name in CHRONIC}
    return pd.DataFrame(columns)


def make_labels() -> str:
    """The part of a year's SAS program that names the codes, between two other blocks."""

    def quoted(words: str) -> str:
        return f'"{words}"' if "'" in words else f"'{words}'"

    reasons = "\n".join(f"\t{code:>9} ={quoted(words)} " for code, words in REASON_WORDS.items())
    return (
        "   VALUE SEXF\n       1 ='Female'\n       2 ='Male'\n;\n"
        f"   VALUE RFVF   \n\t-9 ='Blank'\n{reasons}\n\t90000 ='Blank'\n;\n"
        "   VALUE RFV3DF\n       100 ='Fever'\n;\n"
    )


@pytest.fixture
def file_params(params: Params) -> Callable[..., FileParams]:
    """A function that gives the committed section `data.file` with some keys changed."""

    def change(**changes) -> FileParams:
        return FileParams.model_validate(params.data.file.model_dump() | changes)

    return change


@pytest.fixture(scope="session")
def made_up_survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the years 2006 and 2008, one of each packed."""
    folder = tmp_path_factory.mktemp("survey")
    make_visits(2006).to_csv(folder / "namcs2006.csv", index=False)
    make_visits(2008).to_csv(folder / "namcs2008.csv.gz", index=False)
    (folder / "nam06for.txt").write_text(make_labels(), encoding="latin-1")
    with gzip.open(folder / "nam08for.txt.gz", "wt", encoding="latin-1") as file:
        file.write(make_labels())
    return folder


@pytest.fixture(scope="session")
def real_survey() -> Path:
    """The folder of the real survey, never part of the repository."""
    if not (REAL_SURVEY / "namcs2006.csv.gz").exists():
        pytest.skip(f"the real survey files are not at {REAL_SURVEY}")
    return REAL_SURVEY


@pytest.fixture(scope="session", params=["made_up", "real"])
def survey(request: pytest.FixtureRequest) -> Path:
    """The invented survey and, where it is, the real one; both hold 2006 and 2008."""
    return request.getfixturevalue(f"{request.param}_survey")
