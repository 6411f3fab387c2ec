"""A first mapping of a strange table, for a person to correct; `make draft` asks for it."""
