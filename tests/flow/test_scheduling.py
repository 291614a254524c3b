"""Access for later, from a command or the form: shown to each in their own time, started by itself, or cancelled and told."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.demo.actor import filled, seen, text_of
from tests.flow.conftest import OpenOffice, Rules, Sharing
from tests.flow.deeds import WHY, card, form, log_of, message, more_options, press, said, token
from tests.flow.office import APPROVALS, GENERAL, Office
from tests.flow.test_home import home
from tests.flow.test_leaving import leaves
from workflows.access.state import Access

TOMORROW = f"/access warehouse tomorrow 9:00-10:00 because {WHY}"


async def asked_for_tomorrow(office: Office, text: str = TOMORROW) -> Access:
    view = await form(office.ada, text)
    assert await office.ada.submit(view, filled(view)) == {"ok": True}
    return await office.until("pending")


async def scheduled(office: Office) -> Access:
    asked = await asked_for_tomorrow(office)
    await press(office.grace, APPROVALS, "Approve", asked.id)
    return await office.until("scheduled")


async def comes(office: Office, asked: Access, later: timedelta = timedelta(seconds=1)) -> None:
    """The time at which it starts comes, and a moment more."""
    assert asked.starts_at
    await office.forward(seconds=(asked.starts_at + later - office.clock()).total_seconds())


class TestAccessForLater(Sharing):
    async def test_is_read_in_the_requesters_own_time_zone(self, office: Office) -> None:
        known = office.daypass.known.world().directory
        zone = known.zone_of(office.ada.id)
        assert zone
        view = await form(office.ada, TOMORROW)
        assert zone in text_of(view)
        assert await office.ada.submit(view, filled(view)) == {"ok": True}
        asked = await office.until("pending")
        assert asked.starts_at
        local = asked.starts_at.astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute, asked.seconds) == (9, 0, 3_600)
        tomorrow = office.clock().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        assert local.date() == tomorrow

    async def test_is_shown_to_each_reader_in_their_own(self, office: Office) -> None:
        asked = await asked_for_tomorrow(office)
        assert asked.starts_at
        shown = await card(office.grace, APPROVALS, asked.id, "1h from")
        assert f"<!date^{int(asked.starts_at.timestamp())}^" in said(shown)

    async def test_may_be_picked_in_the_form(self, office: Office) -> None:
        opened = await form(office.ada, f"/access warehouse 1h because {WHY}")
        view = await more_options(office.ada, opened)
        at = (office.clock() + timedelta(hours=2)).replace(second=0, microsecond=0)
        assert await office.ada.submit(view, filled(view, start=at.isoformat())) == {"ok": True}
        assert (await office.until("pending")).starts_at == at

    async def test_of_a_moment_that_has_passed_is_refused_at_its_field(self, office: Office) -> None:
        opened = await form(office.ada, f"/access warehouse 1h because {WHY}")
        view = await more_options(office.ada, opened)
        at = office.clock() - timedelta(hours=2)
        answer = await office.ada.submit(view, filled(view, start=at.isoformat()))
        assert "has passed" in answer["errors"]["start"]

    async def test_says_what_it_made_of_a_time_that_has_passed(self, office: Office) -> None:
        assert "has passed" in text_of(await form(office.ada, "/access warehouse 2020-01-01 9:00-10:00"))

    async def test_is_revoked_by_an_approver_before_it_starts(self, office: Office) -> None:
        asked = await scheduled(office)
        shown = await card(office.grace, APPROVALS, asked.id, "starts")
        assert "Revoke" in str(shown["blocks"])


class TestWhatWasScheduled:
    async def test_starts_by_itself_with_a_message_and_a_login(self, office: Office) -> None:
        asked = await scheduled(office)
        direct = await office.ada.direct()
        await message(office.ada, direct, "It starts")
        await home(office, office.ada, "starts")
        await comes(office, asked)
        await office.until("active")
        await message(office.ada, direct, "has started")
        await token(office.ada, direct, asked.id)
        log = await log_of(office, asked.id)
        assert log.index("access.grant-started") < log.index("access.credential-requested")

    async def test_is_cancelled_by_the_requester_before_it_starts(self, office: Office) -> None:
        asked = await scheduled(office)
        await press(office.ada, await office.ada.direct(), "Give back", asked.id)
        await office.until("ended")
        await message(office.ada, await office.ada.direct(), "won't start")
        await comes(office, asked)
        assert "access.grant-started" not in await log_of(office, asked.id)

    async def test_is_told_when_asked_for_again(self, office: Office) -> None:
        await scheduled(office)
        await office.ada.command("/access warehouse", GENERAL)
        await seen("the form", office.ada.modal)
        view = await office.ada.modal()
        assert view
        assert "You already have this scheduled" in text_of(view)


async def test_whoever_leaves_gets_nothing_when_its_time_comes(office: Office) -> None:
    asked = await scheduled(office)
    await leaves(office, office.ada.id)
    ended = await office.until("ended")
    assert ended.grant
    assert ended.grant.how == "cancelled"
    assert "access.grant-started" not in await log_of(office, asked.id)


async def test_a_policy_that_no_longer_allows_it_cancels_it_and_says_why(
    open_office: OpenOffice, rules: Rules
) -> None:
    bundle = rules()
    async with open_office(bundle=bundle) as office:
        asked = await scheduled(office)
        environments = bundle / "environments.yaml"
        text = environments.read_text()
        assert "eligible: [scientists, data-owners]" in text
        environments.write_text(
            text.replace("eligible: [scientists, data-owners]", "eligible: [data-owners]")
        )
        await office.until("ended")
        await message(office.ada, await office.ada.direct(), "won't start", "Only members of")
        assert "access.grant-started" not in await log_of(office, asked.id)
