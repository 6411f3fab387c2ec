"""Stage release: what can be put into a silent pilot, as folders that need neither DVC nor data.

Reads   data/prepared, models/, predictions/forecasts/ and averages/, metrics/compare.json and
        prepare.json, plots/set_ups.json
Writes  release/choice/, and release/runner_up/ where the rule names one; metrics/pilot.json, how
        long a pilot of the choice takes until each of its alarms means something
"""

from intake_triage.errors import run_stage
from intake_triage.files import make_empty, read_json, write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.release.bundle.build import build_bundle
from intake_triage.release.bundle.choose import list_bundles
from intake_triage.release.plan.plan import plan_pilot
from intake_triage.release.watch.reference import read_reference


def main() -> None:
    layout, params, prepared = Layout(), load_params(), read_prepared()
    make_empty(layout.bundle("choice").parent)
    recommendation = read_json(layout.metrics("compare"))["recommendation"]
    for name, (set_up, about) in list_bundles(recommendation, params.release.version).items():
        build_bundle(layout.bundle(name), set_up, prepared, params, about, layout=layout)
    plan = plan_pilot(
        read_reference(layout.bundle("choice")),
        prepared.schema,
        params.decision,
        forms_a_week=params.release.forms_a_week,
    )
    write_json(layout.metrics("pilot"), plan)


if __name__ == "__main__":
    run_stage(main)
