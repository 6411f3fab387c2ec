"""Small classes are named all at once, or left out where params say so."""

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.params import DataParams
from intake_triage.records.classes import settle_small_classes


@pytest.fixture
def shrink(forms):
    """A function that leaves so many records of some classes; the others lose their label."""

    def leave(**wanted: int) -> pd.DataFrame:
        frame = forms.frame.copy()
        for name, n in wanted.items():
            for task in ("urgency", "specialty"):
                frame.loc[frame.index[frame[task] == name][n:], task] = None
        return frame

    return leave


@pytest.fixture
def own_table(params):
    """A function that gives section `data` for a table of one's own."""

    def make(*, drop_small: bool = False, source: str = "file") -> DataParams:
        file = params.data.file.model_copy(update={"drop_small": drop_small})
        changes = {"source": source, "path": "forms.csv", "file": file}
        return params.data.model_copy(update=changes)

    return make


def test_all_small_classes_are_named_with_their_counts_and_what_to_do(forms, shrink, own_table):
    with pytest.raises(InputError) as refused:
        settle_small_classes(shrink(now=19, skin=3, bones=0), forms.schema, own_table())
    assert str(refused.value).splitlines() == [
        "forms.csv: too few records to split, 20 of a class are needed: urgency 'now' 19; merge it "
        "with the tier beside it (data.file.merge.urgency in params.yaml); a tier is not left out, "
        "since its forms would be scored as milder ones",
        "forms.csv: too few records to split, 20 of a class are needed: specialty 'skin' 3, "
        "'bones' 0 (take what the table does not have out of data.file.specialties); merge it with "
        "another (data.file.merge.specialty in params.yaml), or leave such classes out "
        "(data.file.drop_small: true)",
    ]


def test_twenty_records_of_a_class_are_enough(forms, shrink, own_table):
    frame = shrink(bones=20, now=20)
    for drop_small in (False, True):
        settled = settle_small_classes(frame, forms.schema, own_table(drop_small=drop_small))
        assert settled == (frame, forms.schema, {})


def test_of_a_source_that_is_no_table_more_records_are_asked_for(forms, shrink, own_table):
    params = own_table(source="synthetic", drop_small=True)
    with pytest.raises(InputError, match=r"specialty 'skin' 3; raise data\.n_records in params"):
        settle_small_classes(shrink(skin=3), forms.schema, params)


def test_a_small_specialty_is_left_out_where_params_say_so(forms, shrink, own_table):
    frame = shrink(skin=15)
    frame.loc[frame.index[frame["specialty"] == "skin"][:4], "urgency"] = None
    only_skin = frame.index[(frame["specialty"] == "skin") & frame["urgency"].isna()]
    settled, schema, dropped = settle_small_classes(frame, forms.schema, own_table(drop_small=True))
    assert dropped == {"specialty": ["skin"]}
    assert schema.specialty == ("heart", "bones")
    assert schema.urgency == forms.schema.urgency
    assert set(frame["record_id"]) - set(settled["record_id"]) == set(
        frame.loc[only_skin, "record_id"]
    )
    assert set(settled["specialty"].dropna()) == {"heart", "bones"}
    assert list(settled.index) == list(range(len(settled)))
    kept = frame.drop(index=only_skin).reset_index(drop=True)
    was_skin = kept["specialty"] == "skin"
    assert settled.loc[was_skin, "specialty"].isna().all()
    pd.testing.assert_frame_equal(settled[~was_skin], kept[~was_skin])


def test_a_form_that_never_had_a_label_stays(forms, shrink, own_table):
    frame = shrink(skin=15)
    frame.loc[:5, ["urgency", "specialty"]] = None
    settled, _, _ = settle_small_classes(frame, forms.schema, own_table(drop_small=True))
    assert set(frame["record_id"][:6]) <= set(settled["record_id"])


def test_a_small_tier_is_never_left_out(forms, shrink, own_table):
    with pytest.raises(InputError) as refused:
        settle_small_classes(shrink(now=5, skin=5), forms.schema, own_table(drop_small=True))
    assert "urgency 'now' 5" in str(refused.value)
    assert "skin" not in str(refused.value)


def test_fewer_than_two_specialties_are_refused(forms, shrink, own_table):
    with pytest.raises(InputError, match=r"1 of the specialties has 20 records or more"):
        settle_small_classes(shrink(skin=5, bones=5), forms.schema, own_table(drop_small=True))
