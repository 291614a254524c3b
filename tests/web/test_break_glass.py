"""What was taken without approval, as auditors find it: on a page of its own, in its story, and in who had access."""

from datetime import timedelta
from urllib.parse import urlencode

from ulid import ULID

from bot.demo.cast import EDSGER, GRACE
from tests.flow.office import Office
from tests.web.conftest import People
from tests.web.reader import Anybody
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.commands import GiveBack
from workflows.access.state import KIND
from workflows.workflow import Actor

WHY = "the nightly job dropped a table and customers see old prices"


async def take(office: Office) -> str:
    """Grace takes the warehouse, and gives it back."""
    subject = f"{KIND}_{ULID()}"
    ledger, grace = office.daypass.ledger, Actor.person(GRACE)
    outcome = await ledger.handle(TakeAccess(subject, "warehouse", 1_200, WHY), grace, "slack")
    assert outcome.refusal is None
    await ledger.handle(GiveBack(subject), grace, "slack")
    await office.quiet()
    return subject


async def review(office: Office, subject: str) -> None:
    command = ReviewBreakGlass(subject, "unjustified", "there was no emergency that night")
    outcome = await office.daypass.ledger.handle(command, Actor.person(EDSGER), "slack")
    assert outcome.refusal is None


class TestThePage:
    async def test_lists_what_waits_for_a_review_and_then_its_verdict(
        self, office: Office, people: People
    ) -> None:
        subject = await take(office)
        barbara = await people.signed_in("barbara")
        page = await barbara.page("/break-glass")
        assert "1 unreviewed" in page
        assert WHY in page

        await review(office, subject)
        await office.daypass.jobs.keep_log()
        page = await barbara.page("/break-glass")
        assert WHY in page
        assert "1 not justified" in page
        assert "Grace" in page

    async def test_shows_nobody_what_is_not_theirs_to_see(self, office: Office, people: People) -> None:
        await take(office)
        assert WHY not in await (await people.signed_in("ada")).page("/break-glass")
        assert WHY in await (await people.signed_in("edsger")).page("/break-glass")


async def test_its_story_and_who_had_access_say_that_nobody_approved_it(
    office: Office, people: People
) -> None:
    subject = await take(office)
    await review(office, subject)
    await office.daypass.jobs.keep_log()
    barbara = await people.signed_in("barbara")
    story = await barbara.page(f"/stories/{subject}")
    assert "took it without approval (break-glass)" in story
    assert "reviewed the break-glass: not justified" in story
    since = (office.clock() - timedelta(minutes=5)).isoformat()
    held = await barbara.page(
        f"/held?{urlencode({'resource': 'warehouse', 'at': since, 'until': office.clock().isoformat()})}"
    )
    assert "Taken without approval" in held
    assert "Approved automatically" not in held


async def test_the_api_lists_what_a_machine_may_see(office: Office, machine: Anybody) -> None:
    subject = await take(office)
    answer = await machine.get("/api/v1/break-glass")
    assert answer.status_code == 200
    assert subject not in answer.text, "a machine isn't an auditor"
    assert (await machine.get("/api/v1/break-glass?days=0")).status_code == 422
