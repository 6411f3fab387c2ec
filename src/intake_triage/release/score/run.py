"""From a table of forms to a table of suggestions, in pieces that a killed run keeps."""

import csv
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from intake_triage.errors import InputError
from intake_triage.files import read_json, replacing, write_json
from intake_triage.records.forms import FormPiece, read_forms
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.bundle.manifest import digest_file
from intake_triage.release.score.explain import explain
from intake_triage.release.score.files import ENDINGS, Columns, join_rows, write_rows
from intake_triage.release.score.rows import list_columns, score_forms, to_rows

ROWS_A_PIECE, ROWS_A_PIECE_EXPLAINED = 4_000, 100  # some seconds of work
PIECES = ".pieces"
REFUSED = ".refused.csv"


def refused_beside(out: Path) -> Path:
    """The file of the rows that were set aside."""
    return out.with_name(f"{out.stem}{REFUSED}")


def check_paths(table: Path, out: Path) -> None:
    """Refuse, by an `InputError`, what cannot be read or written, before any work."""
    if not table.is_file():
        raise InputError(f"{table}: no such file")
    if out.suffix not in ENDINGS:
        raise InputError(f"{out}: must end in {' or '.join(ENDINGS)}")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name a file in it")
    for written in (out, refused_beside(out)):
        if written.exists() and table.samefile(written):
            raise InputError(f"{written}: is the table of forms itself; name another file")


def score_table(bundle: Bundle, table: Path, out: Path, *, explained: bool) -> Counter[str]:
    """Score the forms of a table: write `out`, and the rows that were set aside beside it.

    Finished pieces are kept in a hidden folder beside `out` until both files are whole, so that
    the next run goes on after them. Both files then appear under their names, with the bytes of a
    run that nothing stopped.

    Parameters
    ----------
    table : Path
        As `read_forms` takes it.
    out : Path
        Its ending says whether CSV or Parquet; its columns are `list_columns`.
    explained : bool
        Whether it tells which words and entries spoke for each suggestion: words of the forms'
        texts, which are written nowhere else.

    Returns
    -------
    Counter
        How many forms were scored, and of these go to_nurse; how many rows were set_aside.

    Raises
    ------
    InputError
        As `check_paths` and `read_forms`; then nothing is left behind.
    """
    check_paths(table, out)
    columns = list_columns(bundle, explained=explained)
    n_rows = ROWS_A_PIECE_EXPLAINED if explained else ROWS_A_PIECE
    tally = Counter(scored=0, to_nurse=0, set_aside=0)
    kept: list[Kept] = []
    bar_format = "{l_bar}{bar}| [{elapsed}<{remaining}{postfix}]"
    with (
        _pieces_folder(bundle, table, out, explained=explained) as folder,
        tqdm(total=1.0, desc="scored", bar_format=bar_format, disable=None) as bar,
    ):
        for piece in read_forms(table, bundle.mapping, bundle.schema, n_rows=n_rows):
            kept.append(Kept(folder, len(kept), out.suffix))
            if not kept[-1].tally.exists():
                _score_piece(bundle, piece, kept[-1], columns, explained=explained)
            tally.update(read_json(kept[-1].tally))
            bar.set_postfix_str(f"{tally['scored']:,} forms", refresh=False)
            bar.update(piece.share_read - bar.n)
        whole, refused = folder / f"whole{out.suffix}", folder / "refused.csv"
        join_rows(whole, [piece.rows for piece in kept], columns)
        _join_refused(refused, [piece.refused for piece in kept])
        os.replace(refused, refused_beside(out))
        os.replace(whole, out)
    return tally


@dataclass(frozen=True)
class Kept:
    """The files of a finished piece; the tally is written last."""

    folder: Path
    number: int
    ending: str

    @property
    def rows(self) -> Path:
        return self.folder / f"{self.number:06d}{self.ending}"

    @property
    def refused(self) -> Path:
        return self.folder / f"{self.number:06d}.refused"

    @property
    def tally(self) -> Path:
        return self.folder / f"{self.number:06d}.json"


def _score_piece(
    bundle: Bundle, piece: FormPiece, kept: Kept, columns: Columns, *, explained: bool
) -> None:
    if len(piece.frame):
        scored = score_forms(bundle, piece.frame)
        because = explain(bundle, scored) if explained else {}
        rows = to_rows(bundle, scored, piece.out_of_bounds, because)
    else:
        rows = pd.DataFrame(columns=list(columns))
    write_rows(kept.rows, rows, columns)
    with replacing(kept.refused) as part, part.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(piece.faults.items())
    counts = {"scored": len(rows), "to_nurse": int(rows["to_nurse"].sum())}
    write_json(kept.tally, counts | {"set_aside": len(piece.faults)})


def _join_refused(path: Path, pieces: Sequence[Path]) -> None:
    with path.open("wb") as whole:
        whole.write(b"row,reason\r\n")
        for piece in pieces:
            whole.write(piece.read_bytes())


@contextmanager
def _pieces_folder(bundle: Bundle, table: Path, out: Path, *, explained: bool) -> Iterator[Path]:
    """The folder of this bundle's pieces of this table; it stays only where the run is stopped."""
    try:
        digest = _digest(bundle, table, explained=explained)
        folder = _hidden(out, digest)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = "cannot be used; see who may read and write it"
        raise InputError(f"{error.filename}: {told}") from None
    for other in out.parent.iterdir():
        is_ours = other.name.startswith(f".{out.name}.") and other.name.endswith(PIECES)
        if is_ours and other != folder:  # of another table or bundle: nobody goes on with it
            shutil.rmtree(other)
    try:
        yield folder
    except InputError:
        _remove(folder, out)
        raise
    _remove(folder, out)


def _hidden(out: Path, name: str) -> Path:
    return out.with_name(f".{out.name}.{name}{PIECES}")


def _remove(folder: Path, out: Path) -> None:
    """Remove a folder of pieces; one that is removed by half is nobody's to go on with."""
    doomed = _hidden(out, "done")
    os.replace(folder, doomed)
    shutil.rmtree(doomed)


def _digest(bundle: Bundle, table: Path, *, explained: bool) -> str:
    """What the pieces of a table depend on."""
    parts = (bundle.manifest, bundle.mapping)
    told = [part.model_dump_json() for part in parts] + [digest_file(table), str(explained)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
