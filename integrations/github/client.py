"""Calls of GitHub's REST API as a GitHub App (https://docs.github.com/rest).

The App signs a JWT (RS256) with its private key, gets a token for the one repository that is asked about, with no more
than the permissions that are needed, and keeps it until shortly before its end. The key's file is read each time, so a
rotated key needs no restart.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from integrations.egress import Reach
from integrations.github.limits import LIMITED, seconds_limited
from integrations.http_client import Guard, bearer, explained, guarded_client
from integrations.json_answers import built_as_documented, is_passing, moment
from workflows.policy.schema.services import REPOSITORY
from workflows.ports import Permanent, Retryable

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "Daypass",
}
PERMISSIONS = {
    "actions": "read",
    "checks": "read",
    "contents": "read",
    "deployments": "write",
    "pull_requests": "read",
}
JWT_SECONDS = 540
"""GitHub allows ten minutes."""
JWT_EARLIER_SECONDS = 60
"""For a clock that is ahead of GitHub's, as its documentation advises."""
RENEW_BEFORE = timedelta(minutes=5)
MAX_ANSWER_BYTES = 8 << 20
ANSWER_SECONDS = 15.0
PER_PAGE = 100
INVALID = "GitHub sent an invalid answer."
GONE = (404, 410)


class Missing(Permanent):
    """GitHub knows no such thing, or the App may not see it."""


class Unprocessable(Permanent):
    """GitHub says that this can't be done to what there is (422), such as answering for a deployment that doesn't wait."""


@dataclass(frozen=True)
class AppLogin:
    """The App's client id (or its number), and the file of its private key (PEM)."""

    app: str
    key: Path


@dataclass(frozen=True)
class _Token:
    token: SecretStr
    until: datetime


class GitHub:
    """The API at the address that the operator configured; no call goes anywhere else."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, login: AppLogin, now: Callable[[], datetime]
    ) -> None:
        self.url = url.rstrip("/")
        self._client = client
        self._login = login
        self._now = now
        self._tokens: dict[str, _Token] = {}
        self._turn = asyncio.Lock()
        self._resumes_at = 0.0

    async def get(self, repository: str, path: str, **query: str | int) -> Any:
        """What it answers, as JSON. Raises Missing, Retryable or Permanent."""
        return await self._call("GET", repository, path, query)

    async def post(self, repository: str, path: str, body: dict[str, Any]) -> Any:
        """Send it. Raises Missing, Unprocessable, Retryable or Permanent."""
        return await self._call("POST", repository, path, {}, body)

    async def pages(
        self, repository: str, path: str, within: str, most: int, **query: str | int
    ) -> list[Any]:
        """All entries of a list, page by page, `within` a field of the answer. Raises as `get` does; Permanent if
        there are more than `most`."""
        found: list[Any] = []
        for page in range(1, most // PER_PAGE + 2):
            answer = await self.get(repository, path, per_page=PER_PAGE, page=page, **query)
            with plausible():
                entries = list(answer[within])
            found += entries
            if len(found) > most:
                break
            if len(entries) < PER_PAGE:
                return found
        raise Permanent(f"GitHub lists more than {most} entries, which is more than Daypass reads.")

    async def _call(
        self, method: str, repository: str, path: str, query: dict[str, str | int], body: Any = None
    ) -> Any:
        if not REPOSITORY.fullmatch(repository):
            raise Permanent(f"“{repository[:140]}” isn't a repository of GitHub.")
        url = f"{self.url}/repos/{repository}/{path}"
        for last in (False, True):
            token = await self._token(repository)
            answer = await self._sent(method, url, token, query, body)
            if answer.status_code == 401 and not last:
                self._tokens.pop(repository, None)
                continue
            return _read(answer)
        raise AssertionError("the second attempt is the last")

    async def _token(self, repository: str) -> SecretStr:
        async with self._turn:
            kept = self._tokens.get(repository)
            if kept is None or self._now() >= kept.until - RENEW_BEFORE:
                kept = await self._new_token(repository)
                self._tokens[repository] = kept
            return kept.token

    async def _new_token(self, repository: str) -> _Token:
        assertion = self._assertion()
        found = _read(await self._sent("GET", f"{self.url}/repos/{repository}/installation", assertion))
        with plausible():
            number = int(found["id"])
        url = f"{self.url}/app/installations/{number}/access_tokens"
        wanted = {"repositories": [repository.partition("/")[2]], "permissions": PERMISSIONS}
        made = _read(await self._sent("POST", url, assertion, {}, wanted))
        with plausible():
            return _Token(SecretStr(str(made["token"])), moment(made["expires_at"]))

    def _assertion(self) -> SecretStr:
        """The App's own JWT. Raises Permanent if its key can't be used."""
        at = int(self._now().timestamp())
        claims = {"iat": at - JWT_EARLIER_SECONDS, "exp": at + JWT_SECONDS, "iss": self._login.app}
        try:
            key = RSAKey.import_key(self._login.key.read_bytes())
            return SecretStr(jwt.encode({"alg": "RS256"}, claims, key, algorithms=["RS256"]))
        except (OSError, ValueError, JoseError):
            raise Permanent(
                "The GitHub App's private key can't be read. Ask an operator to check DAYPASS_GITHUB_KEY_FILE."
            ) from None

    async def _sent(
        self,
        method: str,
        url: str,
        token: SecretStr,
        query: dict[str, str | int] | None = None,
        body: Any = None,
    ) -> httpx2.Response:
        if time.monotonic() < self._resumes_at:
            raise _later("GitHub asked Daypass to wait.", self._resumes_at - time.monotonic())
        content = None if body is None else json.dumps(body).encode()
        headers = {**bearer(token), **({"Content-Type": "application/json"} if content else {})}
        try:
            answer = await self._client.request(
                method, url, params=query or None, content=content, headers=headers
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "GitHub") from None
        pause = seconds_limited(answer.headers) if answer.status_code in LIMITED else None
        if pause is not None:
            self._resumes_at = time.monotonic() + pause
            raise _later("GitHub's rate limit is used up.", pause)
        return answer


def plausible() -> Any:
    """Reading an answer that isn't built as GitHub's are raises Permanent."""
    return built_as_documented(INVALID)


def _later(sentence: str, pause: float) -> Retryable:
    error = Retryable(sentence)
    error.pause = pause
    return error


def _read(answer: httpx2.Response) -> Any:
    status = answer.status_code
    if is_passing(status):
        raise Retryable(f"GitHub is unavailable ({status}). Daypass tries again.")
    if status in GONE:
        raise Missing("GitHub knows no such thing, or Daypass's App isn't installed there.")
    if status == 422:
        raise Unprocessable("GitHub says that this can't be done now (422).")
    if status in (401, 403):
        raise Permanent(
            f"GitHub rejected Daypass's App ({status}). Check that it is installed for the repository, its permissions, "
            "DAYPASS_GITHUB_APP and DAYPASS_GITHUB_KEY_FILE."
        )
    if status not in (200, 201, 204):
        raise Permanent(f"GitHub refused the call ({status}).")
    if status == 204:
        return None
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise Permanent(INVALID) from None


@asynccontextmanager
async def open_github(
    url: str, login: AppLogin, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[GitHub]:
    """Calls over kept-alive connections. GitHub doesn't have to answer yet."""
    guard = Guard(reach.naming(url))
    async with guarded_client(guard, HEADERS, MAX_ANSWER_BYTES, ANSWER_SECONDS) as client:
        yield GitHub(client, url, login, now)
