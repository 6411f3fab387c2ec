"""docs/tied-set.md: what the simulation says, in words and two tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intake_triage.files import replacing

PAGE = """# The tied set, simulated

Does the rule of [protocol.md](protocol.md) do what it says? `studies/tied_set` draws the forms anew
{simulations} times, as widely as the costs of the set-ups were measured to vary. The true costs
are set, all set-ups are well inside every ceiling, and the rule is applied. Shares are of 100
draws; two Monte-Carlo errors are at most {error}. In brackets the least and the greatest over the
set-ups.

| | {sources} |
|---|{rules}|
{rows}

- *Two alone*: the set-up of lowest measured cost beside each of the others.
- *As good*: all have the same true cost. The tied set is to hold all of them in {level} of 100.
- *Worse by {worse}*: in harm points of 1,000 forms. One set-up is, the others are as good.
- *Taken though worse by {margin}*, the margin: the rule allows for 5 of 100, of two whose
  difference is known well enough. Where it is not, the simpler may have the lowest cost by luck.
- *Any of those simpler*: the hardest case. All but the least simple are worse by {margin}, and each
  of them may be taken by luck.

Made by `dvc repro studies/tied_set/dvc.yaml`.
"""

LINES = {
    "Forms (units) that choose": lambda source: f"{source['units']:,}",
    "Standard error of a difference from the lowest cost": lambda source: _between(
        source["standard_error"], 1, 1
    ),
    "Two alone, as good: both are tied": lambda source: _between(source["two"]["holds_equals"]),
    "Two alone, one worse by {worse}: it is dropped": lambda source: _between(
        source["two"]["drops_worse"]
    ),
    "Two alone, the simpler worse by {margin}: it is taken": lambda source: _between(
        source["two"]["takes_worse"]
    ),
    "All, as good: all are tied": lambda source: _of_100(source["all"]["holds_equals"]),
    "All, as measured: the best is tied": lambda source: _of_100(source["all"]["holds_best"]),
    "All, as measured: one worse by {margin} or more is taken": lambda source: _of_100(
        source["all"]["takes_measured_worse"]
    ),
    "All, one worse by {worse}: it is dropped": lambda source: _between(
        source["all"]["drops_worse"]
    ),
    "All, the simplest worse by {margin}: it is taken": lambda source: _of_100(
        source["all"]["takes_worse"]
    ),
    "All, any of those simpler, all worse by {margin}, is taken": lambda source: _of_100(
        source["all"]["takes_any_worse"]
    ),
}


def write_page(path: Path, found: Mapping[str, Any]) -> None:
    """Write the page of what `simulate.main` found."""
    sources = found["sources"]
    first = next(iter(sources.values()))
    numbers = {
        "worse": f"{found['worse']:.0f}",
        "margin": f"{first['margin']:.0f}",
        "level": _of_100(first["level"]),
        "simulations": found["simulations"],
        "error": f"{200 * (0.25 / found['simulations']) ** 0.5:.1f}",
    }
    rows = (
        f"| {' | '.join([words.format(**numbers), *map(say, sources.values())])} |"
        for words, say in LINES.items()
    )
    text = PAGE.format(
        sources=" | ".join(sources),
        rules="|".join("---" for _ in sources),
        rows="\n".join(rows),
        **numbers,
    )
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _of_100(share: float) -> str:
    return f"{100 * share:.1f}"


def _between(figures: Mapping[str, float], times: float = 100, decimals: int = 1) -> str:
    least, middle, greatest = (
        f"{times * figures[name]:.{decimals}f}" for name in ("least", "middle", "greatest")
    )
    return f"{middle} ({least} to {greatest})"
