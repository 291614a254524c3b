"""The figures of a month come to a channel once: a picture with its words, or words alone where that can't be."""

from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from bot.demo.actor import Json, seen
from bot.demo.cast import ADA
from bot.slack.figures import texts
from bot.wiring.monthly_figures import MORNING
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import WHY
from tests.flow.office import GENERAL, HEALTH_TOKEN, Office
from workflows.access.commands import RequestAccess
from workflows.ledger import effect_queue
from workflows.queries.figures.month import Month, month_of
from workflows.system.monthly_figures import SEND, figures_id
from workflows.workflow import Actor, Effect

pytestmark = pytest.mark.server
FIGURES = ("daypass.yaml", "channels:\n", 'channels:\n  figures: "#general"\n')


async def _said(office: Office, month: Month) -> list[Json]:
    headline = texts.HEADLINE.format(month=month.name)
    return [one for one in await office.ada.messages(GENERAL) if headline in str(one)]


async def _sent(office: Office, month: Month) -> Json:
    async def there() -> Json | None:
        found = await _said(office, month)
        return found[-1] if found else None

    found: Json = await seen(f"the figures of {month}", there)
    return found


def _last_month() -> tuple[Month, timedelta]:
    """The month that is over by now, and how far its second day is from now, which is less than nothing."""
    now = datetime.now(UTC)
    month = month_of(now - MORNING).later(-1)
    return month, month.starts + timedelta(days=1) - now


async def _asked(office: Office) -> None:
    """Ada asks for something, at the office's time; months are told by when a request's id was made."""
    command = RequestAccess(f"acc_{ULID.from_datetime(office.clock())}", "warehouse", 3_600, WHY)
    assert (await office.daypass.ledger.handle(command, Actor(ADA), "test")).events


async def _again(office: Office, month: Month) -> None:
    """As if what came of the last attempt had been lost."""
    effect = Effect(SEND, lock="again", payload={"month": str(month)})
    await effect_queue.add(office.daypass.store, [(figures_id(str(month)), 1, effect)], office.clock())
    await office.quiet()


async def test_words_and_picture_come_once_and_empty_months_say_so(
    open_office: OpenOffice, rules: Rules
) -> None:
    month, behind = _last_month()
    url = "http://127.0.0.1:9"
    async with open_office(bundle=rules(FIGURES), daypass_url=url, ahead=behind) as office:
        await office.daypass.jobs.figures.run()
        empty = await _sent(office, month.later(-1))
        assert texts.EMPTY in str(empty)
        assert not empty.get("files")

        await _asked(office)
        await office.forward(seconds=-behind.total_seconds())
        for _ in range(2):
            await office.daypass.jobs.figures.run()
        message = await _sent(office, month)
        (file,) = message["files"]
        assert file["name"] == f"figures-{month}.png"
        assert "Requests and their outcomes" in file["alt_txt"]
        async with office.session.get(file["url_private"]) as answer:
            assert answer.content_type == "image/png"
            assert (await answer.read()).startswith(b"\x89PNG")
        for words in ("*Requests*: 1. 0 granted", "*Open exceptions now*: 0", f"/figures?month={month}"):
            assert words in message["text"]
        await _again(office, month)
        assert len(await _said(office, month)) == 1, "one whose answer was lost isn't sent again"


async def test_words_come_alone_without_the_scope_and_readyz_says_what_lacks(
    open_office: OpenOffice, rules: Rules
) -> None:
    month, behind = _last_month()
    async with open_office(bundle=rules(FIGURES), ahead=behind) as office:
        await _asked(office)
        await office.forward(seconds=-behind.total_seconds())
        refused = {"method": "files.getUploadURLExternal", "error": "missing_scope", "needed": "files:write"}
        await office.fault(fail=refused)
        await office.daypass.jobs.figures.run()
        message = await _sent(office, month)
        assert not message.get("files")
        assert "files:write" in str(message)

        async def told() -> bool:
            headers = {"Authorization": f"Bearer {HEALTH_TOKEN.get_secret_value()}"}
            async with office.session.get(f"{office.url}/readyz", headers=headers) as answer:
                return "files:write" in await answer.text()

        await seen("what lacks, in /readyz", told)
        await office.fault(heal=True)
        await _again(office, month)
        assert len(await _said(office, month)) == 1, "the picture doesn't follow: the words are there"
