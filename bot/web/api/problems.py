"""Errors as problem details (RFC 9457), for programs and people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from workflows.clock_skew import CLOCKS_DIFFER
from workflows.narrative import ERASED, LoggedEvent
from workflows.ports import Permanent, Retryable
from workflows.workflow import REFUSED, Refused

MEDIA = "application/problem+json"
FORBIDDEN = frozenset({"machine", "not-yours", "only-in-slack"})
"""Codes of refusals that no other input would change."""
NOT_BY_INPUT = frozenset({"no-owner", CLOCKS_DIFFER, "over", "extended-already"})
"""Codes of refusals of something new that no other contents would change."""
RETRY_SOON = {"Retry-After": "5"}
"""The header that says that it makes sense to send the same again."""


class Problem(BaseModel):
    """An error. `code` is a word for programs, `errors` a sentence for each field at fault."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: dict[str, str] | None = None


class Failed(Exception):
    """Raised to answer with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.errors = dict(errors or {}) or None
        self.headers = dict(headers or {})


def refused(refusal: Refused) -> Failed:
    """The ledger's no, as a problem."""
    status = 422 if refusal.fields else 403 if refusal.code in FORBIDDEN else 409
    return Failed(status, refusal.code, refusal.sentence, refusal.fields)


def refused_before(story: Sequence[LoggedEvent]) -> Failed:
    """The ledger's no to something new, out of its record; which fields were at fault isn't in it."""
    told = next(one for one in story if one.action.endswith(f".{REFUSED}"))
    code = str(told.facts["code"])
    return Failed(409 if code in NOT_BY_INPUT else 422, code, told.texts.get("sentence", ERASED))


def not_found() -> Failed:
    return Failed(404, "not-found", "Not found, or you don't have access to it.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that are problems; who asks for anything has to show a token."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    described: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA: schema}}
        for status in (401, 403, 422, 503, *statuses)
    }
    described[503]["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return described


def handle_problems(app: FastAPI) -> None:
    """Every error of the application leaves it as a problem."""

    @app.exception_handler(Failed)
    async def failed(request: Request, error: Failed) -> Response:
        return answer(error.status, error.code, str(error), error.errors, error.headers)

    @app.exception_handler(Retryable)
    async def later(request: Request, error: Retryable) -> Response:
        return answer(503, "not-now", str(error), headers=RETRY_SOON)

    @app.exception_handler(Permanent)
    async def never(request: Request, error: Permanent) -> Response:
        return answer(409, "not-possible", str(error))

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        faults = {".".join(map(str, one["loc"])): str(one["msg"]) for one in error.errors()}
        return answer(422, "unreadable", "The request isn't valid. `errors` lists the fields.", faults)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return answer(error.status_code, "http", str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return answer(500, "broken", "Something went wrong in Daypass. The server's log has the details.")


def describe(app: FastAPI) -> None:
    """The application's OpenAPI document, with the problems in it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                servers=[{"url": "/api/v1"}],
            )
            schemas = made["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def answer(
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=dict(errors or {}) or None,
    )
    return JSONResponse(problem.model_dump(exclude_none=True), status, dict(headers or {}), media_type=MEDIA)
