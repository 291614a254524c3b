"""Calls to MLflow's REST API (https://mlflow.org/docs/latest/rest-api.html), numbers kept as they were written.

Nothing that MLflow answers is trusted to be what it should: sizes, times and shapes are bounded here or by whoever
reads the answer.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, bounded, explained, guarded_client
from integrations.json_answers import built_as_documented
from integrations.mlflow.credentials import MLflowLogin
from integrations.mlflow.let_in import not_let_in, not_mlflow
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Login
from workflows.text import one_line

FILE_SECONDS = 900.0
"""In which one file of an artifact has to have come."""
MAX_ERROR_BYTES = 100_000
"""Of an answer in an artifact's place."""
MAX_MESSAGE_CHARS = 300
"""Of what MLflow says is wrong."""
_PASSING = frozenset({429, *range(500, 600)})
"""What says nothing but that it doesn't work just now."""
_PORTS = {"http": 80, "https": 443}
_API = "api/2.0/mlflow"
_NEWER_API = "api/3.0/mlflow"
_NEWER = ("scorers/", "traces/")
"""What only the newer one has, by how its paths begin."""
_FILES = "api/2.0/mlflow-artifacts/artifacts"
_exactly = partial(json.loads, parse_float=str, parse_constant=str)
_OPEN_TO_ALL = (
    "api/2.0/mlflow/registered-models/search?max_results=1",
    "ajax-api/2.0/mlflow/registered-models/search?max_results=1",
    "api/2.0/mlflow-artifacts/artifacts?path=",
    "ajax-api/2.0/mlflow-artifacts/artifacts?path=",
)
"""What an MLflow without a login tells anybody; a proxy in front of it may guard one way in and forget another."""


class Refusal(Exception):
    """MLflow says no; `code` is its error code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    @property
    def is_missing(self) -> bool:
        """What was asked for isn't there."""
        return self.status == 404 or self.code == "RESOURCE_DOES_NOT_EXIST"

    def explained(self) -> Permanent:
        """For whoever has to mend it."""
        return Permanent(f"MLflow refused the request ({self.status} {self.code}): {self}")


