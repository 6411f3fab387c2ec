"""A block's records are assigned by count, and its variants change what they say and no more."""

import numpy as np
import pandas as pd
import pytest
from transformers import AutoTokenizer

from intake_triage.layout import Layout
from intake_triage.models.transformer.batches import encode_records
from intake_triage.models.transformer.fit import build_model
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS
from studies.transfer.arms import widen_to_pair
from studies.transfer.distil import soften, split_train, write_blend
from studies.transfer.settings import ROOT, load_block_params
from studies.transfer.sources import assign_by_count, prepare_records
from studies.transfer.variants import (
    UNLABELLED,
    add_unlabelled,
    keep_labels,
    other_task,
    shuffle_partner,
)


@pytest.fixture(scope="module")
def layout(tmp_path_factory, tiny_study):
    params = load_block_params(tiny_study, tiny_study.blocks["default"])
    work = tmp_path_factory.mktemp("study")
    return prepare_records(params, tiny_study.records, work, "default")


def frame_of(layout: Layout) -> pd.DataFrame:
    return read_prepared(layout).frame


def test_splits_have_the_counts_that_are_asked_for(layout, tiny_study):
    sizes = frame_of(layout)["split"].value_counts()
    assert dict(sizes) == {"train": 500, "valid": 120, "calibrate": 240, "test": 600}


def test_other_params_make_other_records(layout, tiny_study):
    block = tiny_study.blocks["default"]
    again = prepare_records(
        load_block_params(tiny_study, block), tiny_study.records, layout.root.parent, "default"
    )
    assert again == layout
    other = tiny_study.model_copy(update={"data_seed": 77})
    changed = prepare_records(
        load_block_params(other, block), tiny_study.records, layout.root.parent, "default"
    )
    assert changed != layout
    assert not frame_of(changed)["text"].equals(frame_of(layout)["text"])


def test_groups_stay_on_one_side(tiny_study, rng):
    units = np.sort(rng.integers(0, 90, 1500))
    units = np.unique(units, return_inverse=True)[1]
    params = load_params(ROOT / "params.yaml").data
    split = assign_by_count(
        pd.DataFrame(index=range(1500)), units, params, counts=tiny_study.records
    )
    sides = pd.DataFrame({"unit": units, "split": split}).groupby("unit")["split"].nunique()
    assert (sides == 1).all()
    largest = np.bincount(units).max()
    assert 500 <= (split == "train").sum() < 500 + largest


@pytest.mark.parametrize("task", TASKS)
def test_a_shuffled_partner_says_nothing_and_is_all_that_changes(layout, task):
    before, after = frame_of(layout), frame_of(shuffle_partner(layout, task, 0))
    partner = other_task(task)
    pd.testing.assert_frame_equal(before.drop(columns=partner), after.drop(columns=partner))
    train, valid = (before["split"] == name for name in ("train", "valid"))
    assert (before.loc[train, partner] != after.loc[train, partner]).mean() > 0.5
    assert sorted(before.loc[train, partner]) == sorted(after.loc[train, partner])
    assert after.loc[valid, partner].isna().all()
    agreement = (after.loc[train, partner] == before.loc[train, partner]).mean()
    by_chance = (before.loc[train, partner].value_counts(normalize=True) ** 2).sum()
    assert agreement == pytest.approx(by_chance, abs=0.08)


def test_each_seed_shuffles_and_keeps_otherwise(layout):
    for make in (shuffle_partner, lambda layout, task, seed: keep_labels(layout, 0.5, task, seed)):
        frames = [frame_of(make(layout, "urgency", seed)) for seed in (0, 1)]
        assert not frames[0].equals(frames[1])


def test_few_labels_are_a_part_of_more(layout):
    few, more = (frame_of(keep_labels(layout, share, "urgency", 0)) for share in (0.1, 0.5))
    train = few["split"] == "train"
    kept = [frame.loc[train, "urgency"].notna() for frame in (few, more)]
    assert [k.sum() for k in kept] == [50, 250]
    assert (kept[1] | ~kept[0]).all()
    for frame in (few, more):
        assert frame["specialty"].equals(frame_of(layout)["specialty"])
        assert frame.loc[~train, "urgency"].equals(frame_of(layout).loc[~train, "urgency"])


@pytest.fixture
def unlabelled(layout, tiny_study):
    data = load_block_params(tiny_study, tiny_study.blocks["default"]).data
    return add_unlabelled(layout, data, 300)


