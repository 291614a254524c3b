"""Time away in Slack: one command says until when and who decides; the delegate sees and decides; and it ends."""

from bot.demo.actor import Json, filled, seen
from bot.demo.cast import EDSGER, GRACE, MARGARET
from tests.flow.deeds import ask, card, press, told, window
from tests.flow.office import APPROVALS, GENERAL, Office
from workflows.system.absences.state import Absence


async def away(office: Office, typed: str = "for 3 days, ask @margaret") -> Absence:
    """Grace types the command and submits the window."""
    assert await submitted(office, typed) == {"ok": True}

    async def there() -> Absence | None:
        return next(iter(await absences(office)), None)

    found: Absence = await seen("the absence is there", there)
    await office.quiet()
    return found


async def submitted(office: Office, typed: str, **chosen: str) -> Json:
    await office.grace.command(f"/access away {typed}", GENERAL)
    view = await window(office.grace, "Who decides for you?")
    return dict(await office.grace.submit(view, filled(view, **chosen)))


async def absences(office: Office) -> list[Absence]:
    return await office.daypass.reads.in_status(Absence, "away", ("away", "over"))


async def test_a_delegate_decides_for_who_is_away_and_it_is_said_for_whom(office: Office) -> None:
    asked = await ask(office)
    leave = await away(office)
    assert (leave.owner, leave.delegate, leave.groups) == (GRACE, MARGARET, ("data-owners",))
    await card(office.margaret, await office.margaret.direct(), "You decide for")
    await card(office.grace, await office.grace.direct(), "You're away until")
    await card(office.grace, APPROVALS, asked.id, "Unusual: new delegate")
    await press(office.margaret, await office.margaret.direct(), "Approve", asked.id)
    await office.until("active")
    shown = await card(
        office.grace, APPROVALS, asked.id, f"Approved by <@{MARGARET}> (for <@{GRACE}>, away until"
    )
    assert EDSGER not in str(shown)
    reviewed = next(one for one in await office.log() if one.action == "access.reviewed")
    assert reviewed.facts["delegated_by"][0]["approver"] == GRACE
    await office.grace.command("/access back", GENERAL)
    await told(office.grace, GENERAL, "Welcome back")
    await card(office.margaret, await office.margaret.direct(), "You decided for")


async def test_what_the_policy_does_not_allow_is_said_in_the_window(office: Office) -> None:
    answer = await submitted(office, "for 3 days, ask @ada")
    assert "policy doesn't let" in str(answer["errors"]["delegate"])
    assert await absences(office) == []
