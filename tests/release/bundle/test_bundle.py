"""A bundle holds what it needs and no record; whatever is changed in it is refused by its name."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from intake_triage.errors import InputError
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.bundle import manifest as manifests
from intake_triage.release.bundle.build import build_bundle
from intake_triage.release.bundle.choose import list_bundles
from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.bundle.manifest import MANIFEST, SEAL, read_manifest


def all_files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def copied(build, tmp_path) -> Path:
    """A bundle of LightGBM and the multi-task Transformer that a test may spoil."""
    return Path(shutil.copytree(build("gbm+mtl", "gbm+mtl"), tmp_path / "choice"))


def test_the_same_run_makes_the_same_bytes(build, small_run, prepared, small_params, tmp_path):
    about = {
        "name": "choice",
        "version": "7",
        "use": "silent only until signed",
        "decision": "release",
        "reason": "lowest_cost",
    }
    one, other = build("gbm", "linear"), tmp_path / "again"
    set_up = SetUp("gbm", "linear")
    build_bundle(other, set_up, prepared, small_params, about, other=None, layout=small_run)
    assert all_files(one) == all_files(other)
    for name in all_files(one):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_bundle_holds_the_models_of_its_set_up_alone(build):
    names = all_files(build("gbm", "linear"))
    kept = {name.split("/")[1] for name in names if name.startswith("models/")}
    assert kept == {"gbm", "linear", "calibrators", "forecasters"}
    assert not [name for name in names if "tokenizer" in name or "records" in name]
    assert not [name for name in names if name.startswith("models/gbm") and "specialty" in name]


def test_no_text_and_no_id_of_a_record_is_in_a_bundle(build, prepared):
    bundle = build("gbm+mtl", "gbm+mtl")
    content = b"".join((bundle / name).read_bytes() for name in all_files(bundle))
    frame = prepared.frame
    assert not [text for text in frame["text"] if text.encode() in content]
    words = set(re.findall(rb"\w+", content))  # within a digest an id may stand by chance
    assert not [number for number in frame["record_id"] if number.encode() in words]


def test_words_of_a_single_text_are_not_told(build, prepared):
    vocabulary = json.loads((build("gbm", "linear") / "vocabulary.json").read_text())
    texts = prepared.of_split("train").frame["text"]
    assert {"chest", "rash"} <= set(vocabulary)
    for word in vocabulary:
        assert sum(word in text.split() for text in texts.str.replace("-", " ")) >= 3


@pytest.mark.parametrize("how", ["flipped", "removed", "swapped"])
def test_a_file_that_is_not_as_it_was_made_is_named(copied, build, how):
    other = build("mtl", "mtl")
    tried = 0
    for name in all_files(copied):
        path = copied / name
        saved = path.read_bytes()
        if how == "removed":
            path.unlink()
        elif how == "flipped":
            middle = len(saved) // 2
            path.write_bytes(saved[:middle] + bytes([saved[middle] ^ 1]) + saved[middle + 1 :])
        elif not (other / name).exists() or (other / name).read_bytes() == saved:
            continue
        else:
            shutil.copyfile(other / name, path)
        tried += 1
        with pytest.raises(InputError) as refused:
            read_manifest(copied)
        (line,) = str(refused.value).splitlines()
        named = MANIFEST if name == SEAL else name
        assert line.startswith(f"{copied / named}: "), name
        path.write_bytes(saved)
    assert tried > 3
    read_manifest(copied)


def test_a_file_that_is_none_of_the_bundles_is_named(copied):
    (copied / "models/mtl/seed_0/adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match=r"adapter_config\.json: no file of this bundle"):
        load_bundle(copied)


def replace_by_a_link(path: Path) -> None:
    path.rename(path.parents[1] / "elsewhere")
    path.symlink_to(path.parents[1] / "elsewhere")


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("settings.json", replace_by_a_link),
        ("models", replace_by_a_link),
        (SEAL, replace_by_a_link),
        ("stray.json", lambda path: path.symlink_to("nowhere")),
        ("stray", lambda path: path.symlink_to("models")),
        ("stray.pipe", os.mkfifo),
    ],
)
def test_a_link_or_a_pipe_is_refused_wherever_it_leads(copied, name, spoil):
    spoil(copied / name)
    with pytest.raises(InputError) as refused:
        read_manifest(copied)
    (line,) = str(refused.value).splitlines()
    assert line == f"{copied / name}: a link, or no plain file; copy the bundle anew"


def test_a_folder_that_is_no_bundle_is_told(tmp_path):
    with pytest.raises(InputError, match="is no bundle"):
        load_bundle(tmp_path)


def test_another_version_of_a_library_is_told(build, monkeypatch):
    real = manifests.version
    monkeypatch.setattr(
        manifests, "version", lambda name: "0.1" if name == "lightgbm" else real(name)
    )
    with pytest.raises(InputError, match=r"lightgbm \S+ \(here: 0\.1\); install its requirements"):
        load_bundle(build("gbm", "linear"))


def test_an_example_that_comes_out_otherwise_is_told(copied):
    path = copied / "examples.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[3]["urgency"][0] += 1e-4
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    about = read_sealed(copied)
    manifests.seal(copied, about)
    with pytest.raises(InputError, match=r"urgency comes out 0\.0001 away"):
        load_bundle(copied)


def read_sealed(folder: Path) -> dict:
    about = json.loads((folder / MANIFEST).read_text())
    del about["files"]
    return about


@pytest.mark.parametrize(
    ("recommendation", "expected"),
    [
        (
            {
                "decision": "release",
                "reason": "fewer_parts",
                "urgency": "mtl",
                "specialty": "mtl",
                "parts": 1,
                "nearest": None,
                "runner_up": {"urgency": "gbm", "specialty": "st", "parts": 2},
            },
            {
                "choice": (SetUp("mtl", "mtl"), "silent only until signed"),
                "runner_up": (SetUp("gbm", "st"), "silent only"),  # test never judged it
            },
        ),
        (
            {
                "decision": "do_not_release",
                "reason": "nothing_passes",
                "urgency": None,
                "specialty": None,
                "parts": None,
                "nearest": {"urgency": "mtl", "specialty": "mtl", "parts": 1},
                "runner_up": None,
            },
            {"choice": (SetUp("mtl", "mtl"), "silent only")},
        ),
        (
            {
                "decision": "do_not_release",
                "reason": "vetoed_by_test",
                "urgency": "gbm",
                "parts": 1,
                "nearest": None,
                "runner_up": None,
            },
            {"choice": (SetUp("gbm"), "silent only")},
        ),
    ],
)
def test_the_choice_and_the_runner_up_are_bundled_or_what_came_nearest(recommendation, expected):
    bundles = list_bundles(recommendation, "3")
    assert {name: (set_up, about["use"]) for name, (set_up, about) in bundles.items()} == expected
    for name, (_, about) in bundles.items():
        assert about["name"] == name
        assert about["version"] == "3"
        assert about["reason"] == recommendation["reason"]
