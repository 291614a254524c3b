"""Every engine, at its target: a credential works, is ended, and is really refused, or it was said until when it
works, and it is refused after that (P1, P7)."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.openbao import write_policy
from bot.demo.warehouse import EXAMPLES
from integrations.vault import Connection, VaultCredentials
from tests.vault.conftest import Servers, handles
from tests.vault.engines.targets import TARGETS, Target
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


DAY = timedelta(days=1)
Lives = dict[str, "Life | BaseException"]


@pytest.fixture(scope="module")
def lives(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """All at the same time: most of it is waiting until what can't be revoked has expired."""
    directory = tmp_path_factory.mktemp("targets")
    targets: dict[str, Target] = {}
    missing: Lives = {}
    for make in TARGETS:
        try:
            (directory / make.__name__).mkdir()
            targets[make.__name__] = make(servers, directory / make.__name__)
        except (pytest.skip.Exception, pytest.fail.Exception) as without:
            missing[make.__name__] = without
    with leases_of(servers, [f"{target.path.partition('/')[0]}/*" for target in targets.values()]):
        yield missing | asyncio.run(_live(servers, targets))
    for target in targets.values():
        if target.engine != "database":
            servers.bao.call("DELETE", f"sys/mounts/{target.path.partition('/')[0]}")
        target.stop()


@contextmanager
def leases_of(servers: Servers, paths: Sequence[str]) -> Iterator[None]:
    """Daypass's own policy with these paths besides, as an operator adds them."""
    own = (EXAMPLES / "daypass.hcl").read_text()
    one = '"lease_id" = ["database/creds/warehouse-*"]'
    assert one in own
    more = json.dumps(["database/creds/warehouse-*", *paths])
    write_policy(servers.bao, "daypass", own.replace(one, f'"lease_id" = {more}'))
    yield
    write_policy(servers.bao, "daypass", own)


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
    confirmed_by = await vault.end(handles(order, minted), frozenset())
    after_its_end = await asyncio.to_thread(target.lets_in, data)
    tried_at = datetime.now(UTC)
    await _until(minted.valid_until, target)
    last = await asyncio.to_thread(target.lets_in, data)
    return Life(target, order, minted, at_first, tried_at, confirmed_by, after_its_end, last)


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


def test_its_name_at_the_target_is_known(life: Life) -> None:
    assert life.minted.account
