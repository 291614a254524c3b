"""Every error word where Daypass asks who works here: what was known stays known, and what lasts is said."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.demo.actor import seen
from bot.demo.cast import EDSGER, workspace
from bot.demo.slack_sandbox.methods import METHODS
from bot.wiring.jobs import EFFECTS
from integrations.slack.error_codes import Meaning, meaning_of
from integrations.slack.people import NO_GROUPS, NOT_HERE
from tests.builders import Database
from tests.flow.conftest import Rules
from tests.flow.deeds import message, not_ready
from tests.flow.every_word import ALL, FAST, faults, left
from tests.flow.office import ALARMS, Office, Servers, opened, slack
from tests.flow.test_leaving import GROUP, OWNERS, leaves, standing
from workflows.ports import Directory

READ = ("auth.test", "users.list", "usergroups.list")
ONE_BY_ONE = "users.info"
SAMPLE = ("users.list",)
MENDED_BY = (Meaning.PASSING, Meaning.TOKEN, Meaning.METHOD, Meaning.MALFORMED)
"""Slack itself, who installs the app, who gives it scopes, and who writes Daypass."""
TRIED = (*READ, ONE_BY_ONE)
STALE_SECONDS = 1.0


@pytest.fixture
def by_user_group(rules: Rules) -> Any:
    """The data owners are whoever Slack has in its user group."""
    members = "members:\n" + "".join(f"      - {one}\n" for one in OWNERS)
    return rules(("groups.yaml", members, "slack_usergroup: owners\n"))


@pytest.fixture
def open_grouped(servers: Servers, sqlite_database: Database, by_user_group: Any) -> Any:
    """Opens an office of a workspace with a user group."""

    @asynccontextmanager
    async def open_it(**settings: Any) -> AsyncIterator[Office]:
        async with (
            slack(workspace() | {"usergroups": [GROUP]}) as place,
            opened(
                servers, place, sqlite_database.url, bundle=by_user_group, slack_pace=FAST, **settings
            ) as office,
        ):
            await office.daypass.jobs.people.run_now()
            yield office

    return open_it


def known(office: Office) -> Directory:
    return office.daypass.known.world().directory


@pytest.mark.parametrize("method", READ if ALL else SAMPLE)
async def test_every_word(open_grouped: Any, method: str) -> None:
    """Nobody is gained or lost by it, and the next reading that succeeds finds everything as it was."""
    async with open_grouped() as office:
        before = known(office)
        for one in faults(method):
            await office.fault(fail=one)
            while await left(office, method):
                await office.daypass.jobs.people.run_now()
            if one.get("error") in NO_GROUPS:
                assert not standing(office, EDSGER), "a workspace without user groups has nobody in them"
                await office.daypass.jobs.people.run_now()
            assert known(office) == before, one
        await office.daypass.jobs.people.run_now()
        assert known(office) == before
        assert not await not_ready(office)


def one_of_each_meaning(method: str) -> Mapping[Meaning, str]:
    found = {meaning_of(method, word): word for word in sorted(METHODS[method].words)}
    return {meaning: found[meaning] for meaning in MENDED_BY if meaning in found}


@pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")
@pytest.mark.parametrize("method", READ)
async def test_what_lasts_is_said_and_heals(open_grouped: Any, method: str) -> None:
    async with open_grouped(daypass_directory_stale_seconds=STALE_SECONDS) as office:
        before = known(office)
        for word in one_of_each_meaning(method).values():
            await office.fault(fail={"method": method, "error": word, "times": -1, "retry_after": 0.05})
            await seen(f"readiness says {method} {word}", lambda: unready(office))
            assert known(office) == before
            await message(office.radia, ALARMS, "Slack")
            await office.fault(heal=True)
            await office.daypass.jobs.people.run_now()
            await seen("Daypass is ready again", lambda: ready(office))
            assert known(office) == before


async def unready(office: Office) -> bool:
    office.daypass.clockwork.wake(EFFECTS)
    return bool(await not_ready(office))


async def ready(office: Office) -> bool:
    return not await not_ready(office)


@pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")
async def test_every_word_about_one_person(open_grouped: Any) -> None:
    """Who leaves is out at once; who comes back is in when Slack, asked about them, says so."""
    method = ONE_BY_ONE
    async with open_grouped() as office:
        before = known(office)
        for one in faults(method, when=("before",)):
            await leaves(office, EDSGER)
            await seen("he is out", lambda: is_in(office, False))
            await until_asked(office)
            await office.fault(fail=one)
            await leaves(office, EDSGER, deleted=False)
            await seen("the fault has struck", lambda: struck(office, method))
            if one.get("error") in NOT_HERE:
                assert await is_in(office, False)
                await leaves(office, EDSGER, deleted=False)  # he stays out until Slack says otherwise
            await seen(f"he is back after {one}", lambda: is_in(office, True))
        await office.daypass.jobs.people.run_now()
        assert known(office) == before


async def until_asked(office: Office) -> None:
    """Return when Slack has confirmed what the event has said."""
    await office.daypass.jobs.people.people.refresh()


async def struck(office: Office, method: str) -> bool:
    return not await left(office, method)


async def is_in(office: Office, wanted: bool) -> bool:
    return standing(office, EDSGER) is wanted
