"""Calls of a Databricks workspace: Unity Catalog's models, and the MLflow runs that made them.

https://docs.databricks.com/api/workspace/modelversions. The token's file is read for each call, so a rotated token needs no
restart. Numbers are kept as they were written.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from integrations.egress import Reach
from integrations.http_client import Guard, bearer, explained, guarded_client
from integrations.json_answers import built_as_documented, is_passing
from workflows.ports import Permanent, Retryable

ANSWER_SECONDS = 15.0
MAX_ANSWER_BYTES = 4 << 20
MAX_PAGES = 20
MAX_VERSIONS = 2_000
"""Versions of a model that are read."""
MODELS = "api/2.1/unity-catalog/models"
TRACKING = "api/2.0/mlflow"
INVALID = "Databricks sent an invalid answer."
TOKEN_UNREADABLE = (
    "The token for Databricks can't be read. Ask an operator to check DAYPASS_DATABRICKS_TOKEN_FILE."
)
_exactly = partial(json.loads, parse_float=str, parse_constant=str)


class Missing(Permanent):
    """Databricks knows no such thing, or Daypass may not see it."""


class UnityCatalog:
    """The workspace at the address that the operator configured; no call goes anywhere else."""

    def __init__(self, client: httpx2.AsyncClient, url: str, token: Path) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._token = token

    async def version(self, model: str, version: str) -> Mapping[str, Any] | None:
        """What is known of a version; None if there is none. Raises Retryable or Permanent."""
        if not (version.isascii() and version.isdigit()):
            return None
        return await self.find(_path(model, "versions", version))

    async def at_alias(self, model: str, alias: str) -> str | None:
        """The version at the alias; None without the alias. Raises Retryable or Permanent."""
        found = await self.find(_path(model, "aliases", alias))
        if found is None:
            return None
        with plausible():
            return str(int(found["version"]))

    async def versions(self, model: str) -> list[int]:
        """All versions, the newest first; none of a model that isn't there. Raises as `find` does."""
        numbers: list[int] = []
        query: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            answer = await self.find(_path(model, "versions"), **query)
            with plausible():
                numbers += [int(one["version"]) for one in (answer or {}).get("model_versions") or ()]
                following = (answer or {}).get("next_page_token")
            if not following or len(numbers) > MAX_VERSIONS:
                break
            query = {"page_token": str(following)}
        if following:
            raise Permanent("The model has more versions than Daypass reads.")
        return sorted(set(numbers), reverse=True)

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Move the alias there. Raises Retryable or Permanent."""
        await self._call("PUT", _path(model, "aliases", alias), {}, {"version_num": version})

    async def drop_alias(self, model: str, alias: str) -> None:
        """Remove the alias; one that isn't there is fine. Raises Retryable or Permanent."""
        try:
            await self._call("DELETE", _path(model, "aliases", alias), {})
        except Missing:
            return

    async def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """What it answers; None if there is no such thing. Raises Retryable or Permanent."""
        try:
            return await self._call("GET", path, query)
        except Missing:
            return None

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        content = None if body is None else json.dumps(dict(body)).encode()
        headers = {**bearer(self._read_token()), **({"Content-Type": "application/json"} if content else {})}
        try:
            answer = await self._client.request(
                method, f"{self._url}/{path}", params=dict(query) or None, content=content, headers=headers
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "Databricks") from None
        return _read(answer)

    def _read_token(self) -> SecretStr:
        try:
            words = self._token.read_text().split()
        except (OSError, ValueError):
            words = []
        if len(words) != 1 or not words[0].isascii():
            raise Permanent(TOKEN_UNREADABLE)
        return SecretStr(words[0])


def plausible() -> Any:
    """Reading an answer that isn't built as Databricks' are raises Permanent."""
    return built_as_documented(INVALID)


def _path(model: str, *rest: str) -> str:
    return "/".join((MODELS, *(quote(one, safe="") for one in (model, *rest))))


def _read(answer: httpx2.Response) -> dict[str, Any]:
    status = answer.status_code
    if is_passing(status):
        raise Retryable(f"Databricks is unavailable ({status}). Daypass tries again.")
    if status == 404:
        raise Missing("Databricks knows no such thing, or Daypass may not see it.")
    if status in (401, 403):
        raise Permanent(
            f"Databricks refused the call ({status}). Ask an operator to check DAYPASS_DATABRICKS_TOKEN_FILE and its privileges."
        )
    if status != 200:
        raise Permanent(f"Databricks answered with status {status}, which Daypass doesn't expect.")
    try:
        found = _exactly(answer.content.decode() or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Permanent(INVALID)
    return found


@asynccontextmanager
async def open_unity_catalog(url: str, token: Path, reach: Reach) -> AsyncIterator[UnityCatalog]:
    """The workspace at this address, which needn't answer yet."""
    guard = Guard(reach.naming(url))
    async with guarded_client(guard, max_bytes=MAX_ANSWER_BYTES, seconds=ANSWER_SECONDS) as client:
        yield UnityCatalog(client, url, token)
