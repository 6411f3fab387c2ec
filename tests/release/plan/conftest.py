"""The made-up clinic of the watch, before its pilot."""

from tests.release.watch.conftest import decision, reference

__all__ = ["decision", "reference"]
