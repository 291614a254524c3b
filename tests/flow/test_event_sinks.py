"""A running Daypass sends its log to a SIEM, shows how far it is, and lets an operator skip what can't be taken."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.demo.actor import seen
from tests.audit.receivers import HttpReceiver
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask
from tests.flow.test_command_line import daypass, environment_of
from workflows.audit.forwarding.lag import read_lags
from workflows.ledger.repository import Repository
from workflows.system.alarms import Alarm, alarm_id


@pytest.fixture
def siem() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    yield receiver
    receiver.stop()


async def test_a_siem_has_every_event_and_one_it_can_t_take_is_skipped_by_an_operator(
    open_office: OpenOffice, siem: HttpReceiver
) -> None:
    siem.poison = {1: 400}
    sinks = {"siem": SecretStr(f"{siem.url}/in")}
    async with open_office(daypass_event_sinks=sinks) as office:
        await ask(office)
        store = office.daypass.store

        async def alarmed() -> bool:
            raised = await Repository(store).find(Alarm, alarm_id("event-sink:siem"))
            return raised is not None and raised.status == "raised" and "event 1 " in raised.sentence

        await seen("an alarm that names the event", alarmed)
        headers = {"Authorization": f"Bearer {office.settings.daypass_health_token.get_secret_value()}"}
        async with office.session.get(f"{office.url}/readyz", headers=headers) as answer:
            assert "the first, 1, since" in (await answer.json())["details"]["event sinks"]
        async with office.session.get(f"{office.url}/metrics", headers=headers) as answer:
            assert 'daypass_event_sink_lag_seconds{sink="siem"} ' in await answer.text()

        environment = environment_of(office.settings)
        environment["DAYPASS_EVENT_SINKS"] = json.dumps({"siem": f"{siem.url}/in"})
        skip = ("audit", "skip-event", "siem")
        wrong = await asyncio.to_thread(daypass, environment, *skip, "0", "--yes")
        assert (wrong.returncode, "waits at event 1" in wrong.stderr) == (1, True)
        unknown = await asyncio.to_thread(daypass, environment, "audit", "skip-event", "other", "2", "--yes")
        assert (unknown.returncode, "isn't in DAYPASS_EVENT_SINKS" in unknown.stderr) == (1, True)
        done = await asyncio.to_thread(daypass, environment, *skip, "1", "--yes")
        assert done.returncode == 0, done.stderr

        async def caught_up() -> bool:
            (lag,) = await read_lags(store, ["siem"])
            return lag.waiting == 0 and lag.place > 3

        await seen("the events after it", caught_up)
        codes = [one["metadata"]["event_code"] for one in siem.events]
        assert [one["unmapped"]["index"] for one in siem.events][:3] == [0, 2, 3]
        assert {"policy.adopted", "alarm.raised", "event-sink.event-skipped"} <= set(codes)
        status = await asyncio.to_thread(daypass, environment, "status")
        assert "The event sink siem: " in status.stdout
