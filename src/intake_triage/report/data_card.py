"""Write docs/data-card.md: what the synthetic clinic is, in figures, and what it is not.

Run by `make card`, from the checkout's root.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.preprocessing import OneHotEncoder

from intake_triage.files import read_json
from intake_triage.records.synthetic import (
    CATALOGUE,
    DEFAULT_RELATEDNESS,
    FIELDS,
    SPECIALTY,
    URGENCY,
    generate_clinic,
)
from intake_triage.records.synthetic.catalogue import Catalogue, load_catalogue
from intake_triage.records.synthetic.model import build_model
from intake_triage.records.synthetic.relatedness import joint_label_shares, mutual_information

CARD = Path("docs/data-card.md")
LARGE_RUN = Path("results/large/metrics/compare.json")
N_RECORDS, N_TRAIN, SEED = 40_000, 24_000, 0
DIAL = (0.0, 0.2, 0.4, 0.5, 0.6, DEFAULT_RELATEDNESS, 0.7, 0.8, 0.9, 1.0)
CLASSES = {"urgency": URGENCY, "specialty": SPECIALTY}
LONGEST_EXAMPLE = 28  # words

INTRODUCTION = """# Data card: the synthetic clinic

Written by `make card`; do not edit by hand. Figures are of {n_records:,} records with seed {seed}
at the default settings, but for those that name another run.

## What it is

Invented intake forms of a network of {n_sites} sites over two years: free text, {n_fields}
structured entries, an urgency tier (4, ordinal) and the sub-specialty routed to (12). They come
from a catalogue of {n_conditions} presenting conditions and {n_things} things to mention, none of
it taken from any patient's record. Because every chance is written down, the posterior of both
labels given a form is known exactly: the oracle.

A form starts from a site, a day and a patient's age and sex. These give the chances of a condition,
with its seasons and a slow drift; the condition gives the chances of a severity (1 to 5). A second
latent, the course (1 settling to 5 collapsing), is independent of all others. Condition and
severity decide what is complained of, denied and past, and how strong; the course speaks through
words of its own (getting worse, off work) and through the channel by which the form arrives.
Urgency is an ordered probit on a mix of severity and course, set by the dial `task_relatedness`,
then recorded with slips to the tier beside. Specialty is the condition's routing, bent by the
habits of the site. Sites also differ in how they write: abbreviations, order of clauses, typing
errors, filler.

What a mention means depends on its place. The same complaint may be present, denied, past or a
relative's, and the same word "severe" may belong to the complaint that matters or to another; so
the order of words carries label information that a bag of words does not hold.
"""

ENDING = """## Conflict

With `conflict` the course has no words of its own. It speaks through complaints of a second
problem, each of which stands for a level of the course; which level is drawn once and has nothing
to do with the sub-specialty that the same complaint stands for in a first problem. Urgency must
read in the second place what specialty must overlook, and give the same words another meaning: a
narrow encoder has to hold both readings.

## What it is not

- Not patients. Conditions, rates and severities were written to be plausible to a clinician, not
  estimated from records; no prevalence here is an estimate of anything.
- Not a triage standard. The tiers' shares are set, and severity differs between sub-specialties
  more strongly than a real clinic's need, so that the labels can share what the dial asks for.
- Not prose. Texts are lists of phrases as clerks and patients jot them down, in English alone,
  with typing errors, abbreviations and filler.
- Not a test of fairness. Age, sex and site change who has what; no group's forms are worse.
- Not a test of the screen for identifiers: no name, number or address is ever drawn.
- Not quite within reach. The oracle knows what was meant before the phrase was chosen, misspelt or
  cut off at 60 words, how wordy the writer tends to be, the site where the form leaves it empty,
  and routing habits that a model must learn. Of age and sex it knows no more than the form.
