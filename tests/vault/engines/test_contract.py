"""Every engine, at its target: a credential works, is ended, and is really refused, or it was said until when it
works, and it is refused after that (P1, P7)."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.warehouse import EXAMPLES
from integrations.vault import Connection, VaultCredentials
from tests.vault.conftest import Servers, handles
from tests.vault.engines.targets import TARGETS, Ground, Target
from tests.vault.setting_up import daypass_may_end
from workflows.policy.engines import ENGINES
from workflows.ports import Minted, MintOrder


@dataclass(frozen=True)
class Life:
    """One credential from its making to its end: whether its target let it in, at each step."""

    target: Target
    order: MintOrder
    minted: Minted
    at_first: bool
    tried_at: datetime
    confirmed_by: tuple[str, ...]
    after_its_end: bool
    when_it_was_said_to_be_over: bool
    fields: frozenset[str]
    """What was handed over."""
    session_at_first: bool | None
    """Of a session that was opened at first; None if the target has none."""
    session_in_the_end: bool | None


DAY = timedelta(days=1)
WAREHOUSE = EXAMPLES.parent / "bundle" / "resources" / "feature-warehouse.yaml"
Lives = dict[str, "Life | BaseException"]


@pytest.fixture(scope="module")
def lives(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Lives]:
    """All at the same time: most of it is waiting until what can't be revoked has expired."""
    directory = tmp_path_factory.mktemp("targets")
    targets: dict[str, Target] = {}
    missing: Lives = {}
    for make in TARGETS:
        try:
            (directory / make.__name__).mkdir()
            targets[make.__name__] = make(Ground(servers, directory / make.__name__, request.getfixturevalue))
        except (pytest.skip.Exception, pytest.fail.Exception) as without:
            missing[make.__name__] = without
    with daypass_may_end(servers.bao, [f"{target.path.partition('/')[0]}/*" for target in targets.values()]):
        yield missing | asyncio.run(_live(servers, targets))
    for target in targets.values():
        if target.engine != "database":
            servers.bao.call("DELETE", f"sys/mounts/{target.path.partition('/')[0]}")
        target.stop()


async def _live(servers: Servers, targets: dict[str, Target]) -> Lives:
    connection = Connection(servers.bao.addr, servers.login)
    vault = VaultCredentials(connection)
    told = await asyncio.gather(
        *(_one(servers, vault, target) for target in targets.values()), return_exceptions=True
    )
    await connection.close()
    return dict(zip(targets, told, strict=True))


async def _one(servers: Servers, vault: VaultCredentials, target: Target) -> Life:
    order = servers.order(
        policy=target.allow(servers),
        path=target.path,
        engine=target.engine,
        parameters=target.parameters,
        seconds=target.seconds,
    )
    minted = await vault.mint(order)
    data = await asyncio.to_thread(servers.unwrap, minted)
    at_first = await asyncio.to_thread(target.lets_in, data)
    session = await asyncio.to_thread(target.open_session, data) if target.open_session else None
    session_at_first = await asyncio.to_thread(session) if session else None
    confirmed_by = await vault.end(handles(order, minted), frozenset())
    after_its_end = await asyncio.to_thread(target.lets_in, data)
    tried_at = datetime.now(UTC)
    await _until(minted.valid_until, target)
    last = await asyncio.to_thread(target.lets_in, data)
    kept = await asyncio.to_thread(session) if session else None
    return Life(
        target=target,
        order=order,
        minted=minted,
        at_first=at_first,
        tried_at=tried_at,
        confirmed_by=confirmed_by,
        after_its_end=after_its_end,
        when_it_was_said_to_be_over=last,
        fields=frozenset(data),
        session_at_first=session_at_first,
        session_in_the_end=kept,
    )


async def _until(valid_until: datetime | None, target: Target) -> None:
    if valid_until and target.put_forward:
        target.put_forward(valid_until)
    elif valid_until:
        await asyncio.sleep((valid_until - datetime.now(UTC)).total_seconds())


@pytest.fixture(params=[make.__name__ for make in TARGETS])
def life(request: pytest.FixtureRequest, lives: Lives) -> Life:
    found = lives[request.param]
    if isinstance(found, BaseException):
        raise found
    return found


def test_it_works_at_its_target(life: Life) -> None:
    assert life.at_first


def test_it_ends_no_later_than_its_grant(life: Life) -> None:
    """To the second that Vault counts in; what can't be revoked as well."""
    assert life.minted.expires_at <= life.order.ends_at
    assert (life.minted.valid_until or life.minted.expires_at) <= life.order.ends_at + timedelta(seconds=1)


def test_it_is_said_beforehand_whether_it_can_be_ended(life: Life) -> None:
    assert ENGINES[life.target.engine].revocable == (life.minted.valid_until is None)


def test_vault_confirms_what_vault_can(life: Life) -> None:
    assert life.confirmed_by == ("vault",)


def test_ended_it_is_refused_or_it_was_said_until_when_it_works(life: Life) -> None:
    works_on = bool(life.minted.valid_until) and not life.target.reads_revocations
    assert life.tried_at < (life.minted.valid_until or life.tried_at + DAY), "it was tried too late to tell"
    assert life.after_its_end == works_on


def test_after_what_was_said_it_is_refused(life: Life) -> None:
    assert not life.when_it_was_said_to_be_over


def test_a_session_that_was_open_is_closed_or_it_was_said_that_it_continues(life: Life) -> None:
    if life.session_at_first is None:
        pytest.skip("its target knows no sessions")
    assert life.session_at_first
    assert life.session_in_the_end == (ENGINES[life.target.engine].sessions == "continue")


def test_what_its_page_says_to_connect_with_is_handed_over(life: Life) -> None:
    page = EXAMPLES / Path(life.target.policy).parent / "README.md"
    text = page.read_text() if page.exists() else WAREHOUSE.read_text()
    wanted = set(re.findall(r"<([a-z_]+)>", text))
    assert wanted
    assert wanted <= life.fields


def test_its_name_at_the_target_is_known(life: Life) -> None:
    assert life.minted.account
