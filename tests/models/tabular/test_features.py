"""Columns made of words and fields equal scikit-learn's, with gaps marked."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder

from intake_triage.errors import InputError
from intake_triage.models.tabular.features import (
    N_BINS,
    FieldColumns,
    fit_words,
    place_words,
    with_anywhere,
)
from intake_triage.records.schema import FormField

AGE = FormField("age", "numeric")
PAIN = FormField("pain", "numeric")
SEX = FormField("sex", "categorical", categories=("female", "male"))
SITE = FormField("site", "categorical", categories=("a", "b", "c"))


@pytest.fixture
def frame(rng):
    """200 records with gaps in every field, and a site that train does not know."""
    n = 200
    return pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 90, n)),
            "pain": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 10, n)),
            "sex": pd.Series(rng.choice(["male", "female"], n)).where(rng.random(n) < 0.8),
            "site": pd.Series(rng.choice(["a", "b", "c", "new"], n)).where(rng.random(n) < 0.8),
        }
    )


def test_one_hot_columns_equal_a_reference(frame):
    columns = FieldColumns.of(frame, (AGE, SEX, PAIN, SITE))
    expected = []
    for field in columns.fields:
        values = frame[field.name]
        if field.kind == "numeric":
            bins = pd.cut(values, [-np.inf, *columns.edges[field.name], np.inf])
            values, categories = bins.astype("str"), [str(bin_) for bin_ in bins.cat.categories]
        else:
            categories = list(field.categories)
        known = values.where(values.isin(categories), "missing")
        encoder = OneHotEncoder(categories=[["missing", *categories]])
        expected += list(encoder.fit_transform(known.to_frame()).toarray().T)
    np.testing.assert_array_equal(columns.as_one_hot(frame).toarray(), np.column_stack(expected))


def test_a_bin_ends_at_the_first_value_that_fills_its_share_of_train(frame):
    ages = sorted(frame["age"].iloc[:100].dropna())
    filled = [
        next(a for a in ages if sum(b <= a for b in ages) / len(ages) >= i / N_BINS)
        for i in range(1, N_BINS)
    ]
    columns = FieldColumns.of(frame.iloc[:100], (AGE,))
    assert columns.edges == {"age": sorted(set(filled))}
    later = pd.DataFrame({"age": [-5.0, 500.0, np.nan]})
    places = columns.as_one_hot(later).toarray().argmax(axis=1)
    assert places.tolist() == [1, len(set(filled)) + 1, 0]


def test_codes_are_numbers_with_nan_for_gaps_and_unknown_categories(frame):
    codes = FieldColumns.of(frame, (AGE, SITE)).as_codes(frame)
    assert codes.dtype == np.float32
    np.testing.assert_array_equal(codes[:, 0], frame["age"].to_numpy(np.float32))
    expected = frame["site"].map({"a": 0.0, "b": 1.0, "c": 2.0}).to_numpy(np.float32)
    np.testing.assert_array_equal(codes[:, 1], expected)
    assert np.isnan(codes[frame["site"] == "new", 1]).all()


@pytest.mark.parametrize(
    ("fields", "n_one_hot"),
    [((), 0), ((AGE,), 17), ((AGE, PAIN), 29), ((SEX,), 3), ((SEX, SITE), 7)],
)
def test_fields_of_a_single_kind_and_none_at_all_are_columns_too(frame, fields, n_one_hot):
    columns = FieldColumns.of(frame, fields)
    assert columns.as_codes(frame).shape == (200, len(fields))
    assert columns.as_one_hot(frame).shape == (200, n_one_hot)


@pytest.mark.parametrize("values", [[np.nan] * 4, [7.0, np.nan, np.nan, np.nan], [7.0] * 4])
def test_a_field_with_no_value_one_value_or_no_spread_stays_finite(values):
    frame = pd.DataFrame({"age": values, "sex": pd.Series([None] * 4, dtype="str")})
    columns = FieldColumns.of(frame, (AGE, SEX))
    seen = columns.as_one_hot(frame).toarray()
    later = columns.as_one_hot(frame.assign(age=[1.0, 2.0, 3.0, np.nan])).toarray()
    assert np.isfinite(seen).all()
    assert np.isfinite(later).all()
    assert seen.shape == later.shape
    assert columns.as_codes(frame).shape == (4, 2)


def test_categories_alone_decide_the_codes(frame):
    turned = replace(SEX, categories=("male", "female"))
    one = FieldColumns.of(frame, (SEX,)).as_codes(frame)
    other = FieldColumns.of(frame, (turned,)).as_codes(frame)
    np.testing.assert_array_equal(1 - one, other)


def test_words_count_by_their_first_place_and_rare_ones_are_left_out():
    texts = pd.Series(["sore sore knee", "knee, sore knee today", "sore elbow", ""])
    counter = fit_words(CountVectorizer, texts, 2, system="gbm")
    assert counter.get_feature_names_out().tolist() == ["knee", "sore"]
    table = place_words(texts, counter.vocabulary_).toarray()
    np.testing.assert_allclose(table, [[3**-0.5, 1], [1, 2**-0.5], [0, 1], [0, 0]], rtol=1e-6)
    assert table.dtype == np.float32


def test_a_word_that_is_denied_is_a_column_apart_and_one_with_the_word_itself():
    texts = pd.Series(["no rash. Knee, rash", "denies rash, knee", "rash"])
    counter = fit_words(CountVectorizer, texts, 1, system="gbm")
    names = with_anywhere(counter.vocabulary_)
    assert set(names) == {
        *("no", "denies", "knee", "negated:knee", "rash", "negated:rash"),
        *("anywhere:knee", "anywhere:rash"),
    }
    table = place_words(texts, {name: i for i, name in enumerate(names)}).toarray()
    places = pd.DataFrame(np.where(table > 0, table, np.inf) ** -2, columns=names).round(3)
    assert places["rash"].tolist() == [4, 0, 1]
    assert places["negated:rash"].tolist() == [2, 2, 0]
    assert places["anywhere:rash"].tolist() == [2, 2, 1]
    assert places["knee"].tolist() == [3, 0, 0]
    assert places["anywhere:knee"].tolist() == [3, 3, 0]


@given(texts=st.lists(st.text(st.characters(codec="ascii")), min_size=1))
def test_of_ascii_the_words_are_those_of_scikit_learns_defaults(texts):
    texts = pd.Series([*texts, "sore knee"])
    expected = TfidfVectorizer(ngram_range=(1, 2)).fit(texts)
    vectorizer = fit_words(TfidfVectorizer, texts, 1, system="linear", max_ngram=2)
    assume(not any(":" in word for word in vectorizer.vocabulary_))  # nothing said of a word
    assert vectorizer.vocabulary_ == expected.vocabulary_
    np.testing.assert_array_equal(
        vectorizer.transform(texts).toarray(), expected.transform(texts).toarray()
    )


@pytest.mark.parametrize("texts", [["sore knee", "a rash"], ["?", "!"], ["肚子疼", "发烧"]])
def test_texts_that_share_no_word_are_refused_by_the_key(texts):
    expected = r"^params.yaml: gbm.min_document_frequency: no word is in 2 train texts; lower it"
    with pytest.raises(InputError, match=expected):
        fit_words(CountVectorizer, pd.Series(texts), 2, system="gbm")
    with pytest.raises(InputError, match=r"^params.yaml: linear.min_document_frequency: .*9"):
        fit_words(TfidfVectorizer, pd.Series(texts), 9, system="linear")


def test_where_no_blanks_part_the_words_pairs_of_characters_are_columns():
    texts = pd.Series(["肚子疼", "肚子发麻", "头疼"])
    vectorizer = fit_words(TfidfVectorizer, texts, 2, system="linear", max_ngram=2)
    assert set(vectorizer.vocabulary_) == {"肚", "子", "疼", "肚 子"}
    table = place_words(texts, {"子": 0, "疼": 1}).toarray()
    np.testing.assert_allclose(table, [[2**-0.5, 3**-0.5], [2**-0.5, 0], [0, 2**-0.5]], rtol=1e-6)
