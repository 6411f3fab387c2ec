"""Which fits a block makes: an arm is a way to train, with a fit a seed for each task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import AutoTokenizer

from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit, Job
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.models.tabular.linear import train_linear
from intake_triage.models.transformer.batches import encode_records
from intake_triage.models.transformer.train import build_model, train_transformer
from intake_triage.params import EncoderParams, MtlParams, Params, TrainParams
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS, Task
from studies.transfer.settings import StudyParams
from studies.transfer.training.finetune import fine_tune
from studies.transfer.training.pretrain import pretrain_encoder
from studies.transfer.training.sections import StartParams, code_version
from studies.transfer.variants import add_features, keep_labels, shuffle_partner

Folders = Mapping[str, Mapping[Task, Sequence[Path]]]  # of the fits, by arm and task, a seed each


@dataclass(frozen=True)
class Arm:
    """A way to train. `jobs`: by task that it serves, a fit a seed; mtl's stand under both."""

    name: str
    jobs: dict[Task, list[Job]]


@dataclass(frozen=True)
class ArmMaker:
    """Makes the arms of one block from the pipeline's and the study's params.

    Attributes
    ----------
    root : folder of the block's records
    """

    study: StudyParams
    params: Params
    root: Path

    def st(self, name: str, seeds: Sequence[int], *, root: Path | None = None, **sections) -> Arm:
        """A Transformer a task; `sections` replace those of the pipeline, encoder or train."""
        needed = (sections.get("encoder", self.params.encoder), self._train(sections))
        jobs = {
            task: [
                Job(Fit("st", (task,), seed), train_transformer, needed, root or self.root)
                for seed in seeds
            ]
            for task in TASKS
        }
        return Arm(name, jobs)

    def mtl(self, name: str, seeds: Sequence[int], *, root: Path | None = None, **sections) -> Arm:
        """One Transformer for both tasks; `sections` as in `st`, and mtl."""
        needed = (
            sections.get("encoder", self.params.encoder),
            self._train(sections),
            sections.get("mtl", self.params.mtl),
        )
        jobs = [
            Job(Fit("mtl", TASKS, seed), train_transformer, needed, root or self.root)
            for seed in seeds
        ]
        return Arm(name, dict.fromkeys(TASKS, jobs))

    def shuffled_partner(self) -> Arm:
        """For each task, mtl with a partner whose labels tell nothing."""
        return Arm(
            "shuffled",
            {
                task: [
                    self._one(self.mtl, task, seed, root=shuffle_partner(self.root, task, seed))
                    for seed in self.study.seeds
                ]
                for task in TASKS
            },
        )

    def few_labels(self) -> list[Arm]:
        """st and mtl where one task has a share of its train labels, for that task.

        st, which learns from the labelled records alone, makes more passes over them: as many steps
        as mtl, which reads all records. Either keeps its best pass.
        """
        arms = []
        for share in self.study.label_fractions:
            passes = round(self.params.train.epochs / share)
            longer = self.params.train.model_copy(update={"epochs": passes, "patience": passes})
            for make, sections in ((self.st, {"train": longer}), (self.mtl, {})):
                jobs = {
                    task: [
                        self._one(
                            make,
                            task,
                            seed,
                            root=keep_labels(self.root, task, share, seed),
                            **sections,
                        )
                        for seed in self.study.seeds
                    ]
                    for task in TASKS
                }
                arms.append(Arm(f"{make.__name__}_{100 * share:g}%", jobs))
        return arms

    def equal_size(self) -> list[Arm]:
        """mtl with as many weights as two st, and with the passes of both; st with as many."""
        train = self.params.train
        passes = train.epochs * self.study.compute_factor
        longer = train.model_copy(update={"epochs": passes, "patience": passes})
        wider = widen_to_pair(self.params.encoder, self.root)
        return [
            self.mtl("mtl_equal_parameters", self.study.seeds, encoder=wider),
            self.mtl("mtl_equal_compute", self.study.seeds, train=longer),
            self.st("st_long", self.study.seeds, train=longer),
        ]

    def trials(self) -> list[Arm]:
        """Each balancing method with each trial weight, and the rest of the frontier; one seed."""
        settings = [
            MtlParams(balancing=method, loss_weight=weight)
            for method in self.study.balancing
            for weight in self.study.trial_weights
        ]
        settings += [
            MtlParams(balancing="fixed", loss_weight=weight)
            for weight in self.study.frontier_weights
        ]
        seeds = self.study.seeds[:1]
        return [
            self.mtl(f"{mtl.balancing} {mtl.loss_weight:g}", seeds, mtl=mtl) for mtl in settings
        ]

    def balanced(self, chosen: dict[str, float]) -> list[Arm]:
        """Each method with the weight that its trials chose."""
        return [
            self.mtl(
                f"mtl_{method}",
                self.study.seeds,
                mtl=MtlParams(balancing=method, loss_weight=weight),
            )
            for method, weight in chosen.items()
        ]

    def fine_tuned(self, folders: Folders) -> list[Arm]:
        """A model a task that starts from the fitted mtl of its seed, and one from the fitted st.

        The second has the same further passes without another task behind it.
        """
        train = self.params.train.model_copy(update=self.study.fine_tuning.model_dump())
        arms = []
        for start, name in (("mtl", "fine_tuned"), ("st", "st_fine_tuned")):
            jobs = {
                task: [
                    Job(
                        Fit(name, (task,), seed),
                        fine_tune,
                        (train, StartParams(folder=str(fitted)), code_version()),
                        self.root,
                    )
                    for seed, fitted in zip(self.study.seeds, folders[start][task], strict=True)
                ]
                for task in TASKS
            }
            arms.append(Arm(name, jobs))
        return arms

    def pretraining(self) -> list[Job]:
        """An encoder a seed, from the train texts alone."""
        sections = (
            self.params.encoder,
            self.params.train,
            self.study.pretraining,
            code_version(),
        )
        return [
            Job(Fit("pretrained", (), seed), pretrain_encoder, sections, self.root)
            for seed in self.study.seeds
        ]

    def pretrained(self, encoders: Sequence[Path]) -> list[Arm]:
        """st and mtl that start from the pretrained encoder of the same seed."""
        arms = []
        for make in (self.st, self.mtl):
            by_seed = [
                make(
                    f"pretrained_{make.__name__}",
                    [seed],
                    encoder=self.params.encoder.model_copy(
                        update={"pretrained": str(encoder / "model")}
                    ),
                )
                for seed, encoder in zip(self.study.seeds, encoders, strict=True)
            ]
            jobs = {task: [arm.jobs[task][0] for arm in by_seed] for task in TASKS}
            arms.append(Arm(by_seed[0].name, jobs))
        return arms

    def tabular(self) -> list[Arm]:
        """The pipeline's linear and gbm."""
        linear = self._tabular("linear", train_linear, [self.root])
        return [linear, self._tabular("gbm", train_gbm, [self.root] * len(self.study.seeds))]

    def gbm_with_features(self, fitted: Sequence[Path]) -> Arm:
        """gbm with what the fitted mtl encoder of the same seed makes of a record."""
        roots = [add_features(self.root, folder) for folder in fitted]
        return self._tabular("gbm_with_features", train_gbm, roots)

    def _one(self, make: Callable[..., Arm], task: Task, seed: int, **changes) -> Job:
        """The job of one seed and task of an arm."""
        (job,) = make("", [seed], **changes).jobs[task]
        return job

    def _tabular(self, name: str, train, roots: Sequence[Path]) -> Arm:
        system = "linear" if train is train_linear else "gbm"
        sections = (getattr(self.params, system),)
        jobs = {
            task: [
                Job(Fit(system, (task,), seed), train, sections, root)
                for seed, root in zip(self.study.seeds, roots, strict=False)
            ]
            for task in TASKS
        }
        return Arm(name, jobs)

    def _train(self, sections: dict) -> TrainParams:
        return sections.get("train", self.params.train)