class MLflow:
    """One MLflow server. Every call raises Retryable or Permanent, but for what it documents."""

    def __init__(self, url: str, guard: Guard, login: MLflowLogin) -> None:
        self._url = url.rstrip("/")
        self._login = login
        self._client = guarded_client(guard)
        self._stranger = guarded_client(guard)
        self._files = httpx2.AsyncClient(transport=guard, trust_env=False)

    def is_at(self, host: str) -> bool:
        """Whether this is the server's own host and port, as in `mlflow.example` or `10.1.2.3:5000`."""
        own = urlsplit(self._url)
        return _endpoint(f"{own.scheme}://{host}") == _endpoint(self._url)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Raises Refusal."""
        return await self._ask("GET", _within_api(path), params=query)

    async def send(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Refusal."""
        return await self._ask(method, _within_api(path), json=dict(body))

    async def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """None if there is no such thing."""
        try:
            return await self.get(path, **query)
        except Refusal as refusal:
            if refusal.is_missing:
                return None
            raise refusal.explained() from None

    async def files(self, path: str) -> list[Any]:
        """What a folder of served artifacts holds; nothing if it isn't there."""
        try:
            found = await self._ask("GET", _FILES, params={"path": path})
        except Refusal as refusal:
            if refusal.is_missing:
                return []
            raise refusal.explained() from None
        with plausible():
            return list(found.get("files", []))

    async def file_digest(
        self, path: str, size: int, keep: Callable[[bytes], None] = lambda piece: None
    ) -> str:
        """SHA-256, in hex, of a served artifact's bytes, of which there have to be `size`. `keep` gets each piece."""
        total, read = hashlib.sha256(), 0
        try:
            async with (
                asyncio.timeout(FILE_SECONDS),
                self._files.stream(
                    "GET", f"{self._url}/{_FILES}/{quote(path)}", headers=await self._login.headers()
                ) as answer,
            ):
                if answer.status_code != 200:
                    said = b"".join([p async for p in bounded(answer, MAX_ERROR_BYTES)])
                    _document(answer.status_code, said, answer.headers.get("location", ""))
                async for piece in bounded(answer, size):
                    total.update(piece)
                    keep(piece)
                    read += len(piece)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "MLflow") from None
        except Refusal as refusal:
            where = one_line(path, 200)
            raise Permanent(
                f"MLflow refused to serve the artifact {where} ({refusal.status}): {refusal}"
            ) from None
        except TimeoutError:
            raise Permanent(f"{one_line(path, 200)} took longer than {FILE_SECONDS:g} s to read.") from None
        if read != size:
            raise Permanent(f"{one_line(path, 200)} has {read} bytes, but MLflow says {size}.")
        return total.hexdigest()

    async def login(self) -> Login:
        """Whether MLflow lets in somebody without a login, found by trying each way in. Raises Retryable or Permanent."""
        found = {await self._told_a_stranger(path) for path in _OPEN_TO_ALL}
        if "none" in found:
            return "none"
        return "required" if found <= {"required", "absent"} and "required" in found else "unknown"

    async def _told_a_stranger(self, path: str) -> Login | Literal["absent"]:
        """A redirect is taken for one to a sign-in page, 404 for a way that isn't there; only MLflow's own answer lets in."""
        try:
            answer = await self._stranger.get(f"{self._url}/{path}")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "MLflow") from None
        if answer.status_code in (401, 403) or answer.is_redirect:
            return "required"
        if answer.status_code == 404:
            return "absent"
        found = _read(answer.content)
        told = found is not None and (answer.status_code < 400 or bool(found.get("error_code")))
        return "none" if told and answer.status_code not in _PASSING else "unknown"

    async def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            headers = await self._login.headers()
            answer = await self._client.request(method, f"{self._url}/{path}", headers=headers, **options)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "MLflow") from None
        return _document(answer.status_code, answer.content, answer.headers.get("location", ""))

    async def close(self) -> None:
        """Let go of the connections."""
        for client in (self._client, self._stranger, self._files):
            await client.aclose()


@asynccontextmanager
async def open_mlflow(url: str, login: MLflowLogin, reach: Reach | None = None) -> AsyncIterator[MLflow]:
    """Calls to the server at `url`, which is the operator's own word, over kept-alive connections."""
    mlflow = MLflow(url, Guard((reach or Reach()).naming(url)), login)
    try:
        yield mlflow
    finally:
        await mlflow.close()


def plausible() -> AbstractContextManager[None]:
    """Reading an answer that isn't built as MLflow's are raises Permanent."""
    return built_as_documented("MLflow sent an invalid answer.")


def _within_api(path: str) -> str:
    return f"{_NEWER_API if path.startswith(_NEWER) else _API}/{path}"


def _endpoint(url: str) -> tuple[str | None, int | None]:
    """Host and port; none for an address that can't be one."""
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None, None


def _document(status: int, body: bytes, location: str) -> dict[str, Any]:
    """Raises Refusal, Retryable or Permanent."""
    if status in _PASSING:
        raise Retryable(f"MLflow is unavailable ({status}). Daypass keeps trying.")
    if why := not_let_in(status, location):
        raise Permanent(why)
    found = _read(body)
    if found is None or (status >= 400 and not found.get("error_code")):
        raise Retryable(not_mlflow(status, body))
    if status >= 400:
        code = one_line(str(found["error_code"]), 60)
        raise Refusal(status, code, one_line(str(found.get("message", "")), MAX_MESSAGE_CHARS))
    return found


def _read(body: bytes) -> dict[str, Any] | None:
    """A JSON object (RFC 8259) whose texts can be kept: no half characters, no NUL. None if it is anything else."""
    try:
        found = _exactly(body.decode()) if body else {}
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not _holds_nul(found) else None


def _holds_nul(document: Any) -> bool:
    """PostgreSQL keeps no such text."""
    left = [document]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and "\0" in one:
            return True
    return False