def test_unlabelled_forms_follow_and_nothing_else_changes(layout, unlabelled):
    before, after = frame_of(layout), frame_of(unlabelled)
    pd.testing.assert_frame_equal(after.iloc[: len(before)], before, check_dtype=False)
    further = after.iloc[len(before) :]
    assert (further["split"] == UNLABELLED).all()
    assert further[list(TASKS)].isna().all(axis=None)
    assert len(further) == 300
    assert not set(further["record_id"]) & set(before["record_id"])
    tokens = [encode_records(read_prepared(each), each, tasks=()) for each in (layout, unlabelled)]
    np.testing.assert_array_equal(tokens[0].tokens, tokens[1].tokens[: len(tokens[0].tokens)])
    np.testing.assert_array_equal(tokens[0].lengths, tokens[1].lengths[: len(before)])
    assert (tokens[1].lengths[len(before) :] > 1).all()


@pytest.fixture
def teach(rng, tmp_path):
    """A function that makes fits which say of each record something of its own, by task."""

    def make(part: Layout, said: dict[str, np.ndarray]):
        scored = (frame_of(part)["split"] != "train").to_numpy()
        folder = tmp_path / f"fit_of_{part.root.name}"
        folder.mkdir()
        for task in TASKS:
            np.save(folder / f"logits_{task}.npy", said[task][: len(scored)][scored])
        return {task: [folder, folder] for task in TASKS}

    return make


def test_soft_labels_come_from_teachers_that_have_not_seen_the_record(
    layout, unlabelled, teach, rng
):
    frame = frame_of(unlabelled)
    parts = split_train(unlabelled, 2)
    held = [(frame_of(part)["split"] == "held_out").to_numpy() for part in parts]
    train = (frame["split"] == "train").to_numpy()
    assert (held[0] ^ held[1])[train].all()
    assert not (held[0] | held[1])[~train].any()
    classes = {task: len(read_prepared(layout).schema.classes(task)) for task in TASKS}
    said = [
        {task: rng.normal(size=(len(frame), n)).astype(np.float32) for task, n in classes.items()}
        for _ in parts
    ]
    teachers = [teach(part, each) for part, each in zip(parts, said, strict=True)]
    soft = soften(unlabelled, parts, teachers)
    after = frame_of(soft)
    assert (after.loc[frame["split"] == UNLABELLED, "split"] == "train").all()
    learned = (after["split"] == "train").to_numpy()
    for task in TASKS:
        chances = np.load(soft.prepared / f"soft_{task}.npy")
        assert chances.shape == (learned.sum(), classes[task])
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
        for k in range(2):
            here = held[k][learned]
            likeliest = said[k][task][held[k]].argmax(axis=1)  # a temperature leaves it
            np.testing.assert_array_equal(chances[here].argmax(axis=1), likeliest)
        names = np.array(read_prepared(layout).schema.classes(task))
        further = (frame["split"] == UNLABELLED).to_numpy()
        likeliest = names[chances[further[learned]].argmax(axis=1)]
        assert (after.loc[further, task] == likeliest).all()
        assert after.loc[train, task].equals(frame.loc[train, task])


def test_a_blend_is_read_like_a_fit(layout, teach, rng, tmp_path):
    classes = {task: len(read_prepared(layout).schema.classes(task)) for task in TASKS}
    said = {task: rng.normal(size=(860 + 600, n)) for task, n in classes.items()}
    members = teach(layout, said)
    folder = write_blend(members, layout, tmp_path / "blends")
    for task in TASKS:
        one, both = (np.load(each / f"logits_{task}.npy") for each in (members[task][0], folder))
        assert both.shape == one.shape
        np.testing.assert_array_equal(both.argmax(axis=1), one.argmax(axis=1))
        np.testing.assert_allclose(np.exp(both).sum(axis=1), 1)
    assert write_blend(members, layout, tmp_path / "blends") == folder


def test_test_labels_are_in_a_file_of_their_own(layout):
    frame = frame_of(layout)
    assert frame.loc[frame["split"] == "test", list(TASKS)].isna().all(axis=None)
    assert len(pd.read_parquet(layout.test_labels)) == 600


def test_the_wider_encoder_has_the_weights_of_two(layout):
    encoder = load_params(ROOT / "params.yaml").encoder
    wider = widen_to_pair(encoder, layout)
    prepared = read_prepared(layout)
    few = encode_records(prepared, layout, tasks=()).rows(range(100))
    words = len(AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True))

    def count(tasks, params) -> int:
        return build_model(tasks, params, prepared.schema, few, words).num_parameters()

    pair = sum(count((task,), encoder) for task in TASKS)
    assert count(TASKS, wider) == pytest.approx(pair, rel=0.01)
    assert wider.width > encoder.width
    assert wider.width % wider.attention_heads == 0
    assert wider.layers == encoder.layers
