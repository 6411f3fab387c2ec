"""A secret in 500 texts, all ids and some groups is nowhere but where records are kept.

Records are kept in `data/` and `predictions/` (ids), in DVC's cache of these, and nowhere else: not
in what git gets, nor on a page, in a log or an error, nor in a bundle. Each text has a secret of
its own, as a name would be; a word that many texts share is none, and models and bundles know it.
What `score` writes bears the ids and entries of the forms that it was given, and so does what
`serve` answers and its audit log; the same holds for what is asked for by `--explain`.
"""

import hashlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from checkout import environment
from contents import files_that_hold, holds, is_found_in_all, objects_that_hold
from dvc.repo import Repo
from dvc_studio_client.config import get_studio_config

from intake_triage.errors import run_stage
from stages import prepare
from tests.hostile.hostile_table import CHANNEL, SECRET, SEX, TIERS, make_table, write_table

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"data", "predictions"}  # what docs/privacy.md says of records
BUNDLE = "release/choice"


def place_of(path: Path, root: Path) -> str:
    """The folder at the top of a checkout that a file lies in, two deep for DVC's own."""
    parts = path.relative_to(root).parts
    return "/".join(parts[:2]) if parts[0] == ".dvc" else parts[0]


def test_the_search_finds_what_is_packed(tmp_path):
    assert is_found_in_all(tmp_path, SECRET)


def test_the_secret_is_where_records_are_kept_and_nowhere_else(hostile_run):
    found = files_that_hold(hostile_run.root, SECRET)
    places = {place_of(path, hostile_run.root) for path in found}
    assert places == KEPT | {".dvc/cache"}
    assert hostile_run.root / "data/raw/forms.csv" in found


def test_the_cache_holds_it_in_records_alone(hostile_run):
    """An object of the cache has the MD5 of its content as its name: it is a file of records."""
    found = files_that_hold(hostile_run.root, SECRET)
    objects = {path for path in found if ".dvc" in path.parts}
    of_records = {hashlib.md5(path.read_bytes()).hexdigest() for path in found - objects}
    assert objects
    assert {"".join(path.parts[-2:]) for path in objects} <= of_records


def test_no_object_of_git_holds_it(hostile_run):
    assert "metrics/results.csv" in hostile_run.checkout.run("git", "ls-files").stdout
    assert objects_that_hold(hostile_run.root, SECRET) == []


def test_dvc_keeps_none_of_it_outside_the_checkout(hostile_run):
    assert files_that_hold(hostile_run.site_cache, SECRET) == set()


def test_nothing_that_the_stages_print_holds_it(hostile_run):
    assert "Running stage 'prepare'" in "".join(hostile_run.printed)
    assert SECRET not in "".join(hostile_run.printed).lower()


def test_nothing_is_sent_to_dvc_studio_for_who_is_logged_in_there(monkeypatch):
    monkeypatch.setenv("DVC_STUDIO_TOKEN", "token")
    with Repo(ROOT) as repo:
        ours = repo.config["studio"]
    repository = "https://example.org/intake.git"
    assert get_studio_config(ours, studio_repo_url=repository) == {}
    assert get_studio_config(ours | {"offline": False}, studio_repo_url=repository) != {}


def test_a_refused_table_does_not_tell_it(hostile_run, tmp_path, monkeypatch):
    """Each fault that `prepare` names is named by its row and column."""
    monkeypatch.chdir(tmp_path)
    spoilt = make_table().astype(object)
    spoilt.loc[3, "age"] = f"{SECRET}age"
    spoilt.loc[5, "tier"] = f"{SECRET}tier"
    spoilt.loc[7, "place"] = f"{SECRET}place"
    spoilt.loc[8, "id"] = spoilt.loc[9, "id"]
    spoilt.loc[10, "complaint"] += " call 212-555-0175"
    for kept in (["age"], ["tier"], ["place"], ["id"], ["complaint"], list(spoilt)):
        table = make_table().astype(object)
        table[kept] = spoilt[kept]
        write_table(tmp_path / "data/raw/forms.csv", table)
        (tmp_path / "params.yaml").write_bytes((hostile_run.root / "params.yaml").read_bytes())
        with pytest.raises(SystemExit) as stopped:
            run_stage(prepare.main)
        lines = stopped.value.code.splitlines()
        assert lines
        assert all(line.startswith("error: ") for line in lines)
        assert SECRET not in stopped.value.code.lower()


