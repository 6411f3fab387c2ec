"""The screen for identifiers that should have been removed before the records came here."""
