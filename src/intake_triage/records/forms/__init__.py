"""Intake forms without labels, as they come after training: read under a bundle's mapping."""

from intake_triage.records.forms.mapping import FormMapping, LabelMapping, mapping_of

__all__ = ["FormMapping", "LabelMapping", "mapping_of"]
