"""What is unusual about a request reaches its approvers on the card, with the explanation in Details."""

from tests.flow.deeds import APPROVALS, ask, card, press_as_shown, window
from tests.flow.office import Office
from workflows.access.signals.burst import LEAST


async def test_many_requests_within_an_hour_are_said_on_the_last_ones_card(office: Office) -> None:
    for _ in range(LEAST - 1):
        asked = await ask(office)
        assert asked.signals is not None
        assert (asked.signals.raised, asked.signals.unknown) == ((), "new")
    asked = await ask(office)
    assert asked.signals is not None
    assert asked.signals.raised == ("burst",)
    shown = await card(office.grace, APPROVALS, asked.id, "Unusual: many requests")
    await press_as_shown(office.grace, APPROVALS, shown, "Details")
    why = f"{LEAST} requests in an hour. Usually it's 1 request at most."
    assert await window(office.grace, why, "Daypass hasn't been here long enough")
