"""What a change did, for its review: one offline page and one Markdown comment.

`make review BASE=main` compares the working tree with a committed revision. Every difference is
what `dvc params diff`, `dvc metrics diff` and `dvc plots diff` say.
"""
