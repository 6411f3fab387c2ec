"""How the study's sources, arms and measures are called in its pages."""

from collections.abc import Collection, Iterable

BLOCKS = {
    "namcs": "survey (NAMCS)",
    "default": "clinic, default",
    "relatedness_0": "clinic, relatedness 0",
    "relatedness_05": "clinic, relatedness 0.5",
    "relatedness_1": "clinic, relatedness 1",
    "shared": "clinic, shared reading",
    "conflict": "clinic, conflicting reading",
}
ARMS = {
    "mtl": "one model",
    "st": "two models",
    "shuffled": "one model, other task shuffled",
    "mtl_equal_parameters": "one model, as large as the two",
    "mtl_equal_compute": "one model, trained as long as the two",
    "st_long": "two models, trained twice as long",
    "st_5%": "two models, 5 % of labels",
    "mtl_5%": "one model, 5 % of labels",
    "st_25%": "two models, 25 % of labels",
    "mtl_25%": "one model, 25 % of labels",
    "fine_tuned": "one model, then tuned to each task",
    "st_fine_tuned": "two models, tuned on as much",
    "linear": "logistic regression for each",
    "gbm": "LightGBM for each",
    "blend": "blend of LightGBM and one model",
    "distilled": "one model taught by blends",
    "distilled_unlabelled": "one model taught by blends, unlabelled forms too",
}
MEASURES = {"macro_f1": "macro-F1", "log_loss": "log-loss"}
INTERVAL = "{delta:+.4f} [{low:+.4f}, {high:+.4f}]"


def list_blocks(blocks: Iterable[str]) -> str:
    return "; ".join(BLOCKS[name] for name in blocks)


def command(blocks: Collection[str]) -> str:
    """How to make these blocks' results again."""
    synthetic = " ".join(name for name in blocks if name != "namcs")
    some = "" if BLOCKS.keys() == set(blocks) else f' BLOCKS="{synthetic}"'
    survey = " NAMCS=<folder>" if "namcs" in blocks else ""
    return f"Command: `make transfer{some}{survey}`."
