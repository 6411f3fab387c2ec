"""Where everything lies: every path of a run, as a function of the run's root."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths of one run, whose root is the checkout or is laid out as it, as results/namcs is.

    By default the working directory, which is the checkout where DVC runs a stage.
    """

    root: Path = Path()

    @property
    def params(self) -> Path:
        return self.root / "params.yaml"

    @property
    def prepared(self) -> Path:
        """What every stage after `prepare` reads."""
        return self.root / "data/prepared"

    @property
    def test_labels(self) -> Path:
        """For `compare` alone, as is `oracle`."""
        return self.root / "data/test_labels.parquet"

    @property
    def oracle(self) -> Path:
        return self.root / "data/oracle.parquet"

    def model(self, system: str) -> Path:
        return self.root / "models" / system

    def calibrators(self, system: str, task: str) -> Path:
        return self.root / f"models/calibrators/{system}/{task}.json"

    def forecaster(self, name: str, task: str) -> Path:
        """What a forecaster has beside its members: temperature, class weights, thresholds."""
        return self.root / f"models/forecasters/{name}/{task}.json"

    def predictions(self, system: str, task: str) -> Path:
        """Raw logits of valid, calibrate and test."""
        return self.root / f"predictions/{system}/{task}.parquet"

    def calibrated(self, system: str, task: str) -> Path:
        """Calibrated logits of test."""
        return self.root / f"predictions/calibrated/{system}/{task}.parquet"

    def nested(self, system: str, task: str) -> Path:
        """Logits of calibrate averaged over the seeds, by fold that is held out."""
        return self.root / f"predictions/nested/{system}/{task}.parquet"

    def forecasts(self, name: str, task: str) -> Path:
        """A forecaster's log-probabilities of calibrate, out of fold, and of test."""
        return self.root / f"predictions/forecasts/{name}/{task}.parquet"

    def averages(self, name: str, task: str) -> Path:
        """The same of its fits' raw probabilities, averaged and no more."""
        return self.root / f"predictions/averages/{name}/{task}.parquet"

    def training(self, system: str) -> Path:
        """history.json, cost.json and valid.json."""
        return self.root / "training" / system

    def live(self, system: str) -> Path:
        return self.root / "dvclive" / system

    @property
    def fits(self) -> Path:
        """Finished fits, kept until their stage has written its outputs."""
        return self.root / ".fits"

    def metrics(self, name: str) -> Path:
        return self.root / f"metrics/{name}.json"

    @property
    def results(self) -> Path:
        """The long table of results."""
        return self.root / "metrics/results.csv"

    def plots(self, name: str) -> Path:
        return self.root / f"plots/{name}.json"

    @property
    def lock(self) -> Path:
        """What DVC keeps of the run's stages."""
        return self.root / "dvc.lock"

    def bundle(self, name: str) -> Path:
        """What can be put into a pilot: `choice` or `runner_up`."""
        return self.root / "release" / name

    @property
    def brief(self) -> Path:
        return self.root / "reports/brief.html"

    @property
    def hashes(self) -> Path:
        """Of what the pages were made from."""
        return self.root / "reports/hashes.md5"

    @property
    def model_card(self) -> Path:
        return self.root / "reports/model-card.md"
