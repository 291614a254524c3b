"""A real MLflow behind its own login: who is let in, who may only read, and what is said where Daypass isn't let in."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.mlflow import AliasTarget, MLflow, MLflowLogin, MLflowRegistry, open_mlflow
from tests.lab import ADMIN
from tests.releases.gates import NOW
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable

pytestmark = pytest.mark.server
READER = ("reader", "only looks at things")


@asynccontextmanager
async def logged_in(url: str, user: str, password: str) -> AsyncIterator[MLflow]:
    async with open_mlflow(url, MLflowLogin(username=user, password=SecretStr(password))) as client:
        yield client


@pytest.fixture
def reader(mlflow_with_login: str) -> tuple[str, str]:
    """Somebody who may read everything, which is what this MLflow gives whoever has an account."""
    body = {"username": READER[0], "password": READER[1]}
    answer = requests.post(
        f"{mlflow_with_login}/api/2.0/mlflow/users/create", json=body, auth=ADMIN, timeout=20
    )
    assert answer.ok or "already exists" in answer.text, answer.text
    return READER


async def test_who_may_write_reads_moves_and_finds_that_a_login_is_asked_for(
    mlflow_with_login: str, lab, terms: ReleaseTerms
) -> None:
    version = lab.trained()
    async with logged_in(mlflow_with_login, *ADMIN) as client:
        registry = MLflowRegistry(client, NOW)
        assert await registry.versions(lab.model) == [version]
        assert len((await registry.artifact(lab.model, version, NOW())).digest) == 64
        await AliasTarget(client).move(terms, None, version)
        assert (lab.live(), await registry.login()) == (version, "required")


async def test_who_may_only_read_is_told_so_when_something_is_to_be_moved(
    mlflow_with_login: str, reader, lab, terms: ReleaseTerms
) -> None:
    version = lab.trained()
    async with logged_in(mlflow_with_login, *reader) as client:
        assert await MLflowRegistry(client, NOW).versions(lab.model) == [version]
        with pytest.raises(Permanent, match=r"doesn't permit this \(403\)"):
            await AliasTarget(client).move(terms, None, version)
        assert lab.live() is None


async def test_a_wrong_password_or_none_is_named_for_what_it_is(mlflow_with_login: str, lab) -> None:
    for login in (MLflowLogin(), MLflowLogin(username="admin", password=SecretStr("a guess"))):
        async with open_mlflow(mlflow_with_login, login) as client:
            with pytest.raises(Permanent, match=r"doesn't accept Daypass's login \(401\)"):
                await MLflowRegistry(client, NOW).versions(lab.model)


async def test_a_password_in_a_file_is_read_for_each_call(
    mlflow_with_login: str, lab, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    async with open_mlflow(mlflow_with_login, MLflowLogin(username=ADMIN[0], file=file)) as client:
        registry = MLflowRegistry(client, NOW)
        with pytest.raises(Retryable, match="can't read its login for MLflow"):
            await registry.versions(lab.model)
        file.write_text("a guess\n")
        with pytest.raises(Permanent, match="401"):
            await registry.versions(lab.model)
        file.write_text(f"{ADMIN[1]}\n")
        assert await registry.versions(lab.model) == []


PAGE = "<!doctype html><html><form><input name='user'><input type='password' name='p'></form></html>"
LOGIN = "https://sso.northwind.example/login?next=mlflow"
IN_FRONT: dict[str, tuple[Callable[[], web.Response], type[Exception], str]] = {
    "a redirect to a login": (
        lambda: web.Response(status=302, headers={"Location": LOGIN}),
        Permanent,
        r"a page to sign in at sso.northwind.example \(302\)",
    ),
    "a redirect elsewhere": (
        lambda: web.Response(status=301, headers={"Location": "https://www.northwind.example/"}),
        Permanent,
        r"redirects elsewhere at www.northwind.example \(301\)",
    ),
    "a redirect to nowhere": (
        lambda: web.Response(status=302, headers={"Location": "https://[/"}),
        Permanent,
        r"redirects elsewhere \(302\)",
    ),
    "a login page": (
        lambda: web.Response(text=PAGE, content_type="text/html"),
        Retryable,
        r"A page to sign in answered instead of MLflow \(200\)",
    ),
    "another page": (
        lambda: web.Response(text="<p>Welcome</p>", content_type="text/html"),
        Retryable,
        r"isn't MLflow \(200\)",
    ),
}


@pytest.mark.parametrize("name", IN_FRONT)
async def test_what_stands_in_front_is_named_for_what_it_is(name: str) -> None:
    answer, kind, says = IN_FRONT[name]

    async def handle(_request: web.Request) -> web.Response:
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server, open_mlflow(str(server.make_url("/")), MLflowLogin()) as client:
        with pytest.raises(kind, match=says):
            await MLflowRegistry(client, NOW).versions("ranking")
