"""Which fits a block makes: an arm is a way to train, with a fit a seed for each task."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

from transformers import AutoTokenizer

from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job, TrainFit
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.models.tabular.linear import train_linear
from intake_triage.models.transformer.batches import encode_records
from intake_triage.models.transformer.train import build_model, train_transformer
from intake_triage.params import EncoderParams, MtlParams, Params, Section, TrainParams
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS, Task
from studies.transfer.finetune import fine_tune
from studies.transfer.pretrain import pretrain_encoder
from studies.transfer.settings import StudyParams
from studies.transfer.variants import add_features, keep_labels, shuffle_partner

Folders = Mapping[str, Mapping[Task, Sequence[Path]]]  # of the fits, by arm and task, a seed each
Records = Callable[[Task, int], Layout]  # what a task's fit learns from, with a seed


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
    layout : of the block's records
    """

    study: StudyParams
    params: Params
    layout: Layout

    def transformer(
        self,
        system: str,
        name: str,
        seeds: Sequence[int] = (),
        records: Records | None = None,
        **sections: Section,
    ) -> Arm:
        """st or mtl; `sections` of params replace those of the pipeline: encoder, train, mtl."""
        trainer = self._transformer(system, **sections)
        return self._arm(name, system, lambda *_: trainer, seeds, records)

    def shuffled_partner(self) -> Arm:
        """For each task, mtl with a partner whose labels tell nothing."""
        return self.transformer("mtl", "shuffled", records=partial(shuffle_partner, self.layout))

    def few_labels(self) -> Iterator[Arm]:
        """st and mtl where one task has a share of its train labels, for that task.

        st, which learns from the labelled records alone, makes more passes over them: as many steps
        as mtl, which reads all records. Either keeps its best pass.
        """
        for share in self.study.label_fractions:
            longer = self._passes(round(self.params.train.epochs / share))
            records = partial(keep_labels, self.layout, share)
            yield self.transformer("st", f"st_{100 * share:g}%", records=records, train=longer)
            yield self.transformer("mtl", f"mtl_{100 * share:g}%", records=records)

    def equal_size(self) -> list[Arm]:
        """mtl with as many weights as two st, and with the passes of both; st with as many."""
        longer = self._passes(self.params.train.epochs * self.study.compute_factor)
        wider = widen_to_pair(self.params.encoder, self.layout)
        return [
            self.transformer("mtl", "mtl_equal_parameters", encoder=wider),
            self.transformer("mtl", "mtl_equal_compute", train=longer),
            self.transformer("st", "st_long", train=longer),
        ]

    def trials(self) -> list[Arm]:
        """Each balancing method with each trial weight, and the rest of the frontier; one seed."""
        tried = [*product(self.study.balancing, self.study.trial_weights)]
        tried += [("fixed", weight) for weight in self.study.frontier_weights]
        first = self.study.seeds[:1]
        return [
            self.transformer("mtl", f"{method} {weight:g}", first, mtl=_balance(method, weight))
            for method, weight in tried
        ]

    def balanced(self, chosen: Mapping[str, float]) -> list[Arm]:
        """Each method with the weight that its trials chose."""
        return [
            self.transformer("mtl", f"mtl_{method}", mtl=_balance(method, weight))
            for method, weight in chosen.items()
        ]

    def fine_tuned(self, folders: Folders) -> list[Arm]:
        """A model a task that starts from the fitted mtl of its seed, and one from the fitted st.

        The second has the same further passes without another task behind it.
        """
        train = self.params.train.model_copy(update=self.study.fine_tuning.model_dump())

        def make(system: str, task: Task, seed: int) -> TrainFit:
            start = folders[system][task][self.study.seeds.index(seed)]
            return partial(fine_tune, train=train, start=start)

        return [
            self._arm(name, name, partial(make, system))
            for system, name in (("mtl", "fine_tuned"), ("st", "st_fine_tuned"))
        ]

    def pretraining(self) -> Arm:
        """An encoder a seed, from the train texts alone: for no task, so that both have it."""
        trainer = partial(
            pretrain_encoder,
            encoder=self.params.encoder,
            train=self.params.train,
            pretraining=self.study.pretraining,
        )
        return self._arm("pretraining", "pretrained", lambda *_: trainer)

    def pretrained(self, encoders: Sequence[Path]) -> list[Arm]:
        """st and mtl that start from the pretrained encoder of the same seed."""
        by_seed = dict(zip(self.study.seeds, encoders, strict=True))

        def make(system: str, task: Task, seed: int) -> TrainFit:
            update = {"pretrained": str(by_seed[seed] / "model")}
            return self._transformer(system, encoder=self.params.encoder.model_copy(update=update))

        return [
            self._arm(f"pretrained_{system}", system, partial(make, system))
            for system in ("st", "mtl")
        ]

    def tabular(self) -> list[Arm]:
        """The pipeline's linear, which no seed changes, and gbm."""
        linear = partial(train_linear, params=self.params.linear)
        first = self.study.seeds[:1]
        return [self._arm("linear", "linear", lambda *_: linear, first), self._gbm("gbm")]

    def gbm_with_features(self, fitted: Sequence[Path]) -> Arm:
        """gbm with what the fitted mtl encoder of the same seed makes of a record."""
        by_seed = {
            seed: add_features(self.layout, folder)
            for seed, folder in zip(self.study.seeds, fitted, strict=True)
        }
        return self._gbm("gbm_with_features", lambda task, seed: by_seed[seed])

    def _transformer(self, system: str, **sections: Section) -> TrainFit:
        own = ("encoder", "train", "mtl") if system == "mtl" else ("encoder", "train")
        needed = {section: getattr(self.params, section) for section in own}
        return partial(train_transformer, **needed | sections)

    def _gbm(self, name: str, records: Records | None = None) -> Arm:
        trainer = partial(train_gbm, params=self.params.gbm)
        return self._arm(name, "gbm", lambda *_: trainer, records=records)

    def _arm(
        self,
        name: str,
        system: str,
        trainer: Callable[[Task, int], TrainFit],
        seeds: Sequence[int] = (),
        records: Records | None = None,
    ) -> Arm:
        """A fit a task and seed; one for several tasks is the same job under each."""
        several = {"mtl": TASKS, "pretrained": ()}

        def make(task: Task, seed: int) -> Job:
            fit = Fit(system, several.get(system, (task,)), seed)
            return Job(fit, trainer(task, seed), records(task, seed) if records else self.layout)

        seeds = seeds or self.study.seeds
        return Arm(name, {task: [make(task, seed) for seed in seeds] for task in TASKS})

    def _passes(self, epochs: int) -> TrainParams:
        return self.params.train.model_copy(update={"epochs": epochs, "patience": epochs})


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
    total = round(sum(best.values()), 5)
    return {"balancing": method, "loss_weight": float(weight), **best, "sum": total}


