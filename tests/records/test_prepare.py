"""Stage prepare's rules: where labels go, what train decides alone, what may be shown."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.params import TokenizerParams
from intake_triage.records import prepare
from intake_triage.records.prepare import SplitRecords, write_prepared
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.records.schema import RecordSchema
from intake_triage.records.tokenizer import load_tokenizer
from intake_triage.tasks import SPLITS, TASKS

TOKENIZER = TokenizerParams(vocabulary=300, min_document_frequency=3, max_tokens=16)


@pytest.fixture
def split_source(params, forms, monkeypatch):
    """A function that splits the invented forms under some changed params."""

    def split(
        frame: pd.DataFrame | None = None, schema: RecordSchema = forms.schema, **changes
    ) -> SplitRecords:
        table = replace(forms, frame=forms.frame if frame is None else frame, schema=schema)
        monkeypatch.setattr(prepare, "read_source", lambda _: table)
        data = params.data.model_copy(update={"n_records": 10_000} | changes)
        return prepare.split_source(data)

    return split


@pytest.fixture
def write(tmp_path):
    """A function that writes prepared records; returns the bytes of every file."""

    def write_to(name: str, records: SplitRecords, *, pretrained=None) -> dict[str, bytes]:
        layout = Layout(tmp_path / name)
        write_prepared(records, TOKENIZER, pretrained=pretrained, layout=layout)
        files = sorted(path for path in layout.root.rglob("*") if path.is_file())
        return {
            path.relative_to(layout.root / "data").as_posix(): path.read_bytes() for path in files
        }

    return write_to


def test_poisoned_test_labels_change_no_byte_of_what_is_prepared(split_forms, write, rng):
    frame = split_forms.frame.copy()
    test = frame.index[frame["split"] == "test"]
    for task in TASKS:
        frame.loc[test, task] = rng.permutation(frame.loc[test, task])
    frame.loc[test[0], "urgency"] = "a word that no file may hold"
    clean = write("clean", split_forms)
    poisoned = write("poisoned", replace(split_forms, frame=frame))
    assert {name for name in clean if clean[name] != poisoned[name]} == {"test_labels.parquet"}


def test_the_labels_of_test_are_in_the_file_of_their_own_and_nowhere_else(
    split_forms, write, tmp_path
):
    write("out", split_forms)
    source = split_forms.frame.set_index("record_id")
    prepared = pd.read_parquet(tmp_path / "out/data/prepared/records.parquet").set_index(
        "record_id"
    )
    tested = prepared["split"] == "test"
    labels = pd.read_parquet(tmp_path / "out/data/test_labels.parquet").set_index("record_id")
    assert list(labels) == list(TASKS)
    assert list(labels.index) == list(prepared.index[tested])
    for task in TASKS:
        assert prepared.loc[tested, task].isna().all()
        assert (labels[task].fillna("?") == source.loc[labels.index, task].fillna("?")).all()
        known = prepared.loc[~tested, task].fillna("?")
        assert (known == source.loc[known.index, task].fillna("?")).all()
        assert (known != "?").mean() > 0.8


def test_read_prepared_gives_back_what_was_split(clinic, split_forms):
    prepared = read_prepared()
    others = [column for column in split_forms.frame if column not in TASKS]
    pd.testing.assert_frame_equal(prepared.frame[others], split_forms.frame[others])
    assert prepared.schema == split_forms.schema
    parts = [prepared.of_split(name) for name in SPLITS]
    assert sum(len(part.frame) for part in parts) == len(prepared.frame)
    train = parts[0]
    for task in TASKS:
        classes = prepared.schema.classes(task)
        names = [None if k == NO_LABEL else classes[k] for k in train.labels(task)]
        assert (
            names
            == train.frame[task].astype(object).where(train.frame[task].notna(), None).tolist()
        )
        assert (parts[-1].labels(task) == NO_LABEL).all()


@pytest.mark.parametrize("task", TASKS)
def test_a_source_without_one_of_the_labels_is_prepared(split_source, forms, write, task, tmp_path):
    unlabelled = forms.frame.assign(**{task: pd.Series(pd.NA, dtype="str")})
    write("out", split_source(unlabelled, schema=replace(forms.schema, **{task: ()})))
    prepared = read_prepared(Layout(tmp_path / "out"))
    assert prepared.schema.classes(task) == ()
    assert (prepared.labels(task) == NO_LABEL).all()
    labels = pd.read_parquet(tmp_path / "out/data/test_labels.parquet")
    assert labels[task].isna().all()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(split_source, write):
    first = write("first", split_source(seed=5, n_records=400))
    assert write("again", split_source(seed=5, n_records=400)) == first
    other = write("other", split_source(seed=6, n_records=400))
    assert other["prepared/records.parquet"] != first["prepared/records.parquet"]


def test_the_draw_keeps_order_and_draws_no_more_than_there_are(split_source, forms):
    drawn = split_source(n_records=400).frame
    assert len(drawn) == 400
    positions = forms.frame["record_id"].tolist()
    order = [positions.index(record) for record in drawn["record_id"]]
    assert order == sorted(order)
    assert len(split_source(n_records=601).frame) == 600


def test_the_owners_table_is_left_as_it_was(split_source, forms):
    before = forms.frame.copy(deep=True)
    split_source()
    pd.testing.assert_frame_equal(forms.frame, before)


def test_nothing_outside_train_shapes_the_tokenizer(split_forms, write):
    frame = split_forms.frame.copy()
    outside = frame["split"] != "train"
    frame.loc[outside, "text"] = frame.loc[outside, "text"] + " zyxwvut"
    clean = write("clean", split_forms)
    spiked = write("spiked", replace(split_forms, frame=frame))
    name = "prepared/tokenizer/tokenizer.json"
    assert spiked[name] == clean[name]
    assert "zyxwvut" not in json.loads(spiked[name])["model"]["vocab"]


def test_a_word_of_train_is_a_token_from_the_minimum_number_of_texts_on(split_forms, write):
    frame = split_forms.frame.copy()
    train = frame.index[frame["split"] == "train"]
    frame.loc[train[:3], "text"] += " qqqfrequent"
    frame.loc[train[:2], "text"] += " qqqrare"
    vocabulary = json.loads(
        write("out", replace(split_forms, frame=frame))["prepared/tokenizer/tokenizer.json"]
    )["model"]["vocab"]
    assert "qqqfrequent" in vocabulary
    assert "qqqrare" not in vocabulary


def test_tokens_and_offsets_decode_back_to_the_texts(clinic):
    frame = read_prepared().frame
    tokens = np.load("data/prepared/tokens.npy", allow_pickle=False)
    offsets = np.load("data/prepared/token_offsets.npy", allow_pickle=False)
    tokenizer = load_tokenizer("data/prepared/tokenizer")
    assert len(offsets) == len(frame) + 1
    for i, text in enumerate(frame["text"]):
        ids = tokens[offsets[i] : offsets[i + 1]]
        assert len(ids) <= 16
        if len(ids) < 16 and tokenizer.unk_token_id not in ids:
            pieces = " ".join(tokenizer.convert_ids_to_tokens(ids[1:])).replace(" ##", "")
            # punctuation became a word of its own
            assert pieces.replace(" ", "") == text.lower().replace(" ", "")


def test_texts_are_cut_at_the_longest_of_train_and_what_is_cut_is_counted(split_forms, tmp_path):
    frame = split_forms.frame.copy()
    tested = frame.index[frame["split"] == "test"]
    frame.loc[tested[:20], "text"] += ", sore knee" * 30
    settings = TOKENIZER.model_copy(update={"max_tokens": 256})
    records, layout = replace(split_forms, frame=frame), Layout(tmp_path)
    lengths = write_prepared(records, settings, pretrained=None, layout=layout)
    n_tokens = np.diff(np.load(layout.prepared / "token_offsets.npy"))
    train = (frame["split"] == "train").to_numpy()
    assert lengths.max_tokens == n_tokens.max() == n_tokens[train].max() < 30
    cut = set(frame.index[lengths.cut > 0])
    assert set(tested[:20]) <= cut
    assert not cut & set(frame.index[train])
    np.testing.assert_array_equal(1 + lengths.pieces - lengths.cut, n_tokens)
    assert lengths.pieces_cut_share == pytest.approx(
        1 - (n_tokens - 1).sum() / lengths.pieces.sum()
    )


def test_a_pretrained_encoders_tokenizer_is_taken_as_it_is(split_forms, write, tmp_path):
    first = write("first", split_forms)
    folder = str(tmp_path / "first/data/prepared/tokenizer")
    frame = split_forms.frame.assign(text="sore knee")
    write("second", replace(split_forms, frame=frame), pretrained=folder)
    assert load_tokenizer(str(tmp_path / "second/data/prepared/tokenizer")).get_vocab() == (
        load_tokenizer(folder).get_vocab()
    )
    assert "prepared/tokens.npy" in first


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"config.json": "{"},
        {"config.json": '{"model_type": "bert"}'},
        {"config.json": '{"model_type": "bert"}', "tokenizer.json": "{}"},
    ],
)
def test_a_pretrained_encoder_without_its_tokenizer_is_refused(split_forms, write, tmp_path, files):
    folder = tmp_path / "encoder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"^params.yaml: encoder.pretrained: .* no tokenizer that"):
        write("out", split_forms, pretrained=str(folder))


def test_categories_are_those_of_train(split_source, forms):
    frame = forms.frame.copy()
    split = split_source(frame)
    assert next(f for f in split.schema.fields if f.name == "payment").categories == (
        "private",
        "public",
    )
    rare = split.frame.index[split.frame["split"] == "test"][0]
    frame.loc[rare, "payment"] = "barter"
    again = split_source(frame)
    assert again.schema == split.schema
    assert again.frame.loc[rare, "payment"] == "barter"


def test_dates_are_kept_as_days_from_the_first(split_source, forms):
    kept = split_source().frame["date"]
    first = forms.frame["date"].min()
    assert kept.tolist() == (forms.frame["date"] - first).dt.days.tolist()
    shifted = forms.frame.assign(date=forms.frame["date"] - pd.Timedelta(days=1000))
    assert split_source(shifted).frame["date"].tolist() == kept.tolist()


def test_identifiers_stop_the_stage_or_are_replaced(split_source, forms):
    frame = forms.frame.copy()
    frame.loc[:20, "text"] += " call 555-123-4567"
    with pytest.raises(InputError, match=r"identifiers in 21 records \(phone 21\)"):
        split_source(frame, identifiers="fail")
    records = split_source(frame, identifiers="redact")
    assert records.identifiers == {"phone": 21}
    assert not records.frame["text"].str.contains("555").any()
    assert records.frame["text"].str.contains(r"\[phone\]").sum() == 21


def test_a_split_by_date_asks_for_a_date(split_source, forms, params):
    by_date = params.data.split.model_copy(update={"by": "date"})
    records = split_source(split=by_date).frame
    assert records[records["split"] == "train"]["date"].max() < (
        records[records["split"] == "test"]["date"].max()
    )
    with pytest.raises(InputError, match=r"data\.split\.by: got 'date', but the records have no"):
        split_source(forms.frame.drop(columns="date"), split=by_date)


def test_a_class_that_the_draw_left_too_small_is_refused_or_left_out(split_source, forms, params):
    frame = forms.frame.copy()
    bones = frame.index[frame["specialty"] == "bones"]
    frame.loc[bones[25:], "specialty"] = "skin"
    split_source(frame)
    with pytest.raises(InputError, match=r"too few records .*: specialty 'bones' 1[0-9]; "):
        split_source(frame, n_records=300)
    file = params.data.file.model_copy(update={"drop_small": True})
    records = split_source(frame, n_records=300, source="file", file=file)
    assert records.dropped_classes == {"specialty": ["bones"]}
    assert records.schema.specialty == ("heart", "skin")
    assert list(records.oracle) == records.schema.oracle_columns()
    assert len(records.frame) < 300
    assert records.n_read == 600


@pytest.mark.parametrize("by", ["random", "date"])
@pytest.mark.parametrize("n_groups", [1, 2, 3, 4, 5])
def test_groups_too_few_to_split_are_refused(split_source, forms, params, by, n_groups):
    sites = forms.frame.assign(group=[f"s{i % n_groups}" for i in range(len(forms.frame))])
    split = params.data.split.model_copy(update={"by": by})
    with pytest.raises(InputError, match=f"{n_groups} groups are too few to split") as refused:
        split_source(sites, split=split)
    assert "\n" not in str(refused.value)


def test_the_oracle_is_cut_down_to_the_test_records(forms, params, monkeypatch):
    posteriors = dict.fromkeys(forms.schema.oracle_columns()[1:], 0.5)
    oracle = pd.DataFrame({"record_id": forms.frame["record_id"]} | posteriors)
    monkeypatch.setattr(prepare, "read_source", lambda _: replace(forms, oracle=oracle))
    records = prepare.split_source(params.data)
    tested = records.frame.loc[records.frame["split"] == "test", "record_id"]
    assert records.oracle["record_id"].tolist() == tested.tolist()
    assert list(records.oracle) == forms.schema.oracle_columns()
