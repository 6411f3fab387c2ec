"""The colour of each system, the same in every figure: Okabe and Ito's, safe for colour-blind eyes.

Colour is never the only sign: figures also name the system, or give it a shape.
"""

SYSTEM_COLOURS = {
    "linear": "#E69F00",
    "gbm": "#009E73",
    "st": "#0072B2",
    "mtl": "#D55E00",
    "oracle": "#000000",
    "prior": "#999999",
}
MIXED = "#CC79A7"  # two systems side by side, one for each task
MAJORITY = "#999999"
INK, SOFT = "#1b1f23", "#8a9199"  # text and axes; lines that only guide the eye


def colour_of(label: str) -> str:
    """The colour of a system, or of a set-up as plots label it.

    Parameters
    ----------
    label : str
        A system, such as "mtl"; a pair, such as "gbm + gbm" or "st + gbm"; or "majority".
    """
    systems = set(label.split(" + "))
    if len(systems) > 1:
        return MIXED
    return SYSTEM_COLOURS.get(systems.pop(), MAJORITY)
