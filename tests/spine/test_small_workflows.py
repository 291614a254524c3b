"""What goes beside access on the same path: alarms, the bundle in force, and rejected requests."""

import pytest

from tests.builders import WORKFLOWS
from tests.spine.tally import rows
from workflows.ledger.ledger import Ledger
from workflows.system import rejected_requests
from workflows.system.alarms import ClearAlarm, RaiseAlarm, alarm_id
from workflows.system.policy_in_force import SUBJECT, AdoptBundle
from workflows.system.rejected_requests import RejectRequest
from workflows.workflow import CLOCKWORK, HTTP


@pytest.fixture
def ledger(store, world, clock) -> Ledger:
    return Ledger(store, WORKFLOWS, lambda: world, clock)


async def actions(store) -> list[str]:
    return [event.action for event in await rows(store, "events")]


class TestAnAlarm:
    alarm = alarm_id("a lease nobody knows")

    async def raise_it(self, ledger, sentence="Vault holds a lease that nobody knows."):
        command = RaiseAlarm(self.alarm, "a lease nobody knows", sentence)
        return (await ledger.handle(command, CLOCKWORK, "clockwork")).state

    async def clear_it(self, ledger):
        return (await ledger.handle(ClearAlarm(self.alarm), CLOCKWORK, "clockwork")).state

    async def test_is_raised_once_for_each_cause(self, store, ledger):
        assert (await self.raise_it(ledger)).status == "raised"
        assert (await self.raise_it(ledger)).status == "raised"
        assert await actions(store) == ["alarm.raised"]

    async def test_is_raised_again_with_something_new_to_say(self, store, ledger):
        await self.raise_it(ledger)
        assert (await self.raise_it(ledger, "Now there are two.")).sentence == "Now there are two."
        assert await actions(store) == ["alarm.raised", "alarm.raised"]

    async def test_is_cleared_once_and_can_come_back(self, store, ledger):
        await self.raise_it(ledger)
        assert (await self.clear_it(ledger)).status == "cleared"
        assert (await self.clear_it(ledger)).status == "cleared"
        assert (await self.raise_it(ledger)).cleared_at is None
        assert await actions(store) == ["alarm.raised", "alarm.cleared", "alarm.raised"]

    async def test_that_was_never_raised_is_not_cleared(self, store, ledger):
        assert await self.clear_it(ledger) is None
        assert await actions(store) == []


async def test_a_bundle_is_adopted_once_and_the_one_before_it_is_named(store, ledger):
    for digest in ("one", "one", "two", "one"):
        await ledger.handle(AdoptBundle(SUBJECT, digest), CLOCKWORK, "clockwork")
    assert await actions(store) == ["policy.adopted"] * 3
    assert '"before":"two","digest":"one"' in (await rows(store, "events"))[-1].leaf.decode()


async def test_a_rejected_request_is_recorded_and_changes_nothing(store, ledger):
    command = RejectRequest(
        f"{rejected_requests.KIND}_1", "not-from-slack", "It wasn't signed.", "192.0.2.7", times=3
    )
    outcome = await ledger.handle(command, HTTP, "http")

    assert outcome.refusal is not None
    assert outcome.refusal.sentence == "It wasn't signed. It came from 192.0.2.7 (3 times)."
    assert await actions(store) == ["http.refused"]
    assert await rows(store, "subjects") == []


async def test_a_rejected_request_is_kept_as_one_line_of_text(store, ledger):
    sentence = "Call\x00555\r\n\ud800\u202e\u2028now" + "x" * 60_000
    command = RejectRequest(f"{rejected_requests.KIND}_1", "sign-in", sentence, "a\nplace" + "y" * 60_000)
    outcome = await ledger.handle(command, HTTP, "http")

    assert outcome.refusal is not None
    kept = outcome.refusal.sentence
    assert kept.startswith("Call 555 nowxxx")
    assert len(kept) < 450
    assert kept.isprintable()
    assert await actions(store) == ["http.refused"]
