"""Play the eight weeks through: each is scored, then all so far are watched.

Run     python -m examples.pilot.play <bundle> <folder>
Reads   the bundle; the weeks and labels beside this file
Writes  the folder, which must not be there: suggestions/, labels/, and watch.html and watch.json of
        each week
"""

import io
import shutil
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from intake_triage.__main__ import main as intake_triage
from intake_triage.errors import InputError, run_stage
from intake_triage.files import read_json
from intake_triage.release.watch.command import SOUNDS
from intake_triage.release.watch.words import name_alarm

FOLDER = Path(__file__).parent


def main() -> None:
    if len(sys.argv) != 3:
        raise InputError("say which bundle, and where to: examples.pilot.play <bundle> <folder>")
    play(Path(sys.argv[1]), FOLDER, Path(sys.argv[2]))


def play(bundle: Path, weeks: Path, folder: Path) -> None:
    """What a clinic does every week, with the week_<n>.csv and labels_<n>.csv of a folder.

    Raises
    ------
    InputError
        If the folder is there: what lies in it would be watched with the rest.
    """
    if folder.exists():
        raise InputError(f"{folder}: is there already; remove it, or name another folder")
    (folder / "labels").mkdir(parents=True)
    for week in range(1, 1 + len([*weeks.glob("week_*.csv")])):
        forms, suggestions = weeks / f"week_{week}.csv", folder / f"suggestions/week_{week}.csv"
        run("score", bundle, forms, suggestions)
        shutil.copy(weeks / f"labels_{week}.csv", folder / "labels")
        out = folder / f"week_{week}"
        run("watch", bundle, suggestions.parent, folder / "labels", "--out", out)
        print(f"week {week}: {say(read_json(out / 'watch.json'))}", flush=True)


def run(*words: str | Path) -> None:
    """A command as on the command line; where it is refused, so is all, with what it told."""
    with redirect_stderr(io.StringIO()) as told:
        status = intake_triage([str(word) for word in words])
    if status not in (0, SOUNDS):
        sys.exit(told.getvalue().strip())


def say(watched: Mapping[str, Any]) -> str:
    """The line of a week: its alarms, or that there are none."""
    sounding = [name_alarm(row["path"]) for row in watched["alarms"] if row["since"] is not None]
    heard = f"alarm: {'; '.join(sounding)}" if sounding else "no alarm"
    return f"{watched['forms']} forms so far, {heard}"


if __name__ == "__main__":
    run_stage(main)
