"""`kill -9` at random moments over a whole small run, which is taken up again each time.

Run     python -m tests.faults.kill_anywhere [<kills>] [<targets of dvc repro>]
        by default 20, and all
Prints  what was killed in which stage, and how the results differ from those of a run left alone

Killed is DVC, the stage, or all of them at once.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil

from tests.checkout import Checkout, digest_files, environment, make_small
from tests.faults.tiny_pipeline import processes_below, wait_until

SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 8, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 1, "seeds": [0, 1], "learning_rate": 0.01},
    "calibrate": {"candidates": ["identity", "temperature"], "folds": 3},
    "compare": {"resamples": 100},
}
RESULTS = ("data", "models", "predictions", "training", "metrics", "plots")


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    targets, chance = sys.argv[2:], random.Random(20240531)
    with tempfile.TemporaryDirectory() as place:
        alone = make_small(Path(place, "alone").resolve(), SMALL)
        begun = time.monotonic()
        alone.dvc("repro", *targets)
        seconds = time.monotonic() - begun
        print(f"left alone: {seconds:.0f} s", flush=True)
        kills, differing, names = 0, [], count()
        while kills < wanted:  # a run that is done by then is followed by another
            killed = alone.clone_to(alone.root.with_name(f"killed_{next(names)}"))
            waits = (chance.uniform(0, seconds) for _ in range(wanted - kills))
            kills += kill_and_resume(killed, *targets, waits=waits, chance=chance)
            differing += compare(killed, alone)
            print(f"{kills} kills, {len(differing)} files differ", *differing, sep="\n", flush=True)
    sys.exit(bool(differing))


def kill_and_resume(
    checkout: Checkout, *targets: str, waits: Iterable[float], chance: random.Random
) -> int:
    """Run to the end, killed on the way after so many seconds each; return how often."""
    kills = 0
    for wait in waits:
        run = start(checkout, *targets)
        with suppress(subprocess.TimeoutExpired):
            run.wait(wait)
        if run.poll() is not None:
            break
        kills += 1
        whom = chance.choice(["dvc", "stage", "all"])
        print(f"{whom}, in {kill(run, whom)}", flush=True)
        run.wait()
    checkout.dvc("repro", *targets)
    wait_until(lambda: not processes_below(checkout.root))
    return kills


def start(checkout: Checkout, *targets: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", *targets],
        cwd=checkout.root,
        env=environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(run: subprocess.Popen, whom: str) -> str:
    """What ran just then."""
    stages = []
    with suppress(psutil.Error):
        children = psutil.Process(run.pid).children()
        stages = [(p, p.cmdline()) for p in children if "stages." in " ".join(p.cmdline())]
    running = " ".join(stages[0][1][2:]) if stages else "DVC itself"
    if whom == "stage" and stages:
        stages[0][0].kill()
    elif whom == "dvc":
        run.kill()
    else:
        os.killpg(run.pid, signal.SIGKILL)
    return running


def compare(killed: Checkout, alone: Checkout) -> list[str]:
    """Files that differ, or are there once, and what is half-written."""
    ours, theirs = digest_files(killed, *RESULTS), digest_files(alone, *RESULTS)
    assert theirs, "nothing was run"
    differing = {name for name, _ in ours.items() ^ theirs.items()}
    return sorted(differing) + [str(path) for path in killed.root.rglob("*.part")]


if __name__ == "__main__":
    main()
