"""A small repository with two revisions of its results, made by real DVC."""

from pathlib import Path

import pytest
from checkout import Checkout
from reviewed_pipeline import FILES, edit, rerun


@pytest.fixture(scope="session")
def two_revisions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """`main` has loss weight 0.5; `other`, checked out, 0.3; `start` has code and no results."""
    checkout = Checkout(tmp_path_factory.mktemp("review") / "repository")
    checkout.root.mkdir()
    checkout.run("git", "init", "--quiet", "--initial-branch=main")
    checkout.dvc("init", "--quiet")
    for name, text in FILES.items():
        (checkout.root / name).parent.mkdir(exist_ok=True)
        (checkout.root / name).write_text(text, encoding="utf-8")
    checkout.dvc("config", "plots.html_template", "plots/offline.html")
    checkout.commit("code")
    checkout.run("git", "tag", "start")
    rerun(checkout)
    checkout.run("git", "checkout", "--quiet", "-b", "other")
    edit(checkout, "params.yaml", "loss_weight: 0.5", "loss_weight: 0.3")
    rerun(checkout)
    return checkout


@pytest.fixture
def clone(two_revisions: Checkout, tmp_path: Path) -> Checkout:
    """A clone of both revisions without DVC's cache; `other` is checked out."""
    clone = two_revisions.clone_to(tmp_path / "clone")
    clone.run("git", "branch", "--quiet", "main", "origin/main")
    return clone
