"""FHIR `QuestionnaireResponse`: one row a response, one column an item's `linkId`."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from intake_triage.errors import InputError

RESPONSE = "QuestionnaireResponse"
WITHDRAWN = "entered-in-error"


def is_fhir(resource: dict[str, Any]) -> bool:
    """Whether a JSON object is a response or a bundle of resources."""
    return resource.get("resourceType") in (RESPONSE, "Bundle")


def flatten_responses(
    resources: list[dict[str, Any]],
) -> tuple[list[dict[str, str | None]], dict[str, int]]:
    """Rows of all responses, in bundles or not, and how many resources were left out.

    These are resources of other kinds, and responses that were entered in error. A row has `id`,
    `status`, `authored`, `subject`, `questionnaire`, and every item that is answered, at whatever
    depth, under its `linkId`. Several answers are joined by "; ". Of a coding the code is taken, or
    the display where there is none; of a quantity its value.

    Raises
    ------
    InputError
        If no response is left, an item has no `linkId`, an answer is of a kind that is no text,
        number, date or code, a quantity is only a bound, or those of an item have several units.
    """
    try:
        every = [inner for resource in resources for inner in _resources(resource)]
        responses = [inner for inner in every if inner.get("resourceType") == RESPONSE]
    except (AttributeError, TypeError):
        raise InputError("not a valid FHIR bundle; export it anew") from None
    if not responses:
        raise InputError(f"FHIR without a {RESPONSE}; export the responses")
    left_out = {"other_resources": len(every) - len(responses)}
    kept = [inner for inner in responses if inner.get("status") != WITHDRAWN]
    left_out["entered_in_error"] = len(responses) - len(kept)
    if not kept:
        raise InputError(f"every {RESPONSE} was entered in error; export others")
    rows = []
    units: dict[str, Any] = {}
    for row, response in enumerate(kept, 1):
        try:
            rows.append(_flatten(response, row, units))
        except (AttributeError, TypeError):
            raise InputError(f"row {row}: not a valid {RESPONSE}; export it anew") from None
    return rows, {what: n for what, n in left_out.items() if n}


def _resources(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if resource.get("resourceType") != "Bundle":
        yield resource
        return
    for entry in resource.get("entry", []):
        yield from _resources(entry.get("resource", {}))


def _flatten(response: dict[str, Any], row: int, units: dict[str, Any]) -> dict[str, str | None]:
    """The row of a response; `units` has, and gets, the unit of each `linkId` with quantities."""
    flat = {
        "id": response.get("id"),
        "status": response.get("status"),
        "authored": response.get("authored"),
        "subject": response.get("subject", {}).get("reference"),
        "questionnaire": response.get("questionnaire"),
    }
    answers: dict[str, list[str]] = {}
    for item in _items(response):
        for answer in item.get("answer", []):
            name = item.get("linkId")
            if not isinstance(name, str):
                raise InputError(f"row {row}: an item without linkId, which is a text; name it")
            if "valueQuantity" in answer:
                _check_quantity(answer["valueQuantity"], name, row, units)
            if any(key.startswith("value") for key in answer):  # else it has items of its own alone
                answers.setdefault(name, []).append(_value(answer, name, row))
    taken = [name for name, n in Counter([*flat, *answers]).items() if n > 1]
    if taken:
        raise InputError(
            f"row {row}: an item has the linkId '{taken[0]}', which names the response"
        )
    return flat | {name: "; ".join(values) for name, values in answers.items()}


def _items(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All items below a response, an item or an answer, in the order of the form."""
    for item in node.get("item", []):
        yield item
        yield from _items(item)
        for answer in item.get("answer", []):
            yield from _items(answer)


def _check_quantity(
    quantity: dict[str, Any], link_id: str, row: int, units: dict[str, Any]
) -> None:
    """Refuse a quantity whose value alone would say something else."""
    if quantity.get("comparator"):
        raise InputError(
            f"row {row}, column '{link_id}': a quantity that is only a bound, such as < 5; "
            "give its value, or leave the answer out"
        )
    unit = quantity.get("code", quantity.get("unit"))
    if unit is not None and units.setdefault(link_id, unit) != unit:
        raise InputError(
            f"row {row}, column '{link_id}': a quantity in another unit than those before it; "
            "give all in one"
        )


def _value(answer: dict[str, Any], link_id: str, row: int) -> str:
    kind = next(key for key in answer if key.startswith("value"))
    value = answer[kind]
    if kind == "valueCoding":
        value = value.get("code", value.get("display"))
    elif kind == "valueQuantity":
        value = value.get("value")
    elif kind == "valueReference":
        value = value.get("reference")
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        raise InputError(
            f"row {row}, column '{link_id}': an answer that is no text, number or code"
        )
    return value
