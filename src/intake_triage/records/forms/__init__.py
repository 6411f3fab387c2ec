"""Intake forms without labels, as they come after training: read under a bundle's mapping."""

from intake_triage.records.forms.mapping import FormMapping, LabelMapping, mapping_of
from intake_triage.records.forms.read import FormPiece, read_forms

__all__ = ["FormMapping", "FormPiece", "LabelMapping", "mapping_of", "read_forms"]
