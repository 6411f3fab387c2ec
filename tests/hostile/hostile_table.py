"""A clinic's table with secrets in texts, ids and groups, and markup for every name it may choose.

The markup would tell the page around it that it ran, or ask the server for `pwned`.
"""

from pathlib import Path

import numpy as np
import pandas as pd

SECRET = "zyxq"  # begins every secret; no other text holds it
N_FORMS, N_SECRET_TEXTS, N_SECRET_SITES, N_SECRET_CHANNELS = 700, 500, 20, 3
RAN = "parent.pwned=1"
TIERS = (f'"><script>{RAN}</script>', f"<img src=pwned onerror={RAN}>", "{{7*7}}", f"'-{RAN}-'")
SPECIALTIES = (
    f"</style></title><script>{RAN}</script>",
    f"[here](javascript:{RAN})",
    f"`<svg onload={RAN}>`",
)
SEX, CHANNEL, SITE = f"<svg onload={RAN}>", "<iframe src=pwned>", f"</td><script>{RAN}</script>"
GROUP_OF_MANY = f"<b onmouseover={RAN}>north</b>"
VERSION = f"1</title><script>{RAN}</script>"
MARKUP = (*TIERS, *SPECIALTIES, SEX, CHANNEL, SITE, GROUP_OF_MANY, VERSION)
COMPLAINTS = ("chest pain", "itchy rash", "sore knee")
COURSES = ("suddenly", "worse", "for weeks", "check-up")


def make_table(seed: int = 0) -> pd.DataFrame:
    """Forms whose words tell their labels, but for a fifth; secrets in texts, ids and groups."""
    rng = np.random.default_rng(seed)
    tier, place = rng.integers(0, len(TIERS), N_FORMS), rng.integers(0, len(SPECIALTIES), N_FORMS)
    texts = [
        f"{COMPLAINTS[p]} {COURSES[t]} {rng.choice(['again', 'at night'])}"
        for t, p in zip(tier, place, strict=True)
    ]
    for i in rng.choice(N_FORMS, N_SECRET_TEXTS, replace=False):
        texts[i] += f" {SECRET}word{i:04d}"
    site = rng.choice([GROUP_OF_MANY, "south"], N_FORMS).astype(object)
    site[rng.choice(N_FORMS, N_SECRET_SITES, replace=False)] = f"{SECRET}site"
    channel = rng.choice(["phone", "desk"], N_FORMS).astype(object)
    channel[rng.choice(N_FORMS, N_SECRET_CHANNELS, replace=False)] = f"{SECRET}channel"
    noisy = rng.random(N_FORMS) < 0.2
    tier[noisy] = rng.permutation(tier[noisy])
    return pd.DataFrame(
        {
            "id": [f"{SECRET}-{i}" for i in range(N_FORMS)],
            "complaint": texts,
            "tier": np.array(TIERS)[tier],
            "place": np.array(SPECIALTIES)[place],
            "patient": [f"{SECRET}p-{i // 2}" for i in range(N_FORMS)],
            "sex": rng.choice(["female", "male"], N_FORMS),
            "age": rng.integers(0, 80, N_FORMS),
            "channel": channel,
            "site": site,
        }
    )


def fill_params(params: dict) -> None:
    """Turn the committed params into small ones for the table, at data/raw/forms.csv."""
    small = {
        "gbm": {"max_rounds": 12, "leaves": 7, "min_records_in_leaf": 5},
        "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
        "train": {"epochs": 1, "seeds": [0], "learning_rate": 0.01},
        "calibrate": {"candidates": ["identity", "temperature"], "folds": 3},
        "compare": {"resamples": 100},
        "release": {"version": VERSION},
        "data": {"source": "file", "path": "data/raw/forms.csv"},
    }
    for section, values in small.items():
        params[section] |= values
    params["data"]["file"] |= {
        **{"record_id": "id", "text": "complaint", "group": "patient", "date": None},
        **{"urgency": "tier", "urgency_levels": list(TIERS)},
        **{"specialty": "place", "specialties": list(SPECIALTIES)},
        "fields": {
            SEX: {"column": "sex", "kind": "categorical"},
            CHANNEL: {"column": "channel", "kind": "categorical"},
            "age": {"column": "age", "kind": "numeric", "low": 0, "high": 120},
        },
        "subgroups": {SEX: "sex", SITE: "site"},
    }


def write_table(path: Path, frame: pd.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return path
