"""The recommendation in plain sentences, made from the values in metrics/compare.json."""

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]
SYSTEMS = {"linear": "logistic regression", "gbm": "LightGBM", "st": "Transformer"}
CEILINGS = {
    "under_triage": "under-triage",
    "ece_urgency": "the calibration error of urgency",
    "ece_specialty": "the calibration error of the sub-specialty",
}


def describe_recommendation(recommendation: Values) -> str:
    """Two or three sentences: what to do, why, and what test says of it.

    Parameters
    ----------
    recommendation : mapping
        `recommendation` of metrics/compare.json.
    """
    lowest = recommendation["lowest"]
    if recommendation["reason"] == "nothing_passes":
        return (
            "Do not release: on the calibrate split every set-up breaks a ceiling. The lowest "
            f"clinical cost is that of {describe_set_up(lowest)}, {_cost(lowest)}."
        )
    name = describe_set_up(recommendation)
    if recommendation["reason"] == "vetoed_by_test":
        return (
            f"Do not release: the rule takes {name}, but on the test split it breaks "
            f"{_list_ceilings(recommendation, 'broken')}."
        )
    return " ".join(
        [
            f"Use {name}: {_explain_choice(recommendation)}",
            _describe_test(recommendation),
            f"The same choice is made in {recommendation['won_share']:.0%} of resamples of the "
            "calibrate split.",
        ]
    )


def describe_set_up(set_up: Values) -> str:
    """Its models in words; `set_up` has `urgency`, `specialty` and `models`."""
    if set_up["models"] == 1:
        return "one multi-task Transformer for both tasks"
    urgency, specialty = SYSTEMS[set_up["urgency"]], SYSTEMS[set_up["specialty"]]
    if urgency == specialty:
        return f"two {urgency} models"
    return f"two models, {urgency} for urgency and {specialty} for the sub-specialty"


def _explain_choice(recommendation: Values) -> str:
    lowest, second = recommendation["lowest"], recommendation["runner_up"]
    start = f"on the calibrate split this set-up's clinical cost is {_cost(recommendation)}"
    if recommendation["reason"] == "lowest_cost":
        after = "." if second is None else f"; runner-up is {describe_set_up(second)}, at "
        after += "" if second is None else f"{second['cost_per_1000']:.0f}."
        return f"{start}, the lowest of the set-ups that break no ceiling{after}"
    virtue = {"fewer_models": "takes fewer models", "cheaper": "is cheaper to run"}
    return (
        f"{start}, within {recommendation['flips']['cost_margin']['now']:g} of the lowest "
        f"({describe_set_up(lowest)}, {lowest['cost_per_1000']:.0f}), and it "
        f"{virtue[recommendation['reason']]}."
    )


def _describe_test(recommendation: Values) -> str:
    unsure = _list_ceilings(recommendation, "not_shown")
    if not unsure:
        return "On the test split it is shown to meet every ceiling."
    return f"On the test split no ceiling is broken, but {unsure} is not shown to meet its own."


def _list_ceilings(recommendation: Values, status: str) -> str:
    names = [
        _describe_ceiling(name, ceiling)
        for name, ceiling in recommendation["ceilings"].items()
        if ceiling["status"] == status
    ]
    return " and ".join(names)


def _describe_ceiling(name: str, ceiling: Values) -> str:
    """Name, bounds, and the figure where it may be shown."""
    cut = name.removeprefix("slope_").replace("_", " ")
    words = CEILINGS.get(name, f"the calibration slope at {cut}")
    bounds = f"{ceiling['least']:g} to {ceiling['most']:g}" if "least" in ceiling else None
    bounds = bounds or f"at most {ceiling['limit']:g}"
    if ceiling["value"] is None:
        return f"{words} ({bounds})"
    return (
        f"{words} ({ceiling['value']:.4f}, 95 % interval {ceiling['low']:.4f} to "
        f"{ceiling['high']:.4f}; {bounds})"
    )


def _cost(set_up: Values) -> str:
    return f"{set_up['cost_per_1000']:.0f} per 1,000 forms"
