"""Stage report: the pages of a run, beside those of the runs that `report.beside` names.

Reads   params.yaml, metrics/, plots/ of each run; .dvc/plots/; results/transfer/dial.json and
        results/replication/summary.json, where they are
Writes  reports/brief.html and hashes.md5, docs/results.md and macro-f1.svg
"""

from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.report.pages.build import build_brief, build_results, write_hashes
from intake_triage.report.pages.pictures import draw_macro_f1
from intake_triage.report.pages.read import read_beside, read_run


def main() -> None:
    layout = Layout()
    run = read_run(layout)
    beside = read_beside(run, load_params().report.beside)
    runs = [run, *beside]
    pages = {
        layout.brief: build_brief(run, beside),
        layout.hashes: write_hashes(runs),
        Path("docs/results.md"): build_results(runs),
        Path("docs/macro-f1.svg"): draw_macro_f1(runs),
    }
    for path, text in pages.items():
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
