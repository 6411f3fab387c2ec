"""The order of urgency tiers, most urgent first, as far as their names tell it."""

import re

from intake_triage.records.draft.words import tier_rank

HAN_FIGURES = str.maketrans("一二三四五六七", "1234567")


def order_tiers(names: list[str]) -> tuple[list[str], str | None]:
    """Put the names of tiers into order, and say what it is by; None where nothing tells it.

    Numbers count upwards, as in ESI, KTAS, CTAS and MTS, where 1 is the most urgent; letters after
    them too, as in French tiers 3A and 3B. Else known words tell.
    """
    numbered = {name: _number_in(name) for name in names}
    if None not in numbered.values() and len(set(numbered.values())) == len(names):
        return sorted(names, key=numbered.__getitem__), "number"
    ranks = {name: tier_rank(name) for name in names}
    if None not in ranks.values() and len(set(ranks.values())) == len(names):
        return sorted(names, key=ranks.__getitem__), "name"
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
    """The one number in a name, and the text that follows it."""
    parts = re.split(r"(\d+)", name.translate(HAN_FIGURES).casefold())
    return (int(parts[1]), parts[2]) if len(parts) == 3 else None
