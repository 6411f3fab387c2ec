"""Do the tests notice a fault? Small ones are put into the code, one at a time; `make mutants`.

Which code is tried stands in `TRIED`, and how many faults in `SAMPLE`: drawn by chance from all
that Cosmic Ray knows to make. Two copies of the committed code are tried side by side. A fault is
found if the tests fail, or do not end; the quick tests are asked first. Writes
results/mutants.jsonl, a line a fault as it ends; what stands there is not tried again: after a
change of code or tests, remove it first. docs/mutants.md says which faults were not found, and why.
"""

import hashlib
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results/mutants.jsonl"
SAMPLE, SEED, COPIES = 300, 0, 2
PATIENCE = 300  # seconds of tests; a loop that does not end is a fault that is found
SOURCE = "src/intake_triage"
LABELS = ("classes", "prepared", "schema")
TRIED = {  # what is changed, and the tests that should notice
    f"{SOURCE}/statistics": "tests/statistics tests/recommendation tests/evaluation",
    f"{SOURCE}/recommendation": "tests/recommendation",
    f"{SOURCE}/calibration": "tests/calibration",
    **{
        f"{SOURCE}/records/{name}.py": "tests/records --ignore=tests/records/synthetic"
        for name in LABELS
    },
}
PYTEST = "-m pytest -x -n 0 -p no:cacheprovider"
KINDS = ("'not slow'", "slow")  # tests by their marker


def main() -> None:
    """Try what is left of the sample, and say how many are found."""
    faults = {name_of(fault): fault for fault in list_faults()}
    drawn = sorted(faults, key=draw)[:SAMPLE]
    known = {tuple(told["fault"]) for told in read_told()}
    left = iter([faults[name] for name in drawn if name not in known])
    for tests in dict.fromkeys(TRIED.values()):  # else a fault is found wherever it is put
        for kind in KINDS:
            subprocess.run(shlex.split(call_tests(ROOT, tests, kind)), check=True)
    with tqdm(total=SAMPLE, initial=len(known), disable=None) as bar, ThreadPoolExecutor() as pool:
        for done in [pool.submit(try_faults, left, bar) for _ in range(COPIES)]:
            done.result()
    told = [each for each in read_told() if tuple(each["fault"]) in drawn]
    print(f"{sum(each['found'] for each in told)} of {len(told)} faults are found")


def list_faults() -> Iterator[MutationSpec]:
    """Every fault, but those that any test would find, or none: see `is_idle`."""
    paths = [ROOT / part for part in TRIED]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]
    database = WorkDB(":memory:", WorkDB.Mode.create)
    init(files, database, {})
    for item in database.work_items:
        (fault,) = item.mutations
        line = fault.module_path.read_text(encoding="utf-8").splitlines()[fault.start_pos[0] - 1]
        if not is_idle(fault, line):
            yield fault


def is_idle(fault: MutationSpec, line: str) -> bool:
    """Whether it changes a type (`|` beside None), a bare `*` among arguments, or `==` to `is`."""
    name, column = fault.operator_name, fault.start_pos[1]
    of_type = "BitOr" in name and "None" in line
    return of_type or line[column : column + 2] == "*," or name.endswith(("_Is", "_IsNot"))


def name_of(fault: MutationSpec) -> tuple[str, str, int]:
    """The file, what is done to it, and at which of the places where that can be."""
    path = fault.module_path.relative_to(ROOT)
    return str(path), fault.operator_name, fault.occurrence


def draw(name: tuple[str, str, int]) -> str:
    """Sorted by it, faults are in an order of chance, which changes with the code but little."""
    return hashlib.sha256(json.dumps([SEED, *name]).encode()).hexdigest()


def call_tests(checkout: Path | str, tests: str, kind: str) -> str:
    """The command that asks the tests of a kind."""
    return f"env -C {checkout} {ROOT}/.venv/bin/python {PYTEST} -m {kind} {tests}"


def read_told() -> list[dict]:
    """What came of the faults that were tried."""
    lines = OUT.read_text(encoding="utf-8").splitlines() if OUT.exists() else []
    return [json.loads(line) for line in lines]


def try_faults(left: Iterator[MutationSpec], bar: tqdm) -> None:
    """Take one after another, try it in a copy of the committed code, write what came of it."""
    with TemporaryDirectory() as copy:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), copy], check=True)
        for fault in left:
            name = name_of(fault)
            tests = next(tests for part, tests in TRIED.items() if name[0].startswith(part))
            there = attrs.evolve(fault, module_path=Path(copy, name[0]))
            for kind in KINDS:
                result = mutate_and_test([there], call_tests(copy, tests, kind), PATIENCE)
                if result.is_killed:
                    break
            lines = result.diff.splitlines()
            changed = [line for line in lines if re.match(r"[-+](?![-+])", line)]
            told = {"fault": name, "found": result.is_killed, "diff": changed}
            with OUT.open("a", encoding="utf-8") as out:
                out.write(json.dumps(told) + "\n")
            bar.update()


if __name__ == "__main__":
    main()
