"""Write the lock files anew from requirements*.txt and constraints.txt; `make lock` runs it.

Resolved for CPython 3.11 on Linux x86-64; a hash of each file that an index has is kept. PyTorch is
resolved twice, on PyPI and on its own CPU index, since its builds have other hashes and need other
packages; what only PyPI's build needs is a lock of its own.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = "requirements.txt"
OPTIONAL = ("requirements-optional.txt", "requirements-cluster.txt")
AUDIT = "requirements-audit.txt"
BLOCK = re.compile(r"^([a-z0-9-]+)==[^\n]*(?:\n .*)*", re.MULTILINE)
COMPILE = (
    *("pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"),
    *("--generate-hashes", "--python-version", "3.11"),
    *("--python-platform", "x86_64-manylinux_2_28"),
)
# PyTorch's index has copies of what PyTorch needs, too; `explicit` leaves those to PyPI.
CPU = """
[project]
name = "cpu"
version = "0"
dependencies = ["torch=={version}+cpu"]
[tool.uv.sources]
torch = {{ index = "cpu" }}
[[tool.uv.index]]
name = "cpu"
url = "{index}"
explicit = true
"""


def resolve(*sources: str, index: str = "") -> dict[str, str]:
    """The block of each package, its pin and its hashes, by name.

    With an `index` of CPU builds PyTorch, and nothing else, is taken from there.
    """
    with tempfile.TemporaryDirectory() as folder:
        if index:
            project = Path(folder) / "pyproject.toml"
            project.write_text(CPU.format(version=read_version("torch"), index=index))
            sources = (*sources, str(project))
        command = [find_uv_bin(), *COMPILE, *sources]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit("error: no lock is written, for the reason above")
    return {match[1]: match[0] for match in BLOCK.finditer(done.stdout)}


def read_version(name: str) -> str:
    """The version that requirements.txt pins."""
    return re.search(rf"^{name}==(\S+)", (ROOT / REQUIRED).read_text(), re.MULTILINE)[1]


def write(name: str, about: str, blocks: dict[str, str]) -> None:
    text = "".join(f"{blocks[key]}\n" for key in sorted(blocks))
    (ROOT / name).write_text(f"# {about}\n# Made by `make lock`.\n{text}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", help="address of PyTorch's own CPU index")
    index = parser.parse_args().index
    cpu = resolve(REQUIRED, index=index)
    pypi = resolve(REQUIRED)
    optional = resolve(REQUIRED, *OPTIONAL)
    audit = resolve(AUDIT)
    # `torch==2.13.0` admits 2.13.0+cpu, and pip takes the latter where the index is at hand.
    hashes = set(re.findall(r"--hash=sha256:[0-9a-f]{64}", pypi["torch"] + cpu["torch"]))
    torch = " \\\n    ".join([f"torch=={read_version('torch')}", *sorted(hashes)])
    moved = [name for name in cpu if name != "torch" and cpu[name] != optional[name]]
    if moved:
        raise SystemExit(f"error: constraints.txt leaves open what {', '.join(moved)} are")
    write("requirements.lock", "What requirements.txt needs.", {**cpu, "torch": torch})
    write(
        "requirements-cuda.lock",
        "What PyPI's build of PyTorch for Linux needs beside requirements.lock.",
        {name: block for name, block in pypi.items() if name not in cpu},
    )
    write(
        "requirements-optional.lock",
        "What requirements-optional.txt and -cluster.txt need beside requirements.lock.",
        {name: block for name, block in optional.items() if name not in pypi},
    )
    write("requirements-audit.lock", "What requirements-audit.txt needs.", audit)


if __name__ == "__main__":
    main()
