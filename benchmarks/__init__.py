"""Timings against what a user would pick instead; each topic is a module with a `measure`."""

import stages  # noqa: F401  puts this checkout's src/ first on the path, as for the stages
