"""The order of urgency tiers, most urgent first, as far as their names tell it."""

import re

from intake_triage.records.draft.words import tier_rank


def order_tiers(names: list[str]) -> tuple[list[str], str]:
    """Put the names of tiers into order and say what the order is by.

    Numbers count upwards, as in ESI, KTAS, CTAS and MTS, where 1 is the most urgent. Else known
    words tell. Else the order is that in which they came.
    """
    numbers = [re.findall(r"\d+", name) for name in names]
    if all(len(found) == 1 for found in numbers) and len({f[0] for f in numbers}) == len(names):
        return sorted(names, key=lambda name: int(re.findall(r"\d+", name)[0])), "their numbers"
    ranks = {name: tier_rank(name) for name in names}
    if None not in ranks.values() and len(set(ranks.values())) == len(names):
        return sorted(names, key=ranks.__getitem__), "their names"
    return names, "frequency alone"
