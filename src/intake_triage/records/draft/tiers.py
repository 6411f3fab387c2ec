"""The order of urgency tiers, most urgent first, as far as their names tell it."""

import re
import unicodedata

from intake_triage.records.draft.words import is_yes, tier_rank

HAN_FIGURES = str.maketrans("一二三四五六七", "1234567")
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii")
ROMAN_NUMBER = re.compile(r"(?<![a-z])(?:i{1,3}|iv|vi{0,2})(?![a-z])")
BY_MEANING = "what the names mean"
URGENT, SEMI_URGENT = 2, 3  # ranks of names


def order_tiers(names: list[str], column: str) -> tuple[list[str], str | None]:
    """Put the names of tiers into order, and say what it is by; None where nothing tells it.

    Numbers count upwards, as in ESI, KTAS, CTAS and MTS, where 1 is the most urgent; letters after
    them too, as in French tiers 3A and 3B. Else known words tell. What yes and no mean, or 1 and 0,
    the name of the column alone can tell.
    """
    if sorted(map(str, map(is_yes, names))) == ["False", "True"]:
        rank = tier_rank(column)
        if rank is None or rank == SEMI_URGENT:
            return names, None
        return sorted(names, key=is_yes, reverse=rank <= URGENT), BY_MEANING
    numbered = {name: _number_in(name) for name in names}
    if None not in numbered.values() and len(set(numbered.values())) == len(names):
        return sorted(names, key=numbered.__getitem__), "number"
    ranks = {name: tier_rank(name) for name in names}
    if None not in ranks.values() and len(set(ranks.values())) == len(names):
        return sorted(names, key=ranks.__getitem__), BY_MEANING
    return names, None


def propose_merge(tiers: list[str], small: list[str]) -> dict[str, str]:
    """Take each small tier into the nearest that is more urgent and not small, if there is one.

    Into a more urgent one, since its forms then wait no longer than they should. The most urgent
    tiers, where small themselves, go into the first that is not.
    """
    large = [tier for tier in tiers if tier not in small]
    merges = {}
    for tier in small if large else ():
        above = [other for other in tiers[: tiers.index(tier)] if other in large]
        merges[tier] = above[-1] if above else large[0]
    return merges


def _number_in(name: str) -> tuple[int, str] | None:
    """The one number in a name, which may be a Roman one, and the text that follows it."""
    written = unicodedata.normalize("NFKC", name).translate(HAN_FIGURES).casefold()
    if not re.search(r"\d", written):
        written = ROMAN_NUMBER.sub(lambda found: str(ROMAN.index(found[0]) + 1), written)
    parts = re.split(r"(\d+)", written)
    return (int(parts[1]), parts[2]) if len(parts) == 3 else None
