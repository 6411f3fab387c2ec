"""The tables of eight invented weeks, and what goes wrong from the fifth on.

Run     python -m examples.pilot.invent
Writes  examples/pilot/week_1.csv … week_8.csv, the forms of each week, and labels_1.csv …
        labels_8.csv, what staff had decided by the end of it

Forms are of the synthetic clinic under a seed that no run has. From the fifth week on one site
stops filling in a field, and an illness comes that the models have never read of: whoever writes
its name is placed as urgent by staff, however mild the rest sounds.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.records.synthetic import generate_clinic

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER.parents[1] / "src/intake_triage/records/synthetic/catalogue"
SEED = 2025
N_RECORDS = 11_000  # in two years: some hundred a week
FIRST_DAY = np.datetime64("2024-03-04")  # a Monday
LATER = np.timedelta64(52 * 7, "D")  # the pilot is of the year after the data's last
WEEKS = 8
DRIFTS_FROM = 5
SITE, FIELD = "site_16", "channel"
ILLNESS = "kesta fever"
ILL = 0.2  # of forms that staff would place below urgent
LATE, NEVER = 0.15, 0.05  # of labels: a week late, and not at all
LABELS = ["record_id", "urgency", "specialty"]


def main() -> None:
    for name, table in invent_tables():
        with replacing(FOLDER / name) as temporary:
            table.to_csv(temporary, index=False, date_format="%Y-%m-%d", lineterminator="\n")


def invent_tables() -> Iterator[tuple[str, pd.DataFrame]]:
    """The name of each file and what it holds."""
    rng = np.random.default_rng(SEED)
    forms = let_drift(draw_forms(), rng)
    chance = rng.random(len(forms))
    decided = forms["week"] + (chance < NEVER + LATE) + WEEKS * (chance < NEVER)
    for week in range(1, WEEKS + 1):
        of_week = forms[forms["week"] == week].drop(columns=["week", *LABELS[1:]])
        yield f"week_{week}.csv", of_week.convert_dtypes()
        yield f"labels_{week}.csv", forms.loc[decided == week, LABELS]


def draw_forms() -> pd.DataFrame:
    """The forms of the weeks in the order of their days; `week` counts from 1."""
    drawn = generate_clinic(
        CATALOGUE, n_records=N_RECORDS, seed=SEED, task_relatedness=0.65, reading="own"
    )
    forms = pd.concat([records for records, _ in drawn], ignore_index=True)
    week = (forms["date"] - FIRST_DAY).dt.days // 7 + 1
    forms = forms.assign(week=week)[week.between(1, WEEKS)]
    forms = forms.sort_values("date", kind="stable", ignore_index=True)
    ids = [f"P{number:04d}" for number in range(1, len(forms) + 1)]
    return forms.assign(record_id=ids, date=forms["date"] + LATER)


def let_drift(forms: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The forms as they come, with what happens from `DRIFTS_FROM` on."""
    drifts = forms["week"] >= DRIFTS_FROM
    lower = ~forms["urgency"].isin(["emergent", "urgent"])
    ill = drifts & lower & (rng.random(len(forms)) < ILL)
    return forms.assign(
        text=forms["text"].where(~ill, forms["text"] + ", " + ILLNESS),
        urgency=forms["urgency"].where(~ill, "urgent"),
        **{FIELD: forms[FIELD].where(~(drifts & (forms["site"] == SITE)))},
    )


if __name__ == "__main__":
    run_stage(main)
