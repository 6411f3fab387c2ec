"""Which files of the checkout a file is made of: what it imports, and what that imports in turn.

A stage's `deps` in dvc.yaml are these, and a finished fit is kept until one of them changes.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
ROOTS = (SOURCE, SOURCE.parent)  # where a module of the checkout may lie
# The ground carries values; what decides a result reaches a stage by its params. After a change of
# systems.py, which names the set-ups: dvc repro --force --single-item forecast, and dvc repro.
GROUND_NAMES = "errors files imports layout params processes section systems tasks"
GROUND = tuple(SOURCE / f"intake_triage/{name}.py" for name in GROUND_NAMES.split())


def import_closure(start: Path) -> list[Path]:
    """`start` and every file of the checkout that it imports, directly or not; sorted, absolute.

    The ground is left out, and an `__init__.py` that holds nothing but its docstring.
    """
    found: set[Path] = set()
    waiting = {start.resolve()}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= local_imports(path) - found - set(GROUND)
    return sorted(found)


def local_imports(path: Path) -> set[Path]:
    """The files of the checkout that a file imports itself, wherever in it: read, and not run.

    Raises
    ------
    ValueError
        If an import is relative.
    """
    files = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path}:{node.lineno}: a relative import")
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        files.update(file for name in names for file in _files_of(name))
    return files


def module_name(path: Path) -> str:
    """By which a file of the checkout, absolute, is imported."""
    root = next(root for root in ROOTS if path.is_relative_to(root))
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _files_of(name: str) -> Iterator[Path]:
    """What an import of a dotted name runs: the packages on the way, and the module."""
    parts = name.split(".")
    for root in ROOTS:
        for depth in range(1, len(parts) + 1):
            place = root.joinpath(*parts[:depth])
            module, package = place.with_suffix(".py"), place / "__init__.py"
            if module.is_file():
                yield module
            elif package.is_file() and holds_code(package):
                yield package


def holds_code(path: Path) -> bool:
    """Whether a file has a statement beside its docstring."""
    tree = ast.parse(path.read_bytes())
    return len(tree.body) > (ast.get_docstring(tree) is not None)
