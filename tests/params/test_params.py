"""params.yaml is refused before any work, in a line a key that names key, value and remedy."""

import re
from pathlib import Path

import pytest

from intake_triage import params as params_module
from intake_triage.errors import InputError
from intake_triage.file_params import FileParams
from intake_triage.params import load_params
from intake_triage.section import Section

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_file_loads():
    assert load_params(ROOT / "params.yaml").train.seeds == [0, 1, 2]


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("speed", "data, tokenizer, linear"),
        ("mtl.weight", "balancing, loss_weight"),
        ("data.split.ratio", "by"),
        ("compare.margin.brier", "macro_f1, log_loss"),
        (
            "decision.log_loss_margin",
            "cost, urgent_tiers, nurse_share, max_under_triage, max_most_urgent_missed",
        ),
        ("decision.slope.highest", "least, most"),
        ("decision.cost.too_low", "too_late_urgent, too_late, too_early, misroute"),
        ("data.file.fields.age.unit", "column, kind, low, high"),
    ],
)
def test_an_unknown_key_is_named_beside_the_known_ones(refusal, key, known):
    line = refusal(key, 1)
    assert line.startswith(f"{key}: unknown key; this section may have ")
    assert known in line


@pytest.mark.parametrize(
    ("key", "must_have"),
    [
        ("mtl", "train, mtl, calibrate"),
        ("data.seed", "n_records, seed"),
        ("data.file.fields.age.kind", "column, kind"),
    ],
)
def test_a_missing_key_is_named_beside_what_must_be_there(refusal, key, must_have):
    line = refusal(key, ...)
    assert line.startswith(f"{key}: missing; this section must have ")
    assert must_have in line


@pytest.mark.parametrize(
    ("key", "value", "got", "may_be"),
    [
        # a wrong type: nothing is coerced
        ("data.seed", "0", "'0'", "a valid integer: 0 without quotes"),
        ("data.seed", 0.5, "0.5", "a valid integer"),
        ("data.path", 5, "5", "a valid string"),
        ("data.file.group", ["a"], "['a']", "a valid string"),
        ("data.file.drop_small", 1, "1", "a valid boolean"),
        ("mtl.loss_weight", "0.5", "'0.5'", "a valid number: 0.5 without quotes"),
        ("train.seeds", 0, "0", "a valid list"),
        ("data", 3, "3", "a block of `key: value` lines"),
        ("data.split", None, "None", "a block of `key: value` lines"),
        ("data.file.subgroups", ["sex"], "['sex']", "a block of `key: value` lines"),
        # a bool is no number, though Python thinks so
        ("data.seed", True, "True", "a valid integer"),
        ("gbm.learning_rate", True, "True", "a valid number"),
        # out of range
        ("data.n_records", 199, "199", "greater than or equal to 200"),
        ("data.synthetic.task_relatedness", 1.01, "1.01", "less than or equal to 1"),
        ("mtl.loss_weight", 0, "0", "greater than 0"),
        ("mtl.loss_weight", 1.0, "1.0", "less than 1"),
        ("compare.min_subgroup", 10, "10", "greater than or equal to 11"),
        ("encoder.dropout", 1.0, "1.0", "less than 1"),
        ("tokenizer.max_tokens", 385, "385", "less than or equal to 384"),
        ("train.weight_decay", -0.1, "-0.1", "greater than or equal to 0"),
        ("calibrate.alpha", 0, "0", "greater than 0"),
        ("calibrate.alpha", 1.0, "1.0", "less than 1"),
        ("decision.cost.too_late_urgent", 0, "0", "greater than 0"),
        ("decision.cost.misroute", -3, "-3", "greater than 0"),
        ("decision.max_under_triage", 1, "1", "less than 1"),
        ("decision.max_ece", 0, "0", "greater than 0"),
        ("decision.slope.least", 1.0, "1.0", "less than 1"),
        ("decision.slope.most", 1.0, "1.0", "greater than 1"),
        ("decision.slope", 1, "1", "a block of `key: value` lines"),
        ("decision.cost_margin", -1, "-1", "greater than or equal to 0"),
        ("calibrate.folds", 2, "2", "greater than or equal to 3"),
        ("decision.cost", 3, "3", "a block of `key: value` lines"),
        ("train.learning_rate", float("inf"), "inf", "a finite number"),
        ("train.learning_rate", float("nan"), "nan", "a finite number"),
        ("data.file.fields.age.low", float("nan"), "nan", "a finite number"),
        ("train.seeds", [], "[]", "a list of 1 or more"),
        ("data.file.urgency_levels", list("abcdefgh"), repr([*"abcdefgh"]), "a list of 7 or fewer"),
        ("calibrate.candidates", [], "[]", "a list of 1 or more"),
        # not one of the words
        ("data.source", "sql", "'sql'", "'synthetic', 'namcs' or 'file'"),
        ("data.identifiers", "ignore", "'ignore'", "'fail' or 'redact'"),
        ("data.synthetic.reading", True, "True", "'own', 'conflicting' or 'shared'"),
        ("data.split.by", "group", "'group'", "'random' or 'date'"),
    ],
)
def test_a_wrong_value_is_shown_beside_what_it_may_be(refusal, key, value, got, may_be):
    assert refusal(key, value) == f"{key}: got {got}; it may be {may_be}"


