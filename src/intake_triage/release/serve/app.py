"""The HTTP interface of a loaded bundle: `/score`, `/health`, `/version`, `/openapi.json`."""

from functools import partial
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from intake_triage.files import read_json
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.bundle.manifest import MANIFEST, digest_file
from intake_triage.release.serve.answers import answer_forms, describe_answer
from intake_triage.release.serve.forms import form_model, one_or_many
from intake_triage.release.serve.gate import RETRY, failure, refusal
from intake_triage.release.serve.limits import Limits
from intake_triage.release.serve.worker import Busy, Worker

# FastAPI would hand requests to OpenTelemetry wherever that is set up in the process.
NO_TELEMETRY = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
LONGEST_NAME = 40  # of an unknown field that is told; a longer one may be text
MOST_FAULTS = 10  # that are told of one request


class Refusal(BaseModel):
    """Why a request is not answered, in a line."""

    error: str


class Health(BaseModel):
    status: Literal["ready"]


class Version(BaseModel):
    """What the service scores with.

    `use` is what may be done with its suggestions; digests are SHA-256.
    """

    bundle: str
    use: str
    forecasters: dict[str, str]
    manifest: str
    files: dict[str, str]
    libraries: dict[str, str]
    python: str
    processor: str


def build_app(bundle: Bundle, worker: Worker, limits: Limits) -> FastAPI:
    """The application, whose request and answer are those of the bundle's own form."""
    app = FastAPI(
        title="Intake triage",
        version=bundle.manifest.label,
        summary=f"{bundle.manifest.use}: tier and sub-specialty of an intake form",
        docs_url=None,  # a page that loads its scripts from the internet
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        max_body_size=limits.body_bytes,  # for a body that does not say its length
    )
    for kind, handler in (
        (RequestValidationError, _refuse_body),
        (HTTPException, _refuse_request),
        (Exception, _fail),
    ):
        app.add_exception_handler(kind, handler)
    _add_score(app, bundle, worker, limits)
    version = _describe(bundle)

    @app.get("/health", responses=_refusals(503))
    async def health() -> Health:
        """200 where forms are scored; 503 while the bundle is loading."""
        return Health(status="ready")

    @app.get("/version", responses=_refusals(401, 503))
    async def tell_version() -> Version:
        """The bundle, what may be done with it, the digest of its files, and the libraries."""
        return version

    return app


def _describe(bundle: Bundle) -> Version:
    manifest = bundle.manifest
    shared = Version.model_fields.keys() & type(manifest).model_fields.keys()
    return Version(
        bundle=manifest.label,
        manifest=digest_file(bundle.folder / MANIFEST),
        **{name: getattr(manifest, name) for name in shared},
    )


def _add_score(app: FastAPI, bundle: Bundle, worker: Worker, limits: Limits) -> None:
    form = form_model(read_json(bundle.folder / "form.schema.json"))
    answer = describe_answer(bundle)
    many = {"type": "array", "items": answer, "minItems": 1, "maxItems": limits.forms}
    answered = {"application/json": {"schema": {"oneOf": [answer, many]}}}

    @app.post(
        "/score",
        responses={200: {"content": answered}} | _refusals(400, 401, 408, 413, 415, 422, 500, 503),
    )
    async def score(request: Request, body: one_or_many(form, limits.forms)) -> Response:
        """What the bundle suggests for a form, or for each of a list in its order."""
        listed = body if isinstance(body, list) else [body]
        forms = [each.model_dump(by_alias=True) for each in listed]
        try:
            answers = await worker.do(partial(answer_forms, forms, bundle))
        except Busy:
            return refusal(503, "too many requests wait", RETRY)
        request.state.answers = answers
        return JSONResponse(answers if isinstance(body, list) else answers[0])


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Refusal} for status in statuses}


async def _refuse_body(request: Request, error: RequestValidationError) -> Response:
    faults = [describe_fault(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors()]
    told = list(dict.fromkeys(faults))
    if len(told) > MOST_FAULTS:
        told[MOST_FAULTS:] = [f"and {len(told) - MOST_FAULTS} more"]
    return refusal(422, "; ".join(told))


def describe_fault(kind: str, location: tuple[str | int, ...], message: str) -> str:
    """What is wrong, with the name of the field and never what was given in it.

    Parameters
    ----------
    kind, location, message : of an error of pydantic
        The location is "body", "one" or "many" forms, of these the place in the list, the field.
    """
    if kind == "json_invalid":
        return "the body is not JSON"
    place = [f"form {part + 1}" if isinstance(part, int) else part for part in location[2:]]
    if kind == "extra_forbidden":
        given = place.pop()
        name = f" '{given}'" if given.isidentifier() and len(given) <= LONGEST_NAME else ""
        message = f"a field{name} that the form does not have"
    elif kind == "string_pattern_mismatch":
        message = "holds a null byte, or blanks alone"
    elif kind == "model_attributes_type" or not location[1:]:
        message = "should be a form, as a JSON object"
    return ": ".join([*place, message])


async def _refuse_request(request: Request, error: HTTPException) -> Response:
    return refusal(error.status_code, error.detail, error.headers)


async def _fail(request: Request, error: Exception) -> Response:
    return failure(error)
