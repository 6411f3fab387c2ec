"""How hard a text is to read."""

import re


def grade(text: str) -> float:
    """The Flesch–Kincaid grade (Kincaid et al. 1975): years of school that a text asks for.

    Syllables are counted as groups of vowels, less a silent e at the end; numbers are no words.
    """
    sentences = [each for each in re.split(r"(?<=[.!?])\s", text) if re.search(r"[A-Za-z]", each)]
    words = re.findall(r"[A-Za-z][\w’'-]*", text)
    syllables = sum(map(count_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def count_syllables(word: str) -> int:
    """Groups of vowels, less a silent e at the end."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"[^l]e$|[^td]ed$", letters):
        groups -= 1
    return max(groups, 1)
