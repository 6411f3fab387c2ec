"""Pack a bundle with every wheel that it needs, for a machine without a registry.

Run     python -m stages.export <bundle> <archive> [options of `pip download`]
Reads   a bundle, such as release/choice
Writes  the archive
"""

import sys
from pathlib import Path

from intake_triage.errors import InputError, run_stage
from intake_triage.release.bundle.export import export_bundle


def main() -> None:
    if len(sys.argv) < 3:
        raise InputError("say which bundle and which archive: stages.export <bundle> <archive>")
    bundle, archive, *pip_options = sys.argv[1:]
    export_bundle(Path(bundle), Path(archive), pip_options=tuple(pip_options))


if __name__ == "__main__":
    run_stage(main)
