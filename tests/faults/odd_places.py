"""A small run where nothing is as usual, twice, beside one that is left alone.

Run     python -m tests.faults.odd_places [<targets of dvc repro>]   all, by default
Prints  which results differ

The checkout lies below 200 characters with blanks and umlauts; its files bear times of tomorrow, as
after a clock that was set back; 64 files may be open, and new files are their owner's alone
(umask 077). Locale, time zone and Python's hash seed are those of `ODD`. The Turkish locale is made
where `localedef` can make it, and is C elsewhere.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.checkout import Checkout, environment, make_small
from tests.faults.kill_anywhere import SMALL, compare

ODD = (
    {"LC_ALL": "C", "TZ": "UTC-14", "PYTHONHASHSEED": "1"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "UTC+12", "PYTHONHASHSEED": "2"},
)
LONG = "/".join(["Notaufnahme für Kinder", "Ärztehaus (Süd), 2. Stock", "ıİ ß 山"] * 4)


def main() -> None:
    differing: set[str] = set()
    with tempfile.TemporaryDirectory() as place:
        usual = make_small(Path(place, "usual").resolve(), SMALL)
        clones = [usual.clone_to(usual.root.parent / str(n) / LONG) for n in range(len(ODD))]
        assert len(LONG) >= 200
        make = ["localedef", "-i", "tr_TR", "-f", "UTF-8", str(Path(place, "tr_TR.UTF-8"))]
        if shutil.which(make[0]) is None or subprocess.run(make, check=False).returncode:
            print("the Turkish locale cannot be made here")
        usual.dvc("repro", *sys.argv[1:])
        for clone, settings in zip(clones, ODD, strict=True):
            run_oddly(clone, settings | {"LOCPATH": place})
            found = compare(clone, usual)
            print(f"{settings}: {len(found)} files differ", *found, sep="\n", flush=True)
            differing.update(found)
    sys.exit(bool(differing))


def run_oddly(checkout: Checkout, settings: Mapping[str, str]) -> None:
    tomorrow = time.time() + 86_400
    for path in checkout.root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (tomorrow, tomorrow))
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", *sys.argv[1:]],
        cwd=checkout.root,
        env=environment() | settings,
        preexec_fn=_be_narrow,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, settings


def _be_narrow() -> None:
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


if __name__ == "__main__":
    main()
