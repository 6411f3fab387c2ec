"""Every command of the README in its order, in a fresh clone with a fresh environment.

Run     python -m tools.try_readme <folder>   which must not be there; 20 minutes
Prints  each command and its seconds; at the first that fails, what it printed last

Few forms and small models. "Your own forms" comes last, on the invented forms of examples/: from
there on a checkout holds other results than the rest is about. `make test` is left out, for CI runs
it. An address in TORCH_INDEX is given to `make`, as the README says.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 12, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1]},
    "compare": {"resamples": 200},
}
LAST = "Your own forms"
LEFT_OUT = {"make test"}
PLACES = {
    "TABLE=<path>": "TABLE=examples/forms.csv",
    "FORMS=<table>": "FORMS=examples/pilot/week_1.csv",
    "OUT=<table>": "OUT=dist/week_1.csv",
}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("say where to: python -m tools.try_readme <folder>")
    clone = Path(sys.argv[1]).resolve()
    if clone.exists():
        sys.exit(f"{clone}: is there already; name another folder")
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    make_small(clone)
    for command in list_commands((clone / "README.md").read_text(encoding="utf-8")):
        print(command, end="  ", flush=True)
        start = time.monotonic()
        done = run(command, clone)
        print(f"{time.monotonic() - start:.0f} s", flush=True)
        if done.returncode:
            sys.exit(f"{command}: exit status {done.returncode}\n{done.stdout[-3000:]}")


def list_commands(readme: str) -> list[str]:
    """Those of its blocks of code, places filled in, those below the heading `LAST` last."""
    commands: dict[str, list[str]] = {}
    for section in re.split(r"^## ", readme, flags=re.MULTILINE):
        lines = "".join(re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE))
        bare = [line.split("  #")[0].strip() for line in lines.splitlines()]
        commands[section.split("\n")[0]] = [line for line in bare if line not in LEFT_OUT]
    commands[LAST] = commands.pop(LAST)
    given = [command for of_section in commands.values() for command in of_section]
    for place, there in PLACES.items():
        given = [command.replace(place, there) for command in given]
    return given


def make_small(clone: Path) -> None:
    """Commit settings with which all is quick, in the name of nobody."""
    path = clone / "params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    for section, values in SMALL.items():
        params[section] |= values
    path.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    for command in (
        "git config user.name nobody",
        "git config user.email nobody@example.org",
        "git commit --quiet --all --message small",
    ):
        run(command, clone).check_returncode()


def run(command: str, clone: Path) -> subprocess.CompletedProcess[str]:
    """In a shell that knows of no environment but the clone's, once that is there."""
    ours = str(Path(sys.executable).parent)
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != ours)
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "DVC_SITE_CACHE_DIR")
    known = {name: value for name, value in os.environ.items() if name not in dropped}
    activate = "if test -e .venv/bin/activate; then . .venv/bin/activate; fi"
    return subprocess.run(
        ["bash", "-c", f"{activate}; {command}"],
        cwd=clone,
        env=known | {"PATH": path},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


if __name__ == "__main__":
    main()
