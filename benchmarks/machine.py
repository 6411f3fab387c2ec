"""What the figures were measured on."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import psutil

from intake_triage.models.fits.pool import LIBRARIES, name_processor

FOLDER = Path(__file__).resolve().parent
WRITTEN = ("results.json", "results.md", "growth.json")  # a topic finds those of the one before


def describe_machine() -> dict[str, Any]:
    """Processor, cores that may be used, memory, system, and the versions of the libraries."""
    return {
        "processor": name_processor(),
        "cores": joblib.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in (*LIBRARIES, "accelerate", "dvc")},
    }


def describe_code() -> str:
    """The last commit, its day, and whether files differ from it; no result of a benchmark does."""
    commit = _git("log", "-1", "--format=commit %h, %as")
    code = (":/", *(f":(exclude){name}" for name in WRITTEN))
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", *code)
    return commit + ", changed since" * bool(changed)


def _git(*words: str) -> str:
    return subprocess.check_output(["git", *words], cwd=FOLDER, text=True).strip()


def busy_cores() -> float:
    """Cores that other programs keep busy now, looked at for two seconds."""
    return round(psutil.cpu_percent(interval=2) / 100 * psutil.cpu_count(), 2)
