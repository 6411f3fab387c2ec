"""A file that was cut off: one line that names it and the mend, whatever library reads it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.files import read_json, read_parquet, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.saved import load_system
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.models.tabular.linear import train_linear
from intake_triage.records.prepared import read_schema
from tests.checkout import environment

MEND = "not whole; remove it, and `dvc repro` writes it anew"


def cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_json_and_parquet_that_were_cut_off(tmp_path, share):
    write_json(tmp_path / "a.json", {"a": list(range(50))})
    write_parquet(tmp_path / "a.parquet", pd.DataFrame({"a": range(50), "b": "text"}))
    for read, name in ((read_json, "a.json"), (read_parquet, "a.parquet")):
        cut(tmp_path / name, share)
        with pytest.raises(InputError) as refused:
            read(tmp_path / name)
        assert str(refused.value) == f"{tmp_path / name}: {MEND}"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
@pytest.mark.parametrize(
    ("system", "name"), [("gbm", "model.txt"), ("linear", "weights.safetensors")]
)
def test_models_that_were_cut_off(fitted, tmp_path, system, name, share):
    shutil.copytree(fitted, tmp_path / "run")
    layout = Layout(tmp_path / "run")
    schema, seeds = read_schema(layout), [0]
    assert load_system(layout, system, seeds, ["urgency"], schema)
    cut(layout.model(system) / f"seed_0/urgency/{name}", share)
    with pytest.raises(InputError, match=MEND) as refused:
        load_system(layout, system, seeds, ["urgency"], schema)
    assert str(layout.model(system)) in str(refused.value)


@pytest.fixture(scope="module")
def fitted(clinic_folder: Path, params, tmp_path_factory) -> Path:
    """A root with prepared records and a fit of each tabular system."""
    root = tmp_path_factory.mktemp("fitted")
    shutil.copytree(clinic_folder / "data/prepared", root / "data/prepared")
    few = params.gbm.model_copy(update={"max_rounds": 3})
    for system, train, section in (
        ("gbm", train_gbm, few),
        ("linear", train_linear, params.linear),
    ):
        folder = root / "fits" / system
        folder.mkdir(parents=True)
        train(Fit(system, ("urgency",), 0), Layout(root), folder, params=section)
        shutil.copytree(folder / "model", Layout(root).model(system) / "seed_0/urgency")
    return root


PIPELINE = """
stages:
  small:
    cmd: mkdir small && echo some > small/one && echo more > small/other
    outs: [small]
  loud:
    cmd: tr a-z A-Z < small/one > loud
    deps: [small]
    outs: [loud]
"""


@pytest.fixture
def repository(tmp_path):
    """A function that runs DVC in a repository of two stages that have run."""

    def dvc(*words: str) -> str:
        command = [sys.executable, "-m", "dvc", *words]
        run = {"cwd": tmp_path, "env": environment(), "capture_output": True, "text": True}
        done = subprocess.run(command, **run, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    dvc("init", "--quiet")
    dvc("repro", "--quiet")
    return dvc


def test_dvc_finds_damage_in_outputs_and_all_other_where_it_is_made_to_look(repository, tmp_path):
    outputs = {tmp_path / "small/one": "some\n", tmp_path / "loud": "SOME\n"}
    for damage in (cut_text, flip_text):
        for path, content in outputs.items():
            path.write_text(damage(content))
        repository("repro")
        assert {path: path.read_text() for path in outputs} == outputs

    for damage in (cut_text, flip_text):
        for path, content in outputs.items():
            seen = path.stat()
            path.write_text(damage(content))
            os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
            spoil_cached(tmp_path / ".dvc/cache/files", content, damage)
        # As docs/reliability.md has it: cached files that are writable are looked at, and so is
        # every byte where no earlier look is remembered.
        subprocess.run(["chmod", "-R", "u+w", ".dvc/cache/files"], cwd=tmp_path, check=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / f"site_{damage.__name__}"))
            repository("repro")
        assert {path: path.read_text() for path in outputs} == outputs


def cut_text(text: str) -> str:
    return text[:2]


def flip_text(text: str) -> str:
    return text.replace("e", "a").replace("E", "A")


def spoil_cached(cache: Path, content: str, damage: Callable[[str], str]) -> None:
    (cached,) = [p for p in cache.rglob("*") if p.is_file() and p.read_bytes() == content.encode()]
    seen = cached.stat()
    cached.chmod(0o644)
    cached.write_text(damage(content))
    os.utime(cached, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    cached.chmod(0o444)
