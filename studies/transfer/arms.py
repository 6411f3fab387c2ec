"""Which fits a block makes: an arm is a way to train, with a fit a seed for each task."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from transformers import AutoTokenizer

from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job, TrainFit
from intake_triage.models.fits.run import run_fits
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.models.tabular.linear import train_linear
from intake_triage.models.transformer.batches import encode_records
from intake_triage.models.transformer.fit import build_model
from intake_triage.models.transformer.train import train_transformer
from intake_triage.params import EncoderParams, Params, Section, TrainParams
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS, Task
from studies.transfer.distil import distil
from studies.transfer.finetune import fine_tune
from studies.transfer.settings import StudyParams
from studies.transfer.variants import keep_labels, shuffle_partner

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

    def compared(self) -> list[Arm]:
        """mtl, st, and for each task mtl with a partner whose labels tell nothing; all seeds."""
        seeds, shuffle = self.study.seeds, partial(shuffle_partner, self.layout)
        return [
            self.transformer("mtl", "mtl", seeds),
            self.transformer("st", "st", seeds),
            self.transformer("mtl", "shuffled", seeds, shuffle),
        ]

    def few_labels(self) -> Iterator[Arm]:
        """st and mtl where one task has a share of its train labels, for that task.

        st, which learns from the labelled records alone, makes more passes over them: as many steps
        as mtl, which reads all records. Either keeps its best pass.
        """
        for share in self.study.label_fractions:
            longer = self.passes(round(self.params.train.epochs / share))
            records = partial(keep_labels, self.layout, share)
            yield self.transformer("st", f"st_{100 * share:g}%", records=records, train=longer)
            yield self.transformer("mtl", f"mtl_{100 * share:g}%", records=records)

    def equal_size(self) -> list[Arm]:
        """mtl with as many weights as two st, and with the passes of both; st with as many."""
        longer = self.passes(self.params.train.epochs * self.study.compute_factor)
        wider = widen_to_pair(self.params.encoder, self.layout)
        return [
            self.transformer("mtl", "mtl_equal_parameters", encoder=wider),
            self.transformer("mtl", "mtl_equal_compute", train=longer),
            self.transformer("st", "st_long", train=longer),
        ]

    def fine_tuned(self, folders: Folders) -> list[Arm]:
        """A model a task that starts from the fitted mtl of its seed, and one from the fitted st.

        The second has the same further passes without another task behind it.
        """
        train = self.params.train.model_copy(update=self.study.fine_tuning.model_dump())

        def make(system: str, task: Task, seed: int) -> TrainFit:
            start = folders[system][task][self.study.few_seeds.index(seed)]
            return partial(fine_tune, train=train, start=start)

        return [
            self._arm(name, name, partial(make, system))
            for system, name in (("mtl", "fine_tuned"), ("st", "st_fine_tuned"))
        ]

    def tabular(self) -> list[Arm]:
        """The pipeline's linear, which no seed changes, and gbm."""
        linear = partial(train_linear, params=self.params.linear)
        gbm, first = self._blended()["gbm"], self.study.few_seeds[:1]
        return [
            self._arm("linear", "linear", lambda *_: linear, first),
            self._arm("gbm", "gbm", lambda *_: gbm),
        ]

    def teachers(self, parts: Sequence[Layout]) -> list[Arm]:
        """For each part of train that is held out the members of the blend gbm+mtl, one seed."""
        first, trainers = self.study.few_seeds[:1], self._blended()
        return [
            self._arm(f"{system} teacher {k}", system, lambda *_, t=t: t, first, lambda *_, p=p: p)
            for k, p in enumerate(parts)
            for system, t in trainers.items()
        ]

    def distilled(self, name: str, records: Layout, train: TrainParams) -> Arm:
        """mtl on soft labels."""
        trainer = partial(distil, encoder=self.params.encoder, train=train, mtl=self.params.mtl)
        return self._arm(name, "mtl", lambda *_: trainer, (), lambda *_: records)

    def _blended(self) -> dict[str, TrainFit]:
        """The members of the blend gbm+mtl."""
        gbm = partial(train_gbm, params=self.params.gbm)
        return {"gbm": gbm, "mtl": self._transformer("mtl")}

    def _transformer(self, system: str, **sections: Section) -> TrainFit:
        own = ("encoder", "train", "mtl") if system == "mtl" else ("encoder", "train")
        needed = {section: getattr(self.params, section) for section in own}
        return partial(train_transformer, **needed | sections)

    def _arm(
        self,
        name: str,
        system: str,
        trainer: Callable[[Task, int], TrainFit],
        seeds: Sequence[int] = (),
        records: Records | None = None,
    ) -> Arm:
        """A fit a task and seed; one for several tasks is the same job under each."""

        def make(task: Task, seed: int) -> Job:
            fit = Fit(system, TASKS if system == "mtl" else (task,), seed)
            return Job(fit, trainer(task, seed), records(task, seed) if records else self.layout)

        seeds = seeds or self.study.few_seeds
        return Arm(name, {task: [make(task, seed) for seed in seeds] for task in TASKS})

    def passes(self, epochs: int) -> TrainParams:
        return self.params.train.model_copy(update={"epochs": epochs, "patience": epochs})


def run_arms(arms: Iterable[Arm], kept: Path) -> dict[str, Mapping[Task, Sequence[Path]]]:
    """Run the fits of all arms, those excepted that lie in `kept`."""
    arms = list(arms)
    jobs = [job for arm in arms for of_task in arm.jobs.values() for job in of_task]
    left = iter(run_fits(jobs, kept))
    return {
        arm.name: {task: [next(left) for _ in of_task] for task, of_task in arm.jobs.items()}
        for arm in arms
    }


def cost_a_seed(places: Mapping[Task, Sequence[Path]]) -> float:
    """CPU-seconds to train both tasks, mean over seeds; mtl's one fit counts once."""
    fits = {folder for of_task in places.values() for folder in of_task}
    seconds = sum(read_json(folder / "cost.json")["cpu_seconds"] for folder in fits)
    return round(seconds / len(next(iter(places.values()))), 1)


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
        model = build_model(tasks, params, prepared.schema, few, len(tokenizer))
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
