"""The small split and its systems."""

from small_split import fitted, judge, make_system, params, rng, split, systems

__all__ = ["fitted", "judge", "make_system", "params", "rng", "split", "systems"]