def widen_to_pair(encoder: EncoderParams, layout: Layout) -> EncoderParams:
    """An encoder so wide that one mtl model has as many weights as two st models.

    The width leaves a rest, for a head takes an even number of places (rotary positions need that):
    the feed-forward layers make it up.
    """
    prepared = read_prepared(layout)
    few = encode_records(prepared, layout, tasks=()).rows(range(100))
    tokenizer = AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True)

    def count(tasks: tuple[Task, ...], **changes: int) -> int:
        params = encoder.model_copy(update=changes)
        model = build_model(tasks, prepared.schema, params, few, vocabulary=len(tokenizer))
        return model.num_parameters()

    def at(width: int) -> dict[str, int]:
        return {"width": width, "feedforward": round(encoder.feedforward * width / encoder.width)}

    wanted = sum(count((task,)) for task in TASKS)
    widths = range(encoder.width, 3 * encoder.width, 2 * encoder.attention_heads)
    wide = [sizes for sizes in map(at, widths) if count(TASKS, **sizes) <= wanted][-1]
    rest = wanted - count(TASKS, **wide)
    one_more = wide | {"feedforward": wide["feedforward"] + 1}
    wide["feedforward"] += round(rest / (count(TASKS, **one_more) - count(TASKS, **wide)))
    return encoder.model_copy(update=wide)


def _balance(method: str, weight: float) -> MtlParams:
    return MtlParams(balancing=method, loss_weight=weight)