"""


def main() -> None:
    """Generate the default clinic and write the card."""
    catalogue = load_catalogue(CATALOGUE)
    chunks = generate_clinic(
        CATALOGUE,
        n_records=N_RECORDS,
        seed=SEED,
        task_relatedness=DEFAULT_RELATEDNESS,
        conflict=False,
    )
    records, oracle = (pd.concat(parts, ignore_index=True) for parts in zip(*chunks, strict=True))
    sections = [
        INTRODUCTION.format(
            n_records=N_RECORDS,
            seed=SEED,
            n_sites=catalogue.network.sites,
            n_fields=len(FIELDS),
            n_conditions=len(catalogue.conditions),
            n_things=len(catalogue.things),
        ),
        _describe_shares(records),
        _describe_texts(records),
        _describe_entries(records),
        _describe_dial(catalogue),
        _describe_difficulty(records, oracle),
        _describe_large_run(),
        _describe_examples(records, oracle),
        ENDING,
    ]
    CARD.parent.mkdir(exist_ok=True)
    CARD.write_text("\n".join(sections), encoding="utf-8")


def _describe_shares(records: pd.DataFrame) -> str:
    parts = ["## Classes\n"]
    for task, names in CLASSES.items():
        shares = records[task].value_counts(normalize=True)
        parts.append(_table((task, "share"), ((name, f"{shares[name]:.1%}") for name in names)))
    return "\n".join(parts)


def _describe_texts(records: pd.DataFrame) -> str:
    n_words = records["text"].str.split().str.len()
    quantiles = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
    row = [f"{n_words.quantile(q):.0f}" for q in quantiles]
    names = ("least", "5 %", "25 %", "median", "75 %", "95 %", "most")
    distinct = records["text"].nunique() / len(records)
    return (
        "## Texts\n\nWords a text; "
        f"{distinct:.1%} of the texts are distinct.\n\n{_table(names, [row])}"
    )


def _describe_entries(records: pd.DataFrame) -> str:
    rows = []
    for field in FIELDS:
        values = records[field.name]
        if field.kind == "numeric":
            low, middle, high = values.quantile([0.05, 0.5, 0.95])
            content = f"{low:g} … {middle:g} … {high:g} (5 %, median, 95 %)"
        elif values.nunique() > 10:
            content = f"{values.nunique()} values"
        else:
            shares = values.value_counts(normalize=True)
            content = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        by_tier = values.isna().groupby(records["urgency"]).mean()
        missing = [f"{share:.1%}" for share in (values.isna().mean(), *by_tier[list(URGENCY)])]
        rows.append((field.name, content, *missing))
    names = ("entry", "values", "missing", *(f"missing, {tier}" for tier in URGENCY))
    return "## Entries\n\n" + _table(names, rows)


def _describe_dial(catalogue: Catalogue) -> str:
    rows = []
    for dial in DIAL:
        model = build_model(catalogue, task_relatedness=dial, conflict=False)
        joint = joint_label_shares(model)
        tiers = joint.sum(axis=1)
        information = max(mutual_information(joint), 0.0)  # rounding may leave it below 0
        share = information / -(tiers @ np.log(tiers))
        note = "the default" if dial == DEFAULT_RELATEDNESS else ""
        rows.append((f"{dial:g}", f"{information:.3f}", f"{share:.0%}", note))
    return (
        "## What the labels share\n\nMutual information of the two labels, exact, in nats, and as"
        " a share of the entropy of urgency. The default is set to be like NAMCS 2006–2009, where"
        " it is 0.146 nats or 12 %.\n\n" + _table(("`task_relatedness`", "nats", "share", ""), rows)
    )


def _describe_difficulty(records: pd.DataFrame, oracle: pd.DataFrame) -> str:
    """Prior, a bag of words, oracle: trained on the first 24,000, scored on the others."""
    inputs = _bag_of_words(records)
    rows = []
    for task, names in CLASSES.items():
        label = pd.Categorical(records[task], categories=list(names)).codes
        seen, rest = label[:N_TRAIN], label[N_TRAIN:]
        linear = LogisticRegression(C=1.0, max_iter=400, tol=1e-3).fit(inputs[:N_TRAIN], seen)
        prior = np.bincount(seen) / N_TRAIN
        systems = {
            "class shares": np.tile(prior, (len(rest), 1)),
            "logistic regression": linear.predict_proba(inputs[N_TRAIN:]),
            "oracle": oracle[[f"{task}_{k}" for k in range(len(names))]].to_numpy()[N_TRAIN:],
        }
        for name, chances in systems.items():
            f1 = f1_score(rest, chances.argmax(axis=1), average="macro")
            loss = log_loss(rest, chances, labels=range(len(names)))
            rows.append((task, name, f"{f1:.3f}", f"{loss:.3f}"))
    return (
        f"## How hard\n\nTrained on {N_TRAIN:,} records, scored on the other "
        f"{N_RECORDS - N_TRAIN:,}. Logistic regression on TF-IDF of one and two words beside"
        " one-hot entries. The oracle's log-loss is a floor; its macro-F1 is a reference, since"
        " argmax maximises accuracy.\n\n"
        + _table(("label", "system", "macro-F1", "log-loss"), rows)
    )


def _describe_large_run() -> str:
    """What more records buy: how much of the way from `linear` to the oracle `st` goes."""
    run = read_json(LARGE_RUN)
    rows = []
    for task in CLASSES:
        linear, st, oracle = (
            run["systems"][system][task]["log_loss"] for system in ("linear", "st", "oracle")
        )
        closed = (linear - st) / (linear - oracle)
        rows.append((task, f"{linear:.3f}", f"{st:.3f}", f"{oracle:.3f}", f"{closed:.0%}"))
    return (
        "## Not by erasure\n\nWith 200,000 records to train on (`make large`, one seed, "
        f"`{LARGE_RUN}`), calibrated log-loss on {run['test']['urgency']['records']:,} others, and"
        " the share of the gap between `linear` and the oracle that the small Transformer closes:"
        " what the bag of words lacks is there to be learned.\n\n"
        + _table(("label", "linear", "st", "oracle", "gap closed"), rows)
    )


def _bag_of_words(records: pd.DataFrame) -> csr_matrix:
    """TF-IDF and one-hot inputs, fitted on the first 24,000: shape (n_records, n_inputs)."""
    entries = records[[field.name for field in FIELDS]].copy()
    for field in FIELDS:
        if field.kind == "numeric":
            cuts = entries[field.name][:N_TRAIN].quantile(np.linspace(0, 1, 11)).unique()
            entries[field.name] = np.digitize(entries[field.name], cuts)  # NaN is beyond the last
    entries = entries.astype(str)
    one_hot = OneHotEncoder(handle_unknown="ignore").fit(entries[:N_TRAIN])
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    words.fit(records["text"][:N_TRAIN])
    return hstack([words.transform(records["text"]), one_hot.transform(entries)]).tocsr()


def _describe_examples(records: pd.DataFrame, oracle: pd.DataFrame) -> str:
    """The first form of each of eight sub-specialties that is not too long, two a tier."""
    short = records["text"].str.split().str.len() <= LONGEST_EXAMPLE
    rows = []
    for i, specialty in enumerate(SPECIALTY[:8]):
        tier = URGENCY[i % len(URGENCY)]
        fits = short & (records["urgency"] == tier) & (records["specialty"] == specialty)
        k = int(np.flatnonzero(fits)[0])
        believed = [
            oracle[f"urgency_{URGENCY.index(tier)}"][k],
            oracle[f"specialty_{SPECIALTY.index(specialty)}"][k],
        ]
        age, sex = records["age"][k], records["sex"][k]
        stated = (
            "age not stated" if pd.isna(age) else f"{age:.0f}",
            "sex not stated" if pd.isna(sex) else sex,
        )
        labels = (f"{tier} ({believed[0]:.2f})", f"{specialty} ({believed[1]:.2f})")
        rows.append((records["text"][k], ", ".join(stated), *labels))
    return "## Examples\n\nIn brackets the oracle's chance of the recorded label.\n\n" + _table(
        ("text", "age, sex", "urgency", "specialty"), rows
    )


def _table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(names)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
