"""What must hold once everything is over: asked of the books, of OpenBao, of PostgreSQL and of Slack."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.cli.operator import read_log
from bot.wiring.workflows import BY_KIND
from tests.openbao_log import records
from tests.promises.ground import Ground, Servers
from workflows.access.state import KIND, Access
from workflows.audit.export.directory import write_export
from workflows.audit.verify.directory import verify_export
from workflows.database import tables
from workflows.database.store import Store, opened
from workflows.ledger.repository import Repository

ASKED = ("pending", "approved", "active", "ending", "ended")
SHORTLY = timedelta(seconds=150)
"""Some of the longest pauses between two attempts to end something: whoever dies leaves more to be done by
their heir, and all that on a machine that may be busy."""


async def faults(servers: Servers, ground: Ground) -> list[str]:
    """A sentence for each promise that was not kept on this ground."""
    return (await faults_of_each(servers, [ground]))[0]


async def faults_of_each(servers: Servers, grounds: Sequence[Ground]) -> list[list[str]]:
    """The same for many, whose tokens are looked through once."""
    tokens = list(servers.tokens())
    return [[*await _in_the_books(servers, ground), *_outside(servers, ground, tokens)] for ground in grounds]


async def _in_the_books(servers: Servers, ground: Ground) -> list[str]:
    async with opened(ground.settings.database_url.get_secret_value(), alone=False) as store:
        states = await Repository(store).in_status(Access, KIND, ASKED)
        faults = [*_grants_without_end(states), *await _open_deeds(store), *await _unrecorded(store)]
    minted = {credential.id for state in states for credential in state.credentials}
    return [
        *faults,
        *await _bad_log(ground),
        *_credentials_without_row(servers.bao.audit_log, ground.path, minted),
    ]


def _outside(servers: Servers, ground: Ground, tokens: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name in servers.listed(f"sys/leases/lookup/{ground.path}"):
        yield f"OpenBao still has the lease {ground.path}/{name}"
    for token in tokens:
        if token["path"] == f"auth/token/create/{ground.name}":
            yield f"OpenBao still has a token with {token['meta']}"
    yield from _logins(servers, ground)
    yield from _said_twice(servers.slack.said[ground.slack_token])


def _grants_without_end(states: Sequence[Access]) -> Iterator[str]:
    for state in states:
        if state.status != "pending" and (state.grant is None or state.grant.ended_at is None):
            yield f"{state.id} is {state.status}"
        elif state.grant and state.grant.ended_at and state.grant.ended_at > state.grant.ends_at + SHORTLY:
            yield f"{state.id} was to end at {state.grant.ends_at} and did at {state.grant.ended_at}"
        for credential in state.credentials:
            if not credential.over:
                yield f"{credential.id} is {credential.status}"


async def _open_deeds(store: Store) -> list[str]:
    return [f"left to do: {one}" for one in await Repository(store).open_effects() if one.status != "failed"]


async def _unrecorded(store: Store) -> list[str]:
    """States and effects without their event, and versions with a gap."""
    events, subjects, effects = tables.events.c, tables.subjects.c, tables.effects.c
    async with store.read_transaction() as connection:
        places = (await connection.execute(select(events.subject, events.version, events.position))).all()
        states = (await connection.execute(select(subjects.id, subjects.version))).all()
        deeds = (await connection.execute(select(effects.subject, effects.version, effects.position))).all()
        leaves = await connection.scalar(select(func.count()).select_from(tables.leaves))
    known = {tuple(place) for place in places}
    last = Counter[str]()
    for subject, version, _ in places:
        last[subject] = max(last[subject], version)
    gaps = [
        f"{place} has no event before it"
        for place in known
        if place[1:] != (1, 0) and not known & {(*place[:2], place[2] - 1), (place[0], place[1] - 1, 0)}
    ]
    stateless = [
        f"{id} is at {version}, its events at {last[id]}" for id, version in states if last[id] != version
    ]
    eventless = [f"an effect of {deed}, which is no event" for deed in map(tuple, deeds) if deed not in known]
    unplaced = [f"{len(known)} events, {leaves} in the log"] if len(known) != leaves else []
    return gaps + stateless + eventless + unplaced


async def _bad_log(ground: Ground) -> list[str]:
    keys, leaves, texts, notes = await read_log(ground.settings, private=True)
    target = ground.directory / "export"
    write_export(target, leaves, texts, notes, keys)
    return [*verify_export(target, keys, BY_KIND).problems]


def _credentials_without_row(audit_log: Path, path: str, known: set[str]) -> Iterator[str]:
    """OpenBao's own word for whom it made what: the metadata of the token that read the path."""
    made = Counter(
        record["auth"]["metadata"]["credential"]
        for record in records(audit_log, path)
        if record["type"] == "response" and not record.get("error") and record["request"]["path"] == path
    )
    for credential, times in made.items():
        if credential not in known:
            yield f"OpenBao made {credential}, which has no row"
        if times > 1:
            yield f"OpenBao made {times} credentials, all for {credential}"


def _logins(servers: Servers, ground: Ground) -> Iterator[str]:
    """None is left but one that OpenBao made for a request which died with its sender: it has then neither
    a lease nor anybody who was told its password, and its `VALID UNTIL` is over."""
    yield from (f"PostgreSQL still lets {login} in" for login in servers.logins_let_in(ground))
    cut_short = [
        record
        for record in records(servers.bao.audit_log, ground.path)
        if record["type"] == "response" and "context canceled" in (record.get("error") or "")
    ]
    if len(left := servers.logins(ground)) > len(cut_short):
        yield f"PostgreSQL still has the logins {', '.join(left)}"


def _said_twice(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    said = Counter((message["channel"], json.dumps(message.get("metadata"))) for message in messages)
    for place, times in said.items():
        if times > 1:
            yield f"Slack has {times} messages for {place}"
