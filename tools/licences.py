"""Write docs/licences.md: what licence each locked package declares; `make licences` runs it.

Refuses a licence that nobody has allowed. It reads what the metadata declare, not the texts.
"""

import re
import sys
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-optional.lock")
PAGE = ROOT / "docs" / "licences.md"

# Permissive, or copyleft that ends at the library's own files when it is used unchanged.
ALLOWED = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSL-1.0", "CC0-1.0", "CNRI-Python", "EPL-1.0", "EPL-2.0", "ISC", "LGPL-3.0-only", "MIT"),
    *("MIT-0", "MPL-2.0", "PSF-2.0", "Zlib", "ZPL-2.1"),
    "LicenseRef-BSD",  # some BSD licence; the metadata does not say which
    "LicenseRef-GPL-2.0-with-linking-exception",
}
# Of a licence that is not allowed, and why the package is here all the same.
ANSWERED = {
    "quadprog": "only `mtl.balancing: upgrad` needs it, which is not the default. No bundle holds "
    "or needs it, and this repository does not pass it on. Whoever ships an environment with it, "
    "such as an image for training, ships GPL code",
}
# How metadata says it, as SPDX: https://spdx.org/licenses/. A classifier counts by its last part.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "LicenseRef-BSD",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "LicenseRef-BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GPLv2 with linking exception": "LicenseRef-GPL-2.0-with-linking-exception",
    "GPLv2 | EPLv1": "GPL-2.0-only OR EPL-1.0",
    "GPLv2+": "GPL-2.0-or-later",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
}


def list_locked() -> list[str]:
    """The names in the locks, but for what only the CUDA build of PyTorch needs."""
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    return sorted(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def declare(name: str) -> str:
    """The SPDX expression that an installed package declares; "" where none can be made out."""
    found = metadata(name)
    classifiers = [
        line.rsplit(" :: ")[-1]
        for line in found.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    # The newest field first. `License` may hold a whole text, which begins with its title.
    title = found.get("License", "").strip().partition("\n")[0]
    for said in (found.get("License-Expression", ""), title, *classifiers):
        try:
            return canonicalize_license_expression(SPDX.get(said, said))
        except InvalidLicenseExpression:
            continue
    return ""


def is_allowed(expression: str) -> bool:
    """Whether one of the alternatives is allowed whole; with parentheses, whether all of it is."""
    alternatives = [expression] if "(" in expression else expression.split(" OR ")
    return any(
        set(re.split(r" AND | OR ", alternative.replace("(", "").replace(")", ""))) <= ALLOWED
        for alternative in alternatives
    )


def find_faults(licences: dict[str, str]) -> list[str]:
    """A line for each package whose licence is unknown, or neither allowed nor answered."""
    return [
        f"{name}: {licence or 'no licence that tools/licences.py can read'}"
        for name, licence in licences.items()
        if not is_allowed(licence) and name not in ANSWERED
    ]


def render(licences: dict[str, str]) -> str:
    """The page: a row for each licence, the most frequent first."""
    groups = defaultdict(list)
    for name, licence in licences.items():
        groups[licence].append(name)
    rows = sorted(groups.items(), key=lambda row: (-len(row[1]), row[0]))
    return "\n".join(
        [
            "# Licences of what is installed",
            "",
            f"What the {len(licences)} packages of `{LOCKS[0]}` and `{LOCKS[1]}` declare,",
            "in SPDX's terms; `make licences` writes this page.",
            "[What that is worth](supply-chain.md#licences).",
            "",
            "| licence | packages |",
            "|---|---|",
            *(f"| {licence} | {', '.join(names)} |" for licence, names in rows),
            "",
            "Of a licence that is not allowed, and here all the same:",
            *(f"- **{name}** ({licences[name]}): {why}." for name, why in ANSWERED.items()),
            "",
        ]
    )


def main() -> None:
    try:
        licences = {name: declare(name) for name in list_locked()}
    except PackageNotFoundError as error:
        sys.exit(f"error: {error.name} is not installed; `make locked` installs all")
    if faults := find_faults(licences):
        sys.exit("\n".join(f"error: {fault}" for fault in faults))
    PAGE.write_text(render(licences), encoding="utf-8")


if __name__ == "__main__":
    main()
