"""What is wrong with a release, told to its channel: in the card's thread, broadcast, with what repairs it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.actor import Actor, Json, seen, text_of, values_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import buttons
from tests.flow.office import Office
from tests.flow.test_releasing import RELEASES, SERVICE, card, press, proposed, until, watched
from tests.lab import Lab


@pytest.fixture
async def office(open_office: OpenOffice, rules: Rules, lab: Lab) -> AsyncIterator[Office]:
    """With a release that is live."""
    bundle: Path = rules(
        (SERVICE, "model: ranking-model", f"model: {lab.model}"), (SERVICE, "after: 15s", "after: 1h")
    )
    lab.make_live(lab.trained({"ndcg": [0.8]}))
    lab.trained({"ndcg": [0.9]})
    async with open_office(bundle=bundle, mlflow_tracking_uri=lab.url, daypass_watch_seconds=600) as office:
        await proposed(office)
        await press(office.grace, "Approve")
        await until(office, "live")
        yield office


async def broadcast(person: Actor, *words: str) -> Json:
    """The newest reply that the channel shows, as soon as it says these words."""

    async def look() -> Json | None:
        found = [one for one in await person.messages(RELEASES) if one.get("subtype") == "thread_broadcast"]
        return found[-1] if found and all(word in text_of(found[-1]) for word in words) else None

    found: Json = await seen(f"a broadcast reply with {words}", look)
    return found


async def thread(person: Actor) -> list[str]:
    """What stands under the release's card."""
    shown = next(one for one in await person.messages(RELEASES) if one["reply_count"])
    return [text_of(one) for one in (await person.thread(RELEASES, shown["ts"]))[1:]]


async def test_what_goes_well_is_not_told_in_the_thread(office: Office) -> None:
    assert not any(one["reply_count"] for one in await office.grace.messages(RELEASES))


async def test_an_alias_moved_by_hand_is_told_with_the_button_that_restores_it(
    office: Office, lab: Lab
) -> None:
    lab.make_live(lab.trained())
    await watched(office)
    told = await broadcast(office.grace, "Version 3 went live outside Daypass")
    first, *_ = text_of(await card(office.grace, "outside Daypass")).splitlines()
    assert "went live outside Daypass" in first
    assert "Restore" in buttons(told)

    await office.edsger.press(RELEASES, told, "Restore")
    over = await broadcast(office.grace, ":white_check_mark: Over:", "outside Daypass")
    assert over["ts"] == told["ts"]
    assert buttons(over) == []
    assert lab.live() == "2"
    await office.quiet()
    assert (await thread(office.grace))[-1] == "Restored: version 2 is live again (confirmed)"


async def test_failed_checks_are_told_with_the_button_that_rolls_back(office: Office, lab: Lab) -> None:
    await office.forward(hours=2)
    told = await broadcast(office.grace, "Post-release checks failed", "didn't pass")
    shown = text_of(await card(office.grace, "*Post-release checks failed.*"))
    assert "Post-release checks failed" in shown.splitlines()[0]
    assert ":rocket:" not in shown
    assert "Post-release checks failed" in (await card(office.grace, "Live ·"))["text"]

    async def at_home() -> str | None:
        said = text_of(await office.ada.home() or {})
        return said if "Ranking model version 1 → 2" in said else None

    home = await seen("the release in her App Home", at_home)
    assert home.index("Post-release checks failed") < home.index("Ranking model version 1 → 2")
    assert buttons(told) == ["Roll back", "Check again"]

    await office.edsger.press(RELEASES, told, "Roll back")
    view = await seen("the window that asks why", office.edsger.modal)
    values = values_of(view)
    values["reason"]["reason"]["value"] = "slower than before"
    assert await office.edsger.submit(view, values) == {"ok": True}
    await until(office, "rolled back")
    over = await broadcast(office.grace, ":white_check_mark: Over:", "Post-release checks failed")
    assert buttons(over) == []
    assert (await thread(office.grace))[-2:] == [
        "Edsger Dijkstra started the rollback\nReason: slower than before",
        "Rolled back: version 1 is live again (confirmed)",
    ]