def make_forms(folder: Path) -> Path:
    """Forms for `score`, some of them bad."""
    forms = make_table(seed=1).head(40).drop(columns=["tier", "place", "patient"]).astype(object)
    forms.loc[3, "age"] = f"{SECRET}age"
    forms.loc[5, "complaint"] = ""
    forms.loc[8, "id"] = forms.loc[7, "id"]
    forms.loc[9, "id"] = f" {SECRET}\x00"
    return write_table(folder / "forms.csv", forms)


@pytest.fixture(scope="module")
def scored(hostile_run, tmp_path_factory):
    """Where the suggestions for some good and bad forms lie, and what was said of them."""
    folder = tmp_path_factory.mktemp("scored")
    done = hostile_run.intake_triage("score", BUNDLE, make_forms(folder), folder / "out.csv")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout + done.stderr


def test_what_is_said_of_bad_rows_does_not_tell_it(scored):
    folder, printed = scored
    refused = (folder / "out.refused.csv").read_text(encoding="utf-8")
    assert len(refused.splitlines()) >= 4
    assert SECRET not in (refused + printed).lower()
    assert f"{SECRET}word" not in (folder / "out.csv").read_text(encoding="utf-8").lower()


def test_a_watch_page_does_not_tell_it(hostile_run, scored):
    folder, _ = scored
    labels = make_table(seed=1).head(40)
    labels.loc[4, "tier"] = f"{SECRET}tier"
    write_table(folder / "labels.csv", labels[["id", "tier", "place"]])
    out = folder / "watched"
    done = hostile_run.intake_triage(
        "watch", BUNDLE, folder / "out.csv", folder / "labels.csv", "--out", out
    )
    assert done.returncode == 1  # no label may be unknown
    assert SECRET not in (done.stdout + done.stderr).lower()
    labels.loc[4, "tier"] = TIERS[0]
    write_table(folder / "labels.csv", labels[["id", "tier", "place"]])
    done = hostile_run.intake_triage(
        "watch", BUNDLE, folder / "out.csv", folder / "labels.csv", "--out", out
    )
    assert SECRET not in (done.stdout + done.stderr).lower()
    assert (out / "watch.html").exists(), done.stderr
    assert files_that_hold(out, SECRET) == set()


def test_the_log_of_a_service_does_not_tell_it(hostile_run, tmp_path):
    """The audit log bears the ids of what was scored, and nothing else of a form."""
    words = ["-m", "intake_triage", "serve", BUNDLE, "--port", "0"]
    command = [sys.executable, *words, "--audit-log", str(tmp_path / "audit")]
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=hostile_run.root,
            env=environment() | {"PYTHONPATH": "src"},
            stdout=file,
            stderr=file,
        )
    try:
        form = {"record_id": f"{SECRET}-1", "text": f"chest pain {SECRET}word", CHANNEL: SECRET}
        bad = ({"age": SECRET}, {f"{SECRET} fell": 1}, {"text": f"{SECRET}\0"}, {SEX: [SECRET]})
        address = wait_for(log, r"http://\S+:\d+")
        wait_for(log, " ready ")
        said = [ask(address, form | fault) for fault in ({}, *bad)]
        said.append(ask(f"{address}/{SECRET}", form))
    finally:
        process.terminate()
        process.wait(60)
    assert [status for status, _ in said] == [200, 422, 422, 422, 422, 404]
    for _, answer in said[1:]:
        assert SECRET not in answer.lower()
    assert f"{SECRET}word" not in said[0][1]
    assert SECRET not in log.read_text(encoding="utf-8").lower()
    audit = (tmp_path / "audit").read_text(encoding="utf-8")
    assert audit.lower().count(SECRET) == 1
    assert f'"record_id": "{SECRET}-1"' in audit


def wait_for(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def ask(address: str, form: dict) -> tuple[int, str]:
    url = address if address.count("/") > 2 else f"{address}/score"
    request = urllib.request.Request(
        url, json.dumps(form).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_bundle_does_not_hold_it(hostile_run):
    bundles = sorted(path.name for path in (hostile_run.root / "release").iterdir())
    assert "choice" in bundles
    assert files_that_hold(hostile_run.root / "release", SECRET) == set()
    assert holds((hostile_run.root / "data/prepared/records.parquet").read_bytes(), SECRET)
