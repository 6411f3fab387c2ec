"""docs/replication.md and its picture, from the kept results of the runs that there are.

Reads   studies/replication/results/*.json, studies/replication/params.yaml, params.yaml
Writes  docs/replication.md, docs/replication.svg; results/replication/summary.json, which the brief
        shows: no output for DVC, since repro of the brief would run the whole study first
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from intake_triage.errors import run_stage
from intake_triage.files import read_json, replacing, write_json
from intake_triage.layout import Layout
from intake_triage.params import DataParams, load_params
from intake_triage.report.pages.charts import VEGA_LITE
from intake_triage.systems import FORECASTERS
from studies.replication import summary, words
from studies.replication.pictures import draw_sizes
from studies.replication.settings import (
    RESULTS,
    ROOT,
    SECONDS,
    STUDY,
    SURVEY_ALL,
    StudyParams,
    load_study,
)

PAGE = ROOT / "docs/replication.md"
PICTURE = ROOT / "docs/replication.svg"
SUMMARY = ROOT / "results/replication/summary.json"
Results = Mapping[str, Any]  # by name, as results/<name>.json has them


def main() -> None:
    study = load_study()
    results = read_kept(study, RESULTS)
    _replace(PAGE, write_page(study, results))
    rows = summary.learning_curve(runs_by_size(study, results))
    _replace(PICTURE, vl_convert.vegalite_to_svg(draw_sizes(rows), vl_version=VEGA_LITE))
    write_json(SUMMARY, sum_up(study, results, load_params(Layout(ROOT).params).data))
    still_open = list_open(study, results)
    if still_open:
        print(f'open: {len(still_open)}; make replication RUNS="{" ".join(still_open)}"')


def read_kept(study: StudyParams, folder: Path) -> Results:
    """The results that there are, in the order of params.yaml, then the survey's and the times."""
    places = {name: folder / f"{name}.json" for name in (*study.runs, SURVEY_ALL, SECONDS)}
    return {name: read_json(path) for name, path in places.items() if path.exists()}


def list_open(study: StudyParams, results: Results) -> list[str]:
    """The names whose results are not there."""
    return [name for name in (*study.runs, SURVEY_ALL, SECONDS) if name not in results]


def list_replicates(study: StudyParams, results: Results) -> list[Any]:
    """The runs of the default source with other data seeds."""
    seeds = [name for name, run in study.runs.items() if run.group == "seeds"]
    return [results[name] for name in seeds if name in results]


def sum_up(study: StudyParams, results: Results, data: DataParams) -> dict[str, Any]:
    """What the brief says of the replication.

    Returns
    -------
    dict
        data: what the runs have in common with the root's params; runs: how many data seeds;
        chosen: in how many of them each set-up, by its label; gain: by task, of one multi-task fit
        over two in macro-F1, mean; clock: seconds of one training seed, one fit after another, by
        the label of a set-up, where it was measured.
    """
    runs = list_replicates(study, results)
    measured = results.get(SECONDS, {}).get("systems", {})
    return {
        "data": {"n_records": data.n_records, "synthetic": data.synthetic.model_dump()},
        "runs": len(runs),
        "chosen": Counter(run["choice"] for run in runs if run["choice"] is not None),
        "gain": {
            row["task"]: round(row["gain"].mean, 3)
            for row in summary.count_verdicts(runs)
            if row["measure"] == "macro_f1"
        },
        "clock": {
            label: round(sum(measured[each]["wall_seconds"] for each in FORECASTERS[name].members))
            for label, name in summary.UNIFORM.items()
            if measured
        },
    }


def runs_by_size(study: StudyParams, results: Results) -> list[Any]:
    """The runs by number of forms: those of the clinic, then those of the survey, small first."""
    groups = {name: run.group for name, run in study.runs.items()} | {SURVEY_ALL: "survey"}
    return [
        run
        for group in ("sizes", "survey")
        for run in sorted(
            (results[name] for name, of in groups.items() if of == group and name in results),
            key=lambda run: run["records"]["train"],
        )
    ]


def list_codes(results: Results, source: str) -> list[str]:
    """The versions of the code; the catalogue counts as code where forms are made from it."""
    runs = [run for run in results.values() if run.get("source") == source]
    return sorted({run["code"] for run in runs if "code" in run})


def write_page(study: StudyParams, results: Results) -> str:
    """The page, from whatever results there are."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(STUDY),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    replicates = list_replicates(study, results)
    sizes = runs_by_size(study, results)
    by_source = [[run for run in sizes if run["source"] == source] for source in words.SOURCES]
    page = environment.get_template("replication.md.jinja").render(
        still_open=list_open(study, results),
        codes=max((list_codes(results, source) for source in words.SOURCES), key=len),
        replicates=replicates,
        set_ups=summary.count_set_ups(replicates),
        sizes=sizes,
        crossings=[row for runs in by_source for row in summary.find_crossings(runs)],
        halves=results.get(SURVEY_ALL, {}).get("halves"),
        seconds=results.get(SECONDS),
        forecasters=list(FORECASTERS),
        summary=summary,
        words=words,
    )
    return re.sub("\n{3,}", "\n\n", page).strip() + "\n"


def _replace(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
