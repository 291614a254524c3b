"""More time, from the card, the reminder and the App Home: a form with the duration, the same approvers, no gap."""

from ulid import ULID

from bot.demo.actor import Actor as Human
from bot.demo.actor import Json, button, seen
from tests.flow.deeds import (
    WHY,
    act,
    card,
    filled,
    granted,
    log_of,
    message,
    press,
    said,
    token,
    told,
    window,
)
from tests.flow.office import APPROVALS, GENERAL, Office
from tests.flow.test_home import home
from workflows.access.commands import RequestAccess
from workflows.access.extensions import extended as extended_by
from workflows.access.state import Access
from workflows.workflow import Actor


async def submit_extension(person: Human, duration: str = "30m") -> Json:
    """Ask for so much more in the window that *Extend* opens."""
    view = await window(person, "Starts when your access ends")
    return await person.submit(view, filled(view, duration=duration))


async def extended(office: Office, asked: Access) -> Access:
    """Ada asks for more on the card of her access."""
    await press(office.ada, await office.ada.direct(), "Extend", asked.id)
    assert await submit_extension(office.ada) == {"ok": True}

    async def there() -> Access | None:
        newest = await office.newest()
        return newest if newest.extends else None

    found: Access = await seen("the extension is there", there)
    await office.quiet()
    return found


async def ended(office: Office, subject: str) -> None:
    async def there() -> bool:
        return await status_of(office, subject) == "ended"

    await seen(f"{subject} ended", there)


async def status_of(office: Office, subject: str) -> str:
    return next(one.status for one in await office.requests() if one.id == subject)


class TestAnExtension:
    async def test_begins_when_the_access_before_ends_with_a_credential_of_its_own(
        self, office: Office
    ) -> None:
        asked = await granted(office)
        await token(office.ada, await office.ada.direct(), asked.id)
        await office.ada.close(await window(office.ada, "works once"))
        more = await extended(office, asked)
        shown = await card(office.grace, APPROVALS, more.id, "30m more")
        assert "Waiting for" in said(shown)
        await press(office.grace, APPROVALS, "Approve", more.id)
        await office.until("scheduled")
        await message(office.ada, await office.ada.direct(), "more time with", "It starts")
        assert await status_of(office, asked.id) == "active"

        await office.forward(hours=1, seconds=1)
        await office.until("active")
        await ended(office, asked.id)
        old, new = (one.grant for one in await office.requests())
        assert old is not None
        assert new is not None
        assert new.starts_at == old.ends_at
        await message(office.ada, await office.ada.direct(), "has started")
        await token(office.ada, await office.ada.direct(), more.id)
        log = await log_of(office, more.id)
        assert log.index("access.grant-started") < log.index("access.credential-requested")

    async def test_is_asked_for_once(self, office: Office) -> None:
        asked = await granted(office)
        await extended(office, asked)
        await press(office.ada, await office.ada.direct(), "Extend", asked.id)
        await told(office.ada, await office.ada.direct(), "You've already asked for more time")
        assert len(await office.requests()) == 2

    async def test_from_two_windows_leaves_one(self, office: Office) -> None:
        await granted(office)
        of = extended_by(await office.newest(), office.clock())
        for seconds in (1_200, 1_800):
            command = RequestAccess(f"acc_{ULID()}", "warehouse", seconds, WHY, extends=of)
            await office.daypass.ledger.handle(command, Actor.person(office.ada.id), "slack")
        await office.quiet()
        assert [one.status for one in await office.requests()] == ["active", "pending", "withdrawn"]

    async def test_is_offered_when_one_asks_for_what_one_has(self, office: Office) -> None:
        await granted(office)
        await office.ada.command("/access warehouse", GENERAL)
        view = await window(office.ada, "You already have this")
        block, element = button(view["blocks"], "Extend")
        where = {"type": "view", "view_id": view["id"]}
        await act(
            office.ada, where, block, element["action_id"], {"type": "button", "value": element["value"]}
        )
        assert await submit_extension(office.ada) == {"ok": True}
        await office.quiet()
        assert (await office.newest()).extends is not None


class TestWhenTheAccessEndsEarly:
    async def test_what_was_approved_never_begins(self, office: Office) -> None:
        asked = await granted(office)
        more = await extended(office, asked)
        await press(office.grace, APPROVALS, "Approve", more.id)
        await office.until("scheduled")
        await press(office.ada, await office.ada.direct(), "Give back", asked.id)
        await office.until("ended")
        await office.forward(hours=1, seconds=1)
        await office.quiet()
        assert [one.status for one in await office.requests()] == ["ended", "ended"]
        assert "access.grant-started" not in await log_of(office, more.id)

    async def test_what_was_pending_is_withdrawn_and_the_requester_hears_of_it(self, office: Office) -> None:
        asked = await granted(office)
        await extended(office, asked)
        await press(office.ada, await office.ada.direct(), "Give back", asked.id)
        await office.until("withdrawn")
        await message(office.ada, await office.ada.direct(), "was withdrawn", "ended early")


class TestAskAgain:
    async def test_opens_the_form_as_it_was_filled_in(self, office: Office) -> None:
        asked = await granted(office)
        await press(office.ada, await office.ada.direct(), "Give back", asked.id)
        await office.until("ended")
        await office.quiet()
        view = await home(office, office.ada, "Ask again")
        await office.ada.press_home(view, "Ask again")
        form = await window(office.ada, "Reason")
        assert WHY in str(form["blocks"])
        assert await office.ada.submit(form, filled(form)) == {"ok": True}
