"""How the study's sources, arms and measures are called in the page."""

from collections.abc import Collection, Iterable

BLOCKS = {
    "default": "synthetic, default",
    "namcs": "survey (NAMCS)",
    "relatedness_0": "synthetic, relatedness 0",
    "relatedness_05": "synthetic, relatedness 0.5",
    "relatedness_1": "synthetic, relatedness 1",
    "conflict": "synthetic, conflict",
}
ARMS = {
    "mtl": "mtl",
    "st": "st",
    "shuffled": "mtl with a shuffled partner",
    "mtl_truth": "mtl, eight further seeds",
    "st_truth": "st, eight further seeds",
    "mtl_equal_parameters": "mtl as large as both st",
    "mtl_equal_compute": "mtl with both st's passes",
    "st_long": "st with as many passes",
    "fine_tuned": "mtl fine-tuned to the task",
    "st_fine_tuned": "st trained on as much",
    "pretraining": "pre-training",
    "pretrained_st": "pre-trained st",
    "pretrained_mtl": "pre-trained mtl",
    "linear": "logistic regression",
    "gbm": "LightGBM",
    "gbm_with_features": "LightGBM with mtl's features",
    "mtl_fixed": "mtl, fixed weights",
    "mtl_uncertainty": "mtl, uncertainty",
    "mtl_pcgrad": "mtl, PCGrad",
    "mtl_upgrad": "mtl, UPGrad",
    "st_5%": "st, 5 % of labels",
    "mtl_5%": "mtl, 5 % of labels",
    "st_25%": "st, 25 % of labels",
    "mtl_25%": "mtl, 25 % of labels",
}
CHARGED = {  # what has to be trained before an arm
    "fine_tuned": "mtl",
    "st_fine_tuned": "st",
    "gbm_with_features": "mtl",
    "pretrained_st": "pretraining",
    "pretrained_mtl": "pretraining",
}
MEASURES = {"macro_f1": "macro-F1", "log_loss": "log-loss"}
INTERVAL = "{delta:+.4f} [{low:+.4f}, {high:+.4f}]"


def list_blocks(blocks: Iterable[str]) -> str:
    return "; ".join(BLOCKS[name] for name in blocks)


def command(blocks: Collection[str]) -> str:
    """How to make these blocks' results again."""
    synthetic = " ".join(name for name in blocks if name != "namcs")
    survey = " NAMCS=<folder>" if "namcs" in blocks else ""
    return f'Command: `make transfer BLOCKS="{synthetic}"{survey}`.'
