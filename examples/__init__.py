"""Things to try: invented tables with what makes and plays them, and how a cluster is started."""

import stages  # noqa: F401  it puts this checkout's src/ on the path
