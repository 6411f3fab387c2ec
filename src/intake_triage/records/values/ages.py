"""Which numbers are ages, and where they are cut off: alike in training and for forms after it."""

import re
import unicodedata
from typing import TypeVar

import numpy as np
import pandas as pd

Numbers = TypeVar("Numbers", pd.Series, np.ndarray)
MAX_AGE = 90  # Safe Harbor: ages over 89 become one category of 90 and above

# What a column is called: `age`, `patientAge`, `Lebensalter (Jahre)`; a star is the rest of a word.
AGE_WORDS = "age ages *alter âge edad età idade leeftijd wiek возраст *年龄* *年齢* *나이* *연령*"
AGE_WORD = re.compile("|".join(AGE_WORDS.replace("*", r"\w*").split()))
# `age_months` is another number.
SHORTER_UNIT = re.compile(
    "mos?|months?|weeks?|wks?|days?|hours?|monaten?|wochen?|tagen?|mois|semaines?|jours?|mes(es|i)?"
)


def cut_ages(numbers: Numbers, *names: str) -> Numbers:
    """The numbers of a field, those over 90 as 90 where one of its names says that they are ages.

    Parameters
    ----------
    numbers : (n,) float, as a Series or an array
    names : the field's own, and its column's
    """
    return np.minimum(numbers, MAX_AGE) if any(map(names_age, names)) else numbers


def names_age(column: str) -> bool:
    """Whether a column's name has a word for age, and none for a unit other than years."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", column)
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", parts).lower())
    return any(map(AGE_WORD.fullmatch, words)) and not any(map(SHORTER_UNIT.fullmatch, words))