def choose_weights(tried: Sequence[dict], weights: Sequence[float]) -> dict[str, float]:
    """For each method the weight, of those that all methods tried, with the lowest sum on valid."""
    chosen: dict[str, dict] = {}
    for trial in tried:
        if trial["loss_weight"] in weights:
            best = chosen.setdefault(trial["balancing"], trial)
            if trial["sum"] < best["sum"]:
                chosen[trial["balancing"]] = trial
    return {method: trial["loss_weight"] for method, trial in chosen.items()}


def describe_trial(arm: Arm, folder: Path) -> dict:
    """A trial's log-losses on valid at its best epoch, in nats."""
    method, weight = arm.name.split()
    epochs: dict[int, dict[Task, float]] = {}
    for row in read_json(folder / "history.json"):
        epochs.setdefault(row["epoch"], {})[row["task"]] = row["valid_log_loss"]
    best = min(epochs.values(), key=lambda losses: sum(losses.values()))
    return {
        "balancing": method,
        "loss_weight": float(weight),
        **best,
        "sum": round(sum(best.values()), 5),
    }


def widen_to_pair(encoder: EncoderParams, root: Path) -> EncoderParams:
    """An encoder so wide that one mtl model has as many weights as two st models.

    Raises
    ------
    ValueError
        If no width comes within 2 %.
    """
    prepared = read_prepared(Layout(root))
    few = encode_records(prepared, Layout(root).prepared, tasks=()).rows(range(100))
    tokenizer = AutoTokenizer.from_pretrained(
        Layout(root).prepared / "tokenizer", local_files_only=True
    )

    def count(tasks: tuple[Task, ...], params: EncoderParams) -> int:
        fit = Fit("count", tasks, seed=0)
        model = build_model(fit, prepared.schema, params, few, vocabulary=len(tokenizer))
        return model.num_parameters()

    def at(width: int) -> EncoderParams:
        feedforward = round(encoder.feedforward * width / encoder.width)
        return encoder.model_copy(update={"width": width, "feedforward": feedforward})

    wanted = sum(count((task,), encoder) for task in TASKS)
    widths = range(encoder.width, 3 * encoder.width, encoder.attention_heads)
    best = min((at(width) for width in widths), key=lambda p: abs(count(TASKS, p) / wanted - 1))
    if abs(count(TASKS, best) / wanted - 1) > 0.02:
        raise ValueError(f"no width gives {wanted} parameters within 2 %")
    return best
