"""The pages of a run: brief, model card and results, as filters over its results."""
