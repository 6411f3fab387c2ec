"""What a run runs is what the pipeline's dvc.yaml says, and nothing that is done already."""

import sys

import pytest
import yaml

from intake_triage.errors import InputError
from intake_triage.files import read_json
from studies.replication import pipeline
from studies.replication.pipeline import (
    Stage,
    change_params,
    digest_stages,
    lay_out,
    list_stages,
    run_stages,
)
from studies.replication.run import plan_run
from studies.replication.settings import ROOT, Run, load_study


def script(name: str, text: str, *, deps=(), outs=()) -> Stage:
    return Stage(name, (sys.executable, "-c", text), deps, {}, outs)


def test_the_stages_are_those_of_the_pipeline():
    params = change_params({})
    stages = list_stages(params, last="compare")
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    systems = listed["calibrate"]["matrix"]["system"]
    names = [stage.name for stage in stages]
    assert names[:2] == ["prepare", "train_gbm"]
    assert [name for name in names if "@" in name] == [f"calibrate@{name}" for name in systems]
    assert names[-1] == "compare"
    for stage in stages:
        command = listed[stage.name.partition("@")[0]]["cmd"].split()
        assert list(stage.command[:3]) == [sys.executable, "-m", command[2]]
        assert "$" not in "".join((*stage.command, *stage.deps, *stage.outs))
    assert params["data"]["path"] in stages[0].deps
    assert set(stages[-1].values) == set(params)  # compare lists the whole file


def test_what_a_stage_reads_is_there_or_an_earlier_stage_writes_it():
    made = set()
    for stage in list_stages(change_params({}), last="compare"):
        assert all(dep in made or (ROOT / dep).exists() for dep in stage.deps)
        made |= set(stage.outs)


def test_every_run_of_the_study_has_params_that_the_pipeline_takes(raw_params):
    for run in load_study().runs.values():
        params = change_params(run.params)
        assert list(params) == list(raw_params)
        if params["data"]["source"] == "synthetic":
            assert params["data"]["seed"] not in (0, 1, 2, 20), "seen, or of record"
        assert plan_run(run, params)


def test_on_a_branch_with_own_forms_the_study_is_still_of_the_made_up_clinic(
    tmp_path, monkeypatch, raw_params
):
    own = raw_params | {"data": raw_params["data"] | {"source": "file", "path": "ours.csv"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(own))
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    data = change_params({})["data"]
    assert (data["source"], data["path"]) == ("synthetic", pipeline.CATALOGUE)
    survey = {"data.source": "namcs", "data.path": "data/raw/namcs"}
    assert change_params(survey)["data"]["source"] == "namcs"


def test_a_key_that_the_pipeline_lacks_is_refused():
    with pytest.raises(InputError, match=r"data\.sed: no key of the root's params\.yaml"):
        change_params({"data.sed": 3})


def test_other_params_leave_the_stages_alone_that_do_not_depend_on_them(tmp_path):
    def digests(changes):
        params = change_params(changes)
        lay_out(tmp_path, params)
        return digest_stages(list_stages(params, last="compare"), tmp_path)

    before, after = digests({}), digests({"mtl.loss_weight": 0.4})
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"train_mtl", "calibrate@mtl", "forecast", "compare"}
    assert not set(before.items()) & set(digests({"data.seed": 3}).items())


def test_the_number_of_forms_is_part_of_the_plan(tmp_path):
    params = change_params({})
    lay_out(tmp_path, params)
    runs = [
        Run(group="sizes", params={}, learn=learn, test=test) for learn, test in [(9, 3), (9, 4)]
    ]
    few, more = (digest_stages(plan_run(run, params), tmp_path)["prepare"] for run in runs)
    assert few != more


def test_a_stage_that_fails_stops_the_run_and_the_ones_before_stay_done(tmp_path, capfd):
    stages = [script("good", "open('made', 'w')", outs=("made",)), script("bad", "raise OSError")]
    with pytest.raises(InputError, match="stage bad failed"):
        run_stages(stages, tmp_path)
    assert list(read_json(tmp_path / "done.json")) == ["good"]
    mended = [stages[0], script("bad", "pass", deps=("made",))]
    capfd.readouterr()
    run_stages(mended, tmp_path)
    assert capfd.readouterr().out == f"{tmp_path.name}: bad\n"


def test_two_do_not_work_in_one_folder(tmp_path):
    with pipeline.alone(tmp_path), pytest.raises(InputError, match="still at work"):
        run_stages([script("one", "pass")], tmp_path)
    run_stages([script("one", "pass")], tmp_path)
