"""Names and places: said where nobody looks for them, found through Presidio's own interface."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from intake_triage.records.identifiers import names
from intake_triage.records.identifiers.find import Found
from intake_triage.records.identifiers.names import NameFinder, load_name_finder


def test_without_presidio_nothing_is_loaded(monkeypatch):
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    assert load_name_finder() is None


def test_of_several_models_it_is_said_which_one_was_used_and_which_not(monkeypatch):
    models = ["en_core_web_lg", "de_core_news_lg"]
    monkeypatch.setattr(names, "find_spec", lambda _: True)
    monkeypatch.setattr(names, "version", lambda _: "2.2")
    monkeypatch.setattr(names, "_make_analyzer", lambda *_: None)
    monkeypatch.setitem(sys.modules, "spacy", ModuleType("spacy"))
    util = SimpleNamespace(get_installed_models=lambda: models)
    monkeypatch.setitem(sys.modules, "spacy.util", util)
    said = load_name_finder().description
    assert said == "Presidio 2.2, de_core_news_lg (installed, but not used: en_core_web_lg)"


@pytest.fixture
def model(tmp_path) -> str:
    """A tiny model of spaCy that knows one name and one place, as a folder."""
    pytest.importorskip("presidio_analyzer", reason="Presidio is optional, and not installed")
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    rules = [{"label": "PERSON", "pattern": "Jo Doe"}, {"label": "GPE", "pattern": "Springfield"}]
    pipeline.add_pipe("entity_ruler").add_patterns(rules)
    pipeline.to_disk(tmp_path / "en_tiny")
    return str(tmp_path / "en_tiny")


def test_presidio_finds_names_and_places_by_text(model):
    finder = NameFinder(model, "en")
    found = finder.find(["seen by Jo Doe of Springfield", "no fever", ""])
    assert found == [[Found(8, 14, "name"), Found(18, 29, "place")], [], []]
    assert finder.description.startswith("Presidio ")
    assert "Jo" not in finder.description


def test_without_a_model_nothing_is_downloaded(model, monkeypatch):
    monkeypatch.setattr("spacy.util.get_installed_models", list)
    assert load_name_finder() is None
