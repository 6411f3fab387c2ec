"""Stage release: what can be put into a silent pilot, as folders that need neither DVC nor data.

Reads   data/prepared, models/, predictions/forecasts/ and averages/, metrics/compare.json,
        prepare.json and results.csv, plots/conformal.json
Writes  release/choice/, and release/runner_up/ where the rule names one; reports/model-card.md, the
        card of the choice; metrics/pilot.json, how long a pilot of the choice takes until each of
        its alarms means something
"""

import shutil

from intake_triage.errors import run_stage
from intake_triage.files import make_empty, read_json, replacing, write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.release.bundle.build import build_bundle
from intake_triage.release.bundle.card import CARD
from intake_triage.release.bundle.choose import list_bundles
from intake_triage.release.plan.plan import plan_pilot
from intake_triage.release.watch.reference import read_reference


def main() -> None:
    layout, params, prepared = Layout(), load_params(), read_prepared()
    make_empty(layout.bundle("choice").parent)
    recommendation = read_json(layout.metrics("compare"))["recommendation"]
    bundles = list_bundles(recommendation, params.release.version)
    for name, (set_up, about) in bundles.items():
        other = next((each for key, (each, _) in bundles.items() if key != name), None)
        folder = layout.bundle(name)
        build_bundle(folder, set_up, prepared, params, about, other=other, layout=layout)
    with replacing(layout.model_card) as temporary:
        shutil.copyfile(layout.bundle("choice") / CARD, temporary)
    found = recommendation["ceilings"].items()  # of test, where nothing was chosen
    plan = plan_pilot(
        read_reference(layout.bundle("choice")),
        prepared.schema,
        params.decision,
        forms_a_week=params.release.forms_a_week,
        expected={name: row["value"] for name, row in found if row["value"] is not None},
    )
    write_json(layout.metrics("pilot"), plan)


if __name__ == "__main__":
    run_stage(main)
