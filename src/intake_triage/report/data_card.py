"""The data card: what the synthetic clinic is, in figures, and what it is not."""

import shutil
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd
import yaml
from scipy.sparse import csr_matrix, hstack
from scipy.special import rel_entr
from scipy.stats import entropy, sem
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.preprocessing import OneHotEncoder

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.params import Reading
from intake_triage.records.synthetic import (
    CATALOGUE,
    DEFAULT_RELATEDNESS,
    FIELDS,
    SPECIALTY,
    URGENCY,
    generate_clinic,
)
from intake_triage.records.synthetic.catalogue import Catalogue, load_catalogue
from intake_triage.records.synthetic.generate import draw_chunk
from intake_triage.records.synthetic.model import NOISY, ClinicModel, build_model
from intake_triage.records.synthetic.oracle import Oracle
from intake_triage.report.markdown import markdown_table
from intake_triage.tasks import Task

TEMPLATE = Path(__file__).with_name("data-card.md.jinja")
LARGE_RUN = Layout(Path("results/large"))
LARGE_SCORES = LARGE_RUN.root / "compare.json"
LARGE_SYSTEMS = ("linear", "st", "oracle")
N_RECORDS, N_TRAIN, SEED = 40_000, 24_000, 0
N_READ = 10_000  # forms whose joint posterior is averaged, at each of SETTINGS
DIAL = (0.0, 0.5, DEFAULT_RELATEDNESS, 0.8, 1.0)
SETTINGS: tuple[tuple[Reading, float], ...] = (
    *(("own", dial) for dial in DIAL),
    ("conflicting", DEFAULT_RELATEDNESS),
    ("shared", DEFAULT_RELATEDNESS),
    ("shared", 1.0),
)
CLASSES: dict[Task, tuple[str, ...]] = {"urgency": URGENCY, "specialty": SPECIALTY}
LONGEST_EXAMPLE = 28  # words


