"""Every error word where somebody waits for an answer: they get one by another way, and nothing unseen stays alive."""

from functools import partial

import pytest

from bot.demo.actor import Actor, seen, values_of
from bot.slack.access.form import WHAT
from bot.slack.answers import STALE
from bot.slack.texts import UNCHANGED
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import act, ask, card, form, granted, press, press_as_shown, said, token
from tests.flow.every_word import ALL, FAST, UNLIMITED, faults, left
from tests.flow.office import APPROVALS, GENERAL, Office
from workflows.access.state import Access

SLOW = pytest.mark.skipif(not ALL, reason="Slow: `make words` runs it.")
OPENED, REFRESHED, ALONE = "views.open", "views.update", "chat.postEphemeral"
TRIED = (OPENED, REFRESHED, ALONE)
USED_UP = {"method": "response_url", "status": 404, "body": "used_url", "times": -1}


async def heard(person: Actor, *channels: str) -> int:
    """How much the person can read there, in direct messages, and in a window."""
    rooms = [await person.messages(one) for one in (*channels, await person.direct())]
    return sum(map(len, rooms))


async def answered(office: Office, person: Actor, before: int, channel: str, why: object) -> None:
    """There is a window, or more to read than before."""

    async def more() -> bool:
        return bool(await person.modal()) or await heard(person, channel) > before

    await seen(f"an answer to {why}", more)


async def close_all(person: Actor) -> None:
    while view := await person.modal():
        await person.close(view)


@SLOW
async def test_every_word_when_a_window_is_to_open(open_office: OpenOffice) -> None:
    method = OPENED
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        for one in faults(method):
            before = await heard(office.ada, GENERAL)
            await office.fault(fail=one)
            await office.ada.command("/access warehouse", GENERAL)
            await answered(office, office.ada, before, GENERAL, one)
            assert not await left(office, method)
            await close_all(office.ada)


@SLOW
async def test_every_word_when_a_window_is_to_be_refreshed(open_office: OpenOffice) -> None:
    """They are told that it wasn't, unless they look at something newer already."""
    method = REFRESHED
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        told, every = 0, faults(method)
        for one in every:
            view = await form(office.ada, "/access")
            await office.fault(fail=one)
            chosen = {"type": "external_select", "selected_option": {"value": "warehouse"}}
            where = {"type": "view", "view_id": view["id"]}
            await act(office.ada, where, WHAT, WHAT, chosen, values_of(view))
            await seen(f"{one} to strike", lambda: used_up(office, method))
            told += one.get("error") not in STALE
        direct = await office.ada.direct()

        async def all_told() -> bool:
            found = [said(one) for one in await office.ada.messages(direct)]
            return sum(UNCHANGED in one for one in found) == told

        await seen(f"{told} words", all_told)


async def used_up(office: Office, method: str) -> bool:
    return not await left(office, method)


@SLOW
@pytest.mark.parametrize("method", [OPENED, REFRESHED])
async def test_every_word_when_a_credential_is_handed_over(open_office: OpenOffice, method: str) -> None:
    """Whoever didn't see it is told, it is ended, and isn't counted."""
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        asked = await granted(office)
        direct = await office.ada.direct()
        for number, one in enumerate(faults(method), 1):
            before = await heard(office.ada, direct)
            await office.fault(fail=one)
            await press(office.ada, direct, "Get credentials", asked.id)
            await seen(f"{one} to strike", lambda: used_up(office, method))
            await seen(f"number {number} to be over", partial(all_over, office, number))
            await answered(office, office.ada, before, direct, one)
            await close_all(office.ada)
        found = await access(office, asked.id)
        assert not any(credential.delivered for credential in found.credentials)
        await office.fault(heal=True)
        assert await token(office.ada, direct, asked.id)


async def access(office: Office, id: str) -> Access:
    found = await office.daypass.reads.find(Access, id)
    assert found is not None
    return found


async def all_over(office: Office, number: int) -> bool:
    """Whether so many credentials were asked for, and none of them works any more."""
    credentials = (await office.newest()).credentials
    return len(credentials) == number and all(one.status in ("ended", "failed") for one in credentials)


@SLOW
async def test_every_word_when_somebody_is_told_alone(open_office: OpenOffice) -> None:
    method = ALONE
    async with open_office(slack_pace=FAST, **UNLIMITED) as office:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press(office.ada, await office.ada.direct(), "Withdraw", asked.id)
        await office.quiet()
        await office.fault(fail=USED_UP)
        for one in faults(method):
            before = await heard(office.grace, APPROVALS)
            await office.fault(fail=one)
            await press_as_shown(office.grace, APPROVALS, shown, "Approve")
            await answered(office, office.grace, before, APPROVALS, one)
            assert not await left(office, method), one
