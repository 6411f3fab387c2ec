"""Fits that the pipeline itself does not make; another version of a file here is another fit."""