def build_card() -> str:
    """Generate the default clinic and describe it in Markdown."""
    catalogue = load_catalogue(CATALOGUE)
    chunks = generate_clinic(
        CATALOGUE,
        n_records=N_RECORDS,
        seed=SEED,
        task_relatedness=DEFAULT_RELATEDNESS,
        reading="own",
    )
    records, oracle = (pd.concat(parts, ignore_index=True) for parts in zip(*chunks, strict=True))
    template = jinja2.Template(
        TEMPLATE.read_text(encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    lengths = records["text"].str.split().str.len()
    information, error = _information_table(catalogue)
    of_large = _read_params(LARGE_RUN)
    return template.render(
        n_records=N_RECORDS,
        n_train=N_TRAIN,
        seed=SEED,
        classes=CLASSES,
        catalogue=catalogue,
        records=records,
        lengths=lengths,
        fields=FIELDS,
        n_read=N_READ,
        information=information,
        information_error=error,
        noisy=NOISY,
        difficulty=_difficulty_table(records, oracle),
        large=read_json(LARGE_SCORES),
        large_file=LARGE_SCORES,
        large_forms=of_large["data"]["n_records"],
        large_encoder_differs=of_large["encoder"] != _read_params(Layout())["encoder"],
        examples=_example_table(records[lengths <= LONGEST_EXAMPLE], oracle),
    )


def _read_params(run: Layout) -> dict:
    """As written: those of an older run need not be valid any more."""
    return yaml.safe_load(run.params.read_text(encoding="utf-8"))


def keep_large_run(run: Path) -> None:
    """Keep, in results/large/, of a finished run on many forms what the card shows of it.

    `run` is a checkout whose pipeline has run to `compare`.
    """
    finished = Layout(run)
    scores = read_json(finished.metrics("compare"))
    tested = {task: {"records": scores["test"][task]["records"]} for task in CLASSES}
    kept = {
        system: {
            task: {"log_loss": scores["systems"][system][task]["log_loss"]["value"]}
            for task in CLASSES
        }
        for system in LARGE_SYSTEMS
    }
    write_json(LARGE_SCORES, {"test": tested, "systems": kept})
    shutil.copy(finished.params, LARGE_RUN.params)


def joint_label_shares(model: ClinicModel) -> np.ndarray:
    """Exact chance of each pair of labels: float array of shape (4, 12), sums to 1."""
    network, labels = model.network, model.labels
    given_kind = network.patient.rows.reshape(len(network.patient.rows), -1, 2)
    months = np.bincount(network.month, weights=network.day.chances)
    by_band = np.einsum("kbs,m,kbsmc->kbc", given_kind, months, network.condition.chances)
    # Adult, child: (n_kinds, 2, n_conditions), then by site with the site's share.
    by_age = np.stack([by_band[:, 2:].sum(axis=1), by_band[:, :2].sum(axis=1)], axis=1)
    condition = network.site.chances[:, None, None] * by_age[network.kind]
    routed = np.einsum("iac,iacf->cf", condition, labels.specialty.chances)  # (n_conditions, 12)
    severity, course = model.severity.chances, model.course.chances
    return np.einsum("cs,z,szu->cu", severity, course, labels.urgency.chances).T @ routed


def joint_label_posteriors(model: ClinicModel) -> np.ndarray:
    """The same given each of the forms that are read: float array of shape (N_READ, 4, 12)."""
    draw = draw_chunk(model, seed=SEED, chunk=0, n=N_READ)
    return Oracle(model).joint_posteriors(draw.circumstances, draw.mentions, draw.fields)


def mutual_information(joint: np.ndarray) -> np.ndarray:
    """Mutual information of two labels with the given joint chances.

    Parameters
    ----------
    joint : float array of shape (..., n_classes, n_other_classes)
        The last two axes sum to 1.

    Returns
    -------
    float array of shape (...)
        In nats.
    """
    apart = joint.sum(axis=-1, keepdims=True) * joint.sum(axis=-2, keepdims=True)
    information = rel_entr(joint, apart).sum(axis=(-2, -1))
    return np.maximum(information, 0.0)  # rounding may leave it below 0


def _information_table(catalogue: Catalogue) -> tuple[str, float]:
    """What the labels share at each of SETTINGS, and the largest Monte-Carlo error in it."""
    rows = [("`reading`", "`task_relatedness`", "before", "share", "given the form")]
    errors = []
    for reading, dial in SETTINGS:
        model = build_model(catalogue, task_relatedness=dial, reading=reading)
        shares = joint_label_shares(model)
        before = mutual_information(shares)
        given_form = mutual_information(joint_label_posteriors(model))
        errors.append(sem(given_form))
        figures = f"{before:.3f}", f"{before / entropy(shares.sum(axis=1)):.0%}"
        note = ", the default" if (reading, dial) == ("own", DEFAULT_RELATEDNESS) else ""
        rows.append((reading, f"{dial:g}{note}", *figures, f"{given_form.mean():.3f}"))
    return markdown_table(rows), max(errors)


def _difficulty_table(records: pd.DataFrame, oracle: pd.DataFrame) -> str:
    """Prior, a bag of words, oracle: trained on the first 24,000, scored on the others."""
    inputs = _bag_of_words(records)
    rows = [("label", "system", "macro-F1", "log-loss")]
    for task, names in CLASSES.items():
        label = pd.Categorical(records[task], categories=list(names)).codes
        seen, rest = label[:N_TRAIN], label[N_TRAIN:]
        linear = LogisticRegression(solver="saga", tol=1e-3, random_state=SEED)
        linear.fit(inputs[:N_TRAIN], seen)
        systems = {
            "class shares": np.tile(np.bincount(seen) / N_TRAIN, (len(rest), 1)),
            "logistic regression": linear.predict_proba(inputs[N_TRAIN:]),
            "oracle": oracle[[f"{task}_{k}" for k in range(len(names))]].to_numpy()[N_TRAIN:],
        }
        for name, chances in systems.items():
            f1 = f1_score(rest, chances.argmax(axis=1), average="macro")
            loss = log_loss(rest, chances, labels=range(len(names)))
            rows.append((task, name, f"{f1:.3f}", f"{loss:.3f}"))
    return markdown_table(rows)


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


def _example_table(records: pd.DataFrame, oracle: pd.DataFrame) -> str:
    """The first form of each of eight sub-specialties, two a tier; `oracle` has all records."""
    rows = [("text", "age, sex", "urgency", "specialty")]
    for i, specialty in enumerate(SPECIALTY[:8]):
        k = i % len(URGENCY)
        fits = (records["urgency"] == URGENCY[k]) & (records["specialty"] == specialty)
        form = records[fits].iloc[0]
        sure = oracle.loc[form.name]
        age = "age not stated" if pd.isna(form.age) else f"{form.age:.0f}"
        sex = "sex not stated" if pd.isna(form.sex) else form.sex
        urgency = f"{URGENCY[k]} ({sure[f'urgency_{k}']:.2f})"
        routed = f"{specialty} ({sure[f'specialty_{i}']:.2f})"
        rows.append((form.text, f"{age}, {sex}", urgency, routed))
    return markdown_table(rows)
