"""The committed clinic, drawn once, and a clinic of four conditions small enough to count."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from intake_triage.records.synthetic import CATALOGUE, DEFAULT_RELATEDNESS, generate_clinic
from intake_triage.records.synthetic.catalogue import Catalogue, load_catalogue
from intake_triage.records.synthetic.model import ClinicModel, build_model

N_RECORDS = 24_000


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The committed catalogue."""
    return load_catalogue(CATALOGUE)


@pytest.fixture(scope="session")
def model(catalogue: Catalogue) -> ClinicModel:
    """The clinic at the default setting of the dial."""
    return build_model(catalogue, task_relatedness=DEFAULT_RELATEDNESS, reading="own")


@pytest.fixture(scope="session")
def clinic_records() -> tuple[pd.DataFrame, pd.DataFrame]:
    """24,000 records of the default clinic and their oracle; to be left as they are."""
    chunks = generate_clinic(
        CATALOGUE,
        n_records=N_RECORDS,
        seed=0,
        task_relatedness=DEFAULT_RELATEDNESS,
        reading="own",
    )
    records, oracle = zip(*chunks, strict=True)
    return pd.concat(records, ignore_index=True), pd.concat(oracle, ignore_index=True)


@pytest.fixture
def catalogue_copy(tmp_path: Path) -> Path:
    """The committed catalogue as files that a test may spoil."""
    return Path(shutil.copytree(CATALOGUE, tmp_path / "catalogue"))


TOY_CONDITIONS = {
    "cardiology": {
        "palpitations_only": {"severity": [1, 2, 2, 2, 1], "core": {"pulse": 0.7}, "age": [1] * 6},
        "tired_heart": {
            "severity": [0, 1, 1, 3, 2],
            "core": {"tired": 0.6},
            "further": {"pulse": 0.3},
            "age": [0, 0, 1, 2, 3, 3],
            "history": {"sugar": 0.4},
        },
    },
    "dermatology": {
        "itch_only": {
            "severity": [4, 2, 1, 0, 0],
            "core": {"itch": 0.8},
            "age": [2, 2, 1, 1, 1, 1],
        },
        "tired_itch": {
            "severity": [2, 3, 2, 1, 0],
            "core": {"itch": 0.4},
            "further": {"tired": 0.5},
            "age": [1] * 6,
            "child_routing": {"pediatrics": 0.7, "dermatology": 0.3},
        },
    },
}


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of four conditions, four things to mention, one site and no entry but the age."""
    folder = Path(shutil.copytree(CATALOGUE, tmp_path_factory.mktemp("toy") / "catalogue"))
    shutil.rmtree(folder / "conditions")
    (folder / "conditions").mkdir()
    for file, words in (
        ("complaints", ("pulse", "itch", "tired")),
        ("requests", ("papers",)),
        ("history", ("sugar",)),
    ):
        _write(folder / f"{file}.yaml", {w: {"lay": [w], "clinical": [f"{w}x"]} for w in words})
    for home, conditions in TOY_CONDITIONS.items():
        entries = {name: _fill_in(home, entry) for name, entry in conditions.items()}
        _write(folder / f"conditions/{home}.yaml", entries)
    for file, change in (("course", _one_family), ("network", _one_site), ("fields", _age_alone)):
        entry = yaml.safe_load((folder / f"{file}.yaml").read_text(encoding="utf-8"))
        change(entry)
        _write(folder / f"{file}.yaml", entry)
    return folder


def _fill_in(home: str, entry: dict) -> dict:
    """A condition with what the toy does not care about."""
    return {
        "prevalence": 10,
        "female": 0.5,
        "lasting": "days",
        "vitals": {"temperature": 0, "heart_rate": 0, "pain": 0},
        "referred": 0.2,
        "routing": {home: 0.9, "primary_care": 0.1},
        "further": {},
        "alarm": {"papers": 0.2},
        "history": {},
        **entry,
    }


def _one_family(course: dict) -> None:
    course["families"] = {"tempo": course["families"]["tempo"]}


def _one_site(network: dict) -> None:
    network["sites"] = 1
    network["kinds"] = {"town_practice": network["kinds"]["town_practice"]}


def _age_alone(fields: dict) -> None:
    fields["duration_days"]["told"] = 0.0
    for entry in fields.values():
        entry["missing"] = [1.0, 1.0]
    fields["age"]["missing"] = [0.3, 0.6]


def _write(path: Path, value: dict) -> None:
    path.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
