"""params.yaml is refused before any work, in a line a key that names key, value and remedy."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from intake_triage import params as params_module
from intake_triage.errors import InputError
from intake_triage.file_params import FileParams
from intake_triage.params import Params, load_params
from intake_triage.section import Section

ROOT = Path(__file__).resolve().parents[1]
ABSENT = object()


@pytest.fixture
def load(raw_params, tmp_path):
    """A function that loads the committed file with keys changed, each given by its full name."""

    def change_and_load(changes: dict[str, Any]) -> Params:
        raw = deepcopy(raw_params)
        for key, value in changes.items():
            *parents, last = key.split(".")
            section = raw
            for parent in parents:
                section = section[parent]
            if value is ABSENT:
                del section[last]
            else:
                section[last] = value
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
        return load_params(path)

    return change_and_load


@pytest.fixture
def refusals(load, tmp_path):
    """A function that changes keys and returns the lines with which the file is refused."""

    def refuse(changes: dict[str, Any]) -> list[str]:
        with pytest.raises(InputError) as refused:
            load(changes)
        lines = str(refused.value).splitlines()
        prefix = f"{tmp_path / 'params.yaml'}: "
        assert all(line.startswith(prefix) for line in lines)
        return [line.removeprefix(prefix) for line in lines]

    return refuse


@pytest.fixture
def refusal(refusals):
    """A function that changes one key and returns the one line with which it is refused."""

    def refuse(key: str, value: Any) -> str:
        (line,) = refusals({key: value})
        return line

    return refuse


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
    line = refusal(key, ABSENT)
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


def test_the_column_of_a_label_is_no_input(refusal, raw_params):
    label = raw_params["data"]["file"]["urgency"]
    line = refusal("data.file.fields.level", {"column": label, "kind": "categorical"})
    assert line == f"data.file: field 'level' is the column of a label, '{label}'"
    assert refusal("data.file.text", label).startswith("data.file: text is the column of a label")


def test_one_label_may_be_unmapped_but_not_both(load, refusals):
    # A label without a column: its classes and merges are not looked at.
    unread = {"data.file.urgency_levels": ["a", "A"], "data.file.merge.urgency": {"x": "y"}}
    file = load({"data.file.urgency": None} | unread).data.file
    assert file.classes("urgency") == ()
    assert file.class_of_key("urgency") == {}
    assert file.classes("specialty")[0] == "primary_care"
    (line,) = refusals({"data.file.urgency": None, "data.file.specialty": None})
    assert line.startswith("data.file: urgency and specialty are both null")


def test_every_wrong_key_has_a_line(refusals):
    lines = refusals(
        {
            "speed": 1,
            "data.seed": "x",
            "mtl": ABSENT,
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


def test_names_may_be_written_as_numbers(load):
    changes = {
        "data.file.urgency_levels": [1, 2.0, 2.5],
        "data.file.specialties": [10, "x"],
        "data.file.missing": [-9, 999.0, ""],
        "data.file.sheet": 2024,
        "data.file.group": 7,
        "data.file.merge.specialty": {3: 10},
    }
    file = load(changes).data.file
    assert file.classes("urgency") == ("1", "2", "2.5")
    assert file.class_of_key("specialty") == {"10": "10", "x": "x", "3": "10"}
    assert file.missing == ["-9", "999", ""]
    assert (file.sheet, file.group) == ("2024", "7")


def test_what_yaml_takes_for_a_truth_value_is_asked_for_in_quotes(refusals):
    lines = refusals({"data.file.urgency_levels": [True, False]})
    assert [line.split(", ")[0] for line in lines] == [
        "data.file.urgency_levels.0: got True",
        "data.file.urgency_levels.1: got False",
    ]
    assert all(line.endswith("quote it") for line in lines)


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        (["Skin", "skin"], "specialties: 'Skin' and 'skin' are one label"),
        (["skin", " skin"], "specialties: 'skin' and 'skin' are one label"),
        (["the skin", "the  skin"], "specialties: 'the skin' and 'the  skin' are one label"),
        (["2", "2.0"], "specialties: '2' and '2.0' are one label"),
        (["e\u0301t\u00e9", "\u00e9te\u0301"], "are one label"),
        (["heart", "n/a"], "specialties: 'n/a' is in `missing` too; take it out of one"),
    ],
)
def test_classes_that_cells_could_not_tell_apart_are_refused(refusal, classes, says):
    line = refusal("data.file.specialties", classes)
    assert line.startswith("data.file: ")
    assert says in line


TIERS = {"data.file.urgency_levels": ["red", "orange", "yellow", "green"]}


@pytest.mark.parametrize(
    ("merge", "classes"),
    [
        ({}, "red orange yellow green"),
        ({"red": "orange"}, "orange yellow green"),
        ({"Orange ": "RED"}, "red yellow green"),
        ({"red": "yellow", "orange": "yellow"}, "yellow green"),
        ({"red": "orange", "green": "yellow"}, "orange yellow"),
    ],
)
def test_a_tier_may_be_merged_with_the_one_beside_it(load, merge, classes):
    file = load(TIERS | {"data.file.merge.urgency": merge}).data.file
    assert file.classes("urgency") == tuple(classes.split())
    assert set(file.class_of_key("urgency").values()) == set(classes.split())


@pytest.mark.parametrize(
    ("merge", "says"),
    [
        ({"red": "yellow"}, "merge.urgency: 'yellow' takes in a tier that is not beside it"),
        ({"red": "yellow", "orange": "green"}, "is not beside it"),
        ({"red": "orange", "orange": "yellow"}, "'red' into 'orange': 'orange' is merged itself"),
        ({"red": "RED"}, "'red' into 'RED': 'RED' is merged itself"),
        ({"black": "green"}, "'black' into 'green': list 'black' in urgency_levels"),
        ({"red": "pink"}, "'red' into 'pink': 'pink' is not among urgency_levels"),
        ({"black": "red", "Black": "orange"}, "is merged twice"),
        ({"n/a": "green"}, "'n/a' into 'green': 'n/a' is in `missing` too"),
        ({"red": "green", "orange": "green", "yellow": "green"}, "leaves fewer than two classes"),
    ],
)
def test_a_merge_that_has_no_clear_end_is_refused(refusals, merge, says):
    lines = refusals(TIERS | {"data.file.merge.urgency": merge})
    assert says in lines[0]
    assert all(line.startswith("data.file: merge.urgency: ") for line in lines)


def test_sub_specialties_have_no_order(load):
    file = load({"data.file.merge.specialty": {"cardiology": "primary_care"}}).data.file
    assert len(file.classes("specialty")) == 4


@pytest.mark.parametrize("form", ["%d.%m", "%Y", "%H:%M", "dd.mm.yyyy", "%", "%d.%m.%Y %z", "%Q"])
def test_a_date_format_gives_day_month_and_year(refusal, form):
    line = refusal("data.file.date_format", form)
    assert line.startswith(f"data.file.date_format: got {form!r}, which does not give day, month")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"data: [\n", "line 2: not valid YAML"),
        (b"data:\n  seed: 1\n\tpath: x", "line 3: not valid YAML"),
        (b"data: !!python/object:os.system {}", "line 1: tag:yaml.org,2002:python/object"),
        (b"data: \xff\xfe", "not valid YAML, which is text in UTF-8"),
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
