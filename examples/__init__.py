"""Invented tables to try things with, and what makes and plays them."""

import stages  # noqa: F401  it puts this checkout's src/ on the path
