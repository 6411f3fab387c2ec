"""The small split and its systems."""

from small_split import fits, fitted, forecasts, judge, make_logits, params, rng, split

__all__ = ["fits", "fitted", "forecasts", "judge", "make_logits", "params", "rng", "split"]
