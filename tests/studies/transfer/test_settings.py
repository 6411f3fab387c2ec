"""The study's params are refused like the pipeline's: in one line, before any work."""

import pytest
import yaml

from intake_triage.errors import InputError
from studies.transfer import settings
from studies.transfer.settings import STUDY, load_study


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ("data_seed: 2", "data_sed: 2", "data_seed: missing; this section must have records, "),
        ("  test: 30000", "  test: none", "records.test: got 'none'"),
        ("controls: [dial]", "control: [dial]", "blocks.relatedness_0.controls: missing"),
        (
            "    reading: shared",
            "    readin: shared",
            "unknown key; this section may have task_",
        ),
        ("few_seeds: [0, 1, 2]", "few_seeds: [1, 0]", "few_seeds: must be the first of seeds"),
        ("few_seeds: [0, 1, 2]", "few_seeds: [0, 1", "not valid YAML"),
    ],
)
def test_every_wrong_key_has_a_line(tmp_path, monkeypatch, written, instead, says):
    text = (STUDY / "params.yaml").read_text(encoding="utf-8")
    assert written in text
    (tmp_path / "params.yaml").write_text(text.replace(written, instead, 1), encoding="utf-8")
    monkeypatch.setattr(settings, "STUDY", tmp_path)
    with pytest.raises(InputError) as refused:
        load_study()
    lines = str(refused.value).split("\n")
    assert all(line.startswith(str(tmp_path / "params.yaml")) for line in lines)
    assert any(says in line for line in lines)


def test_on_a_branch_with_own_forms_a_block_is_still_of_its_own_source(
    tmp_path, monkeypatch, raw_params
):
    own = raw_params | {"data": raw_params["data"] | {"source": "file", "path": "ours.csv"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    study = load_study()
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    data = {name: settings.load_block_params(study, of).data for name, of in study.blocks.items()}
    assert {name for name, of in data.items() if of.source == "synthetic"} == {*data} - {"namcs"}
    assert data["default"].path == str(settings.CATALOGUE)
    assert data["namcs"].path == str(tmp_path / "data/raw/namcs")