@pytest.mark.parametrize(
    ("key", "value", "at", "got", "may_be"),
    [
        ("train.seeds", [0, True], "train.seeds.1", "True", "a valid integer"),
        ("train.seeds", [-1], "train.seeds.0", "-1", "greater than or equal to 0"),
        ("data.namcs.years", [2006, "x"], "data.namcs.years.1", "'x'", "a valid integer"),
        ("calibrate.candidates", ["x"], "calibrate.candidates.0", "'x'", "'identity', 'temp"),
    ],
)
def test_a_wrong_item_is_named_by_its_place(refusal, key, value, at, got, may_be):
    assert refusal(key, value).startswith(f"{at}: got {got}; it may be {may_be}")


@pytest.mark.parametrize(
    ("key", "value", "section", "says"),
    [
        ("data.file.group", " ", "data.file.group", "it may be a text that is not empty"),
        ("data.file.specialty", "triage_level", "data.file", "are the same column"),
        ("encoder.width", 130, "encoder", "width 130 is no multiple of 4 heads"),
        ("train.seeds", [3, 3], "train", "seeds must differ from each other, got [3, 3]"),
        ("data.namcs.years", [2006, 2006], "data.namcs.years", "must differ from each other, got"),
        ("decision.cheaper_first", ["gbm"], "decision", "each once, got gbm"),
        (
            "data.file.fields.sex.low",
            0,
            "data.file.fields.sex",
            "only a numeric field may have `low` and `high`",
        ),
        ("data.file.fields.age.low", 200, "data.file.fields.age", "low 200 is above high 120"),
        (
            "data.file.specialties",
            ["skin", "skin"],
            "data.file",
            "specialties: 'skin' and 'skin' are one label",
        ),
        (
            "data.file.fields.split",
            {"column": "a", "kind": "numeric"},
            "data.file",
            "no field or subgroup may be called record_id, text,",
        ),
        ("data.file.subgroups.sex", "gender", "data.file", "field and subgroup 'sex' must be the"),
    ],
)
def test_values_that_contradict_each_other_are_named(refusal, key, value, section, says):
    line = refusal(key, value)
    assert line.startswith(f"{section}: ")
    assert says in line


def test_every_wrong_key_has_a_line(refusals):
    lines = refusals(
        {
            "speed": 1,
            "data.seed": "x",
            "mtl": ...,
            "train.seeds": [0, True, -1],
            "data.file.text": "triage_level",
            "data.file.subgroups.sex": "gender",
            "data.file.specialties": ["Skin", "skin", "NA"],
        }
    )
    assert [line.split(": ")[0] for line in lines] == [
        *("data.seed", "data.file", "data.file", "data.file", "data.file"),
        *("train.seeds.1", "train.seeds.2", "mtl", "speed"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"data: [\n", "line 2: not valid YAML"),
        (b"data:\n  seed: 1\n\tpath: x", "line 3: not valid YAML"),
        (b"data: !!python/object:os.system {}", "line 1: tag:yaml.org,2002:python/object"),
        (b"data: \xff\xfe", "not valid YAML, which is text in UTF-8"),
        (b"a: [00]", "line 1: 00 is how YAML writes 0; write that, or quote it if it is a name"),
        (b"a:\n- 077", "line 2: 077 is how YAML writes 63; write that, or quote it"),
        (b"a: 010", "line 1: 010 is how YAML writes 8; "),
        (b"a: {12:30: b}", "line 1: 12:30 is how YAML writes 750; "),
        (b"a: [1_0]", "line 1: 1_0 is how YAML writes 10; "),
        (b"a: 0x1F", "line 1: 0x1F is how YAML writes 31; "),
        (b"", "expected sections data, tokenizer"),
        (b"- 1", "expected sections data, tokenizer"),
        (None, "no such file; run from the root of the checkout"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path, content, says):
    path = tmp_path / "params.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        load_params(path)
    line = str(refused.value)
    assert line.startswith(str(path))
    assert says in line
    assert "\n" not in line


def test_every_key_is_read_somewhere():
    sources = [
        path for name in ("src", "stages", "studies") for path in (ROOT / name).rglob("*.py")
    ]
    own = Path(params_module.__file__)
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources if path != own)
    dead = {
        f"{section.__name__}.{key}"
        for section in (*Section.__subclasses__(), FileParams)
        for key in section.model_fields
        if not re.search(rf"\.{key}\b|\"{key}\"", code)
    }
    assert dead == set()
