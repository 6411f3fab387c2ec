"""Stage report: the pages of a run, and the results of both runs side by side.

Run     python -m stages.report [<run>]   a run's folder, such as results/namcs: its two pages alone
Reads   params.yaml, metrics/, plots/ of the run, and of results/namcs where there is one;
        .dvc/plots/, requirements.txt; results/transfer/dial.json
Writes  reports/brief.html, reports/model-card.md, docs/results.md, docs/macro-f1.svg
"""

from argparse import ArgumentParser
from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.layout import Layout
from intake_triage.report.pages.build import build_brief, build_card, build_results, name_runs
from intake_triage.report.pages.pictures import draw_macro_f1
from intake_triage.report.pages.run import read_run

SURVEY = Layout(Path("results/namcs"))


def main() -> None:
    parser = ArgumentParser(description="Write the pages of a run.")
    parser.add_argument("run", type=Path, nargs="?", default=Path())
    layout, checkout = Layout(parser.parse_args().run), Layout()
    run = read_run(layout, checkout)
    _write(layout.brief, build_brief(run))
    _write(layout.model_card, build_card(run))
    if layout == checkout:
        survey = [read_run(SURVEY, checkout)] if SURVEY.root.exists() else []
        runs = name_runs([*survey, run])
        _write(Path("docs/results.md"), build_results(runs))
        _write(Path("docs/macro-f1.svg"), draw_macro_f1(runs))


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
