"""Calls to MLflow's REST API (https://mlflow.org/docs/latest/rest-api.html), numbers kept as they were written."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from workflows.ports import Permanent, Retryable

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=3)
DOWNLOADING = aiohttp.ClientTimeout(total=600, connect=3, sock_read=20)
_API = "api/2.0/mlflow"
_FILES = "api/2.0/mlflow-artifacts/artifacts"
_CHUNK = 1 << 20
_exactly = partial(json.loads, parse_float=str, parse_constant=str)


@dataclass(frozen=True)
class MLflowLogin:
    """A bearer token, or a user and password; neither if MLflow asks nobody."""

    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None

    def headers(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        if self.username and self.password:
            basic = aiohttp.BasicAuth(self.username, self.password.get_secret_value())
            return {"Authorization": basic.encode()}
        return {}


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


class MLflow:
    """One MLflow server. Every call raises Retryable or Permanent, but for what it documents."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/")
        self._session = session

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Raises Refusal."""
        return await self._call("GET", path, params=query)

    async def send(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Refusal."""
        return await self._call(method, path, json=dict(body))

    async def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """None if there is no such thing."""
        try:
            return await self.get(path, **query)
        except Refusal as refusal:
            if refusal.is_missing:
                return None
            raise explained(refusal) from None

    async def files(self, path: str) -> list[dict[str, Any]]:
        """What a folder of served artifacts holds; nothing if it isn't there."""
        try:
            found = await self._ask("GET", _FILES, params={"path": path})
        except Refusal as refusal:
            if refusal.is_missing:
                return []
            raise explained(refusal) from None
        return list(found.get("files", []))

    async def file_digest(self, path: str) -> str:
        """SHA-256, in hex, of a served artifact's bytes."""
        total = hashlib.sha256()
        try:
            async with self._session.get(
                f"{self._url}/{_FILES}/{quote(path)}", timeout=DOWNLOADING
            ) as answer:
                if answer.status != 200:
                    raise Permanent(f"MLflow doesn't hand out the artifact {path} ({answer.status}).")
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    total.update(chunk)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _away(error) from None
        return total.hexdigest()

    async def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return await self._ask(method, f"{_API}/{path}", **options)

    async def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            async with self._session.request(
                method, f"{self._url}/{path}", timeout=TIMEOUT, **options
            ) as answer:
                text = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _away(error) from None
        return _document(status, text)


@asynccontextmanager
async def open_mlflow(url: str, login: MLflowLogin) -> AsyncIterator[MLflow]:
    """Calls to the server at `url`, over kept-alive connections."""
    async with aiohttp.ClientSession(headers=login.headers()) as session:
        yield MLflow(url, session)


def explained(refusal: Refusal) -> Permanent:
    """For whoever has to mend it."""
    return Permanent(f"MLflow refuses ({refusal.status} {refusal.code}): {str(refusal)[:300]}")


def _away(error: Exception) -> Retryable:
    what = str(error) or type(error).__name__
    return Retryable(f"MLflow can't be reached: {what[:200]}. Daypass tries again.")


def _document(status: int, text: str) -> dict[str, Any]:
    """Raises Refusal, Retryable or Permanent."""
    if status >= 500 or status == 429:
        raise Retryable(f"MLflow doesn't work just now ({status}). Daypass tries again.")
    if status in (401, 403):
        raise Permanent(
            f"MLflow doesn't let Daypass in ({status}). An operator has to look at its MLFLOW_TRACKING_… settings."
        )
    try:
        found = _exactly(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Permanent(f"What answers at MLFLOW_TRACKING_URI is no MLflow ({status}).")
    if status >= 400:
        raise Refusal(status, str(found.get("error_code", "")), str(found.get("message", "")))
    return found
