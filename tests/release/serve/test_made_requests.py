"""Requests that schemathesis makes from the service's own schema, well-formed and not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

N_REQUESTS = 40  # of a kind


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        ("POST", "/score", GenerationMode.POSITIVE),
        ("POST", "/score", GenerationMode.NEGATIVE),
        ("GET", "/health", GenerationMode.POSITIVE),
        ("GET", "/version", GenerationMode.POSITIVE),
    ],
)
def test_each_is_answered_as_the_schema_says(service, method, path, mode):
    """No answer is a server's error, or has a status, a type or a content of which nothing is said.

    Nor is a form refused that is as its schema says, nor one scored that is not.
    """
    api = schemathesis.openapi.from_asgi("/openapi.json", service.gate)
    strategy = api[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=N_REQUESTS, deadline=None, derandomize=True, suppress_health_check=HealthCheck
    )
    @given(case=strategy)
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate()

    ask()
