"""The page counts what the results say, and can be made after any of the runs."""

import numpy as np
import pytest
import vl_convert

from intake_triage.report.pages.charts import VEGA_LITE
from studies.replication import summary
from studies.replication.pictures import draw_sizes
from studies.replication.report import list_open, read_kept, runs_by_size, write_page
from studies.replication.settings import SECONDS, SURVEY_ALL, load_study

TIMES = {
    "processor": "a processor",
    "busy_cores": 0.1,
    "records": {"train": 24000},
    "systems": {
        "mtl": {"cpu_seconds": 80.4, "wall_seconds": 81.9, "peak_mib": 700.0, "parameters": 695824}
    },
}
HALVES = {
    "records": 12008,
    "units": 1423,
    "halves": 100,
    "none": 0.93,
    "set_ups": [{"urgency": "mtl", "specialty": "mtl", "tied": 0.07, "chosen": 0.05}],
}


@pytest.fixture
def study():
    return load_study()


@pytest.fixture
def results(study, made_result):
    made = {}
    for k, (name, run) in enumerate(study.runs.items()):
        source = "namcs" if run.group == "survey" else "synthetic"
        made[name] = made_result(k, source=source, train=run.learn or 24000)
    made[SURVEY_ALL] = made_result(99, source="namcs", train=23990) | {"halves": HALVES}
    return made | {SECONDS: TIMES}


def test_the_page_can_be_made_after_any_run(study, results):
    names = (*study.runs, SURVEY_ALL, SECONDS)
    assert not list_open(study, results)
    for there in [(), *((name,) for name in names)]:
        some = {name: results[name] for name in there}
        page = write_page(study, some)
        left = ", ".join(name for name in names if name not in there)
        assert f"**Not run yet:** {left}." in page
        assert draw_sizes(summary.learning_curve(runs_by_size(study, some)))


def test_the_whole_page_says_what_the_results_say(study, results):
    results["seed_13"] |= {"decision": "do_not_release", "reason": "vetoed_by_test"}
    nothing = {"decision": "do_not_release", "reason": "nothing_passes", "choice": None}
    results["seed_14"] |= nothing | {"nearest": "st / st", "tied": []}
    for name in ("seed_14", "seed_15"):
        results[name]["set_ups"]["st / st"]["breaks"] = {"over_triage": 0.52}
    page = write_page(study, results)
    assert "Not run yet" not in page
    assert "A set-up passes the rule in 8 of 10; nothing passes in 1; test vetoes in 1." in page
    assert "| mtl | 9 | 9 | nothing |" in page
    assert "| gbm+mtl | 0 | 9 | nothing |" in page
    assert "| st / st | 0 | 0 | over-triage 2 |" in page
    assert "mtl is chosen most often (9). Tied in half the runs or more: mtl, gbm+mtl." in page
    assert "synthetic clinic: 2,500 gbm+mtl; 5,000 gbm+mtl; 10,000 gbm+mtl; 24,000" in page
    assert "4.0 to tell on which side of the margin each tied set-up lies" in page
    assert "| 0 of 10 |" in page
    assert "| synthetic clinic | 4,200 | 2,500 | 3 | mtl (fewer parts) | gbm+mtl |" in page
    assert "100 random halves of the 1,423 physicians (12,008 forms)" in page
    assert "Nothing passes in 93%." in page
    assert "| mtl | 80 | 82 | 700 |" in page
    assert len(page.split()) < 1800


def test_runs_of_other_code_are_owned_to(study, results):
    assert "versions of the code" not in write_page(study, results)
    results["seed_12"]["code"] = "ffffffff"
    assert "**The runs are of 2 versions of the code**" in write_page(study, results)


def test_only_what_is_there_is_read(study, tmp_path):
    (tmp_path / "seed_12.json").write_text("{}", encoding="utf-8")
    (tmp_path / "seed_99.json").write_text("{}", encoding="utf-8")
    assert read_kept(study, tmp_path) == {"seed_12": {}}


def test_a_spread_is_over_runs_beside_what_one_run_states(made_result):
    runs = [made_result(seed) for seed in range(4)]
    values = [run["figures"]["mtl"]["urgency"]["macro_f1"][0] for run in runs]
    spread = summary.spread_figure(runs, "mtl", "urgency", "macro_f1")
    assert spread.mean == pytest.approx(np.mean(values))
    assert spread.deviation == pytest.approx(np.std(values, ddof=1))
    assert spread.stated == pytest.approx(0.02)
    assert summary.spread_figure(runs, "mtl", "urgency", "gap_closed").stated is None
    assert summary.spread_figure(runs, "mtl", "urgency", "over_triage") is None
    assert np.isnan(summary.spread_figure(runs[:1], "mtl", "urgency", "ece").deviation)


def test_set_ups_cross_where_their_costs_are_equal(made_result):
    few, more = made_result(train=1000), made_result(train=100_000)
    for run, costs in ((few, {"mtl": 1290.0}), (more, {"mtl": 1320.0, "gbm / gbm": 1280.0})):
        for label in summary.UNIFORM:
            run["set_ups"][label]["test"] = costs.get(label, 1330.0)
    few["set_ups"]["gbm / gbm"]["test"] = 1310.0
    (crossing,) = summary.find_crossings([few, more])
    assert (crossing["below"], crossing["above"]) == ("mtl", "gbm / gbm")
    # 20 below at 10³, 40 above at 10⁵: a third of the way.
    assert crossing["at"] == pytest.approx(10 ** (3 + 2 / 3))
    assert (crossing["before"], crossing["after"]) == (20, 40)
    assert not list(summary.find_crossings([few]))
    nothing_passes = [run | {"choice": None} for run in (few, more)]
    assert not list(summary.find_crossings(nothing_passes))


def test_the_learning_curve_starts_at_the_lowest(study, results):
    rows = summary.learning_curve(runs_by_size(study, results))
    assert len(rows) == 8 * len(summary.UNIFORM)
    learn = [row["learn"] for row in rows if row["label"] == "mtl"]
    assert learn == [2500, 5000, 10000, 24000, 99998, 5000, 10000, 23990]
    for size in (2500, 23990):
        assert min(row["above"] for row in rows if row["learn"] == size) == 0
    drawn = vl_convert.vegalite_to_svg(draw_sizes(rows), vl_version=VEGA_LITE)
    assert "synthetic clinic" in drawn
    assert "survey (NAMCS)" in drawn
