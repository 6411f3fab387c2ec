"""Timings against what a user would pick instead: `make bench` writes results.json, results.md.

Every topic is a module whose `measure` takes the workspace and returns what is written under its
name.
"""

import stages  # noqa: F401  puts this checkout's src/ first on the path, as for the stages
