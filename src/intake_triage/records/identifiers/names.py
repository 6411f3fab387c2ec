"""Names and places in texts, by Microsoft Presidio where it and a model of spaCy are installed.

Neither is required: `pip install presidio-analyzer`, and a model such as `en_core_web_lg`.
"""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from intake_triage.records.identifiers.find import Found

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

KINDS = {"PERSON": "name", "LOCATION": "place"}
NOT_LOOKED_FOR = "not looked for"


class NameFinder:
    """Looks for names and places with one model of spaCy.

    Parameters
    ----------
    model : str
        An installed package or a folder; its name begins with the language, as "en_core_web_lg".
    language : str
        Of the model, two letters.
    unused : sequence of str
        Other models that are installed, which the description names.
    """

    def __init__(self, model: str, language: str, unused: Sequence[str] = ()) -> None:
        self._analyzer = _make_analyzer(model, language)
        self._language = language
        others = f" (installed, but not used: {', '.join(unused)})" if unused else ""
        self.description = f"Presidio {version('presidio-analyzer')}, {model}{others}"

    def find(self, texts: list[str]) -> list[list[Found]]:
        """What is a name or a place, by text."""
        from presidio_analyzer import BatchAnalyzerEngine

        results = BatchAnalyzerEngine(self._analyzer).analyze_iterator(
            texts, language=self._language, entities=list(KINDS)
        )
        return [
            [Found(one.start, one.end, KINDS[one.entity_type]) for one in of_text]
            for of_text in results
        ]


def load_name_finder() -> NameFinder | None:
    """The finder of the installed models' first by name, or None; nothing is downloaded."""
    if not find_spec("presidio_analyzer"):
        return None
    from spacy.util import get_installed_models

    models = sorted(get_installed_models())
    return NameFinder(models[0], models[0][:2], unused=models[1:]) if models else None


def _make_analyzer(model: str, language: str) -> "AnalyzerEngine":
    """Presidio with the model's own recognizer alone: the screen has patterns for all else."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": model}])
    engine.load()
    recognizer = SpacyRecognizer(supported_language=language, supported_entities=list(KINDS))
    registry = RecognizerRegistry(recognizers=[recognizer], supported_languages=[language])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[language])
