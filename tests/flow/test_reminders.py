"""Reminders in Slack: who can decide gets one direct message, when they chose to, and App Home says what that is."""

from datetime import timedelta

from bot.demo.actor import Json, filled, seen
from bot.slack.reminders.texts import CHOSEN, HELD_BACK, OPTIONS
from tests.flow.deeds import ask, card, message, press, said, window
from tests.flow.office import APPROVALS, Office
from tests.flow.test_home import home, in_view
from workflows.ledger import effect_queue
from workflows.system.reminders.choice import Choice, zone_named
from workflows.system.reminders.decide import REMIND
from workflows.system.reminders.state import reminders_of
from workflows.workflow import Effect

HOUR = timedelta(hours=1)
HALFWAY = {"minutes": 16}
"""To the escalation of the example's rule, after half an hour."""


async def reminded(office: Office) -> None:
    """Let the job run, and what it calls for be done."""
    await office.daypass.jobs.reminders.run()
    await office.quiet()


async def reminders(office: Office, person: str) -> list[Json]:
    """The messages that remind this person, oldest first."""
    who = office.person(person)
    return [one for one in await who.messages(await who.direct()) if "waits for you" in said(one)]


async def performed_again(office: Office, person: str, subject: str) -> None:
    """As if whoever sent it had died before that was recorded."""
    again = Effect(REMIND, lock="again", payload={"of": [subject]})
    await effect_queue.add(office.daypass.store, [(reminders_of(person), 1, again)], office.clock())
    await office.quiet()


async def choose(office: Office, **chosen: str) -> Json:
    """Grace opens the window from her App Home and submits it."""
    await office.grace.press_home(await home(office, office.grace, CHOSEN["at-once"]), "Change")
    view = await window(office.grace, OPTIONS["daily"])
    return dict(await office.grace.submit(view, filled(view, **chosen)))


async def test_who_can_decide_is_reminded_once_with_a_link_and_who_has_decided_is_not(office: Office) -> None:
    asked = await ask(office)
    shown = await card(office.grace, await office.grace.direct(), asked.id)
    await reminded(office)
    assert await reminders(office, office.grace.id) == [], "it is too early"
    await office.forward(**HALFWAY)
    for _ in range(2):
        await reminded(office)
    (sent,) = await reminders(office, office.grace.id)
    assert f"<@{office.ada.id}> → *{asked.terms.title}*" in said(sent)
    assert f"/archives/{await office.grace.direct()}/p{shown['ts'].replace('.', '')}|Open>" in said(sent)
    assert await reminders(office, office.ada.id) == []
    await performed_again(office, office.grace.id, asked.id)
    assert len(await reminders(office, office.grace.id)) == 1
    await press(office.grace, APPROVALS, "Approve", asked.id)
    await office.until("active")


async def test_what_is_chosen_stands_in_app_home_and_holds(office: Office) -> None:
    assert await choose(office, reminders="daily", digest_hour="17") == {"ok": True}
    await in_view(office, office.grace, CHOSEN["daily"].format(hour="17:00"))
    await ask(office)
    await office.forward(**HALFWAY)
    await reminded(office)
    assert await reminders(office, office.grace.id) == []
    assert await reminders(office, office.edsger.id), "who chose nothing is reminded as it falls due"


async def test_what_could_not_be_kept_is_said_in_the_window(office: Office) -> None:
    answer = await choose(office, quiet_from="19:00")
    assert answer["errors"] == {"quiet_to": "Pick both times, or clear both."}


NOT_NOW = {"method": "chat.postMessage", "error": "internal_error", "times": -1}


async def test_what_is_decided_before_it_is_sent_is_not_in_it(office: Office) -> None:
    asked = await ask(office)
    await office.fault(fail={**NOT_NOW, "place": office.edsger.id})
    await office.forward(**HALFWAY)
    await office.daypass.jobs.reminders.run()
    await message(office.grace, await office.grace.direct(), "waits for you")
    await press(office.grace, APPROVALS, "Approve", asked.id)
    await office.until("active")
    await office.fault(heal=True)
    await office.quiet()
    assert await reminders(office, office.edsger.id) == []


async def test_one_that_slack_takes_only_when_it_is_quiet_comes_after_that(office: Office) -> None:
    await ask(office)
    await office.forward(**HALFWAY)
    await office.fault(fail={**NOT_NOW, "place": office.grace.id})
    await office.daypass.jobs.reminders.run()
    await message(office.edsger, await office.edsger.direct(), "waits for you")
    zone = zone_named(office.daypass.known.world().directory.zone_of(office.grace.id))
    begin, end = ((office.clock().astimezone(zone) + by).time() for by in (-HOUR, HOUR))
    assert await office.daypass.jobs.reminders.choices.keep(
        office.grace.id, Choice(quiet_from=begin, quiet_to=end)
    )
    await office.fault(heal=True)

    async def held_back() -> bool:
        return any(one.last_error == HELD_BACK for one in await office.daypass.reads.open_effects())

    await seen("the reminder waits", held_back)
    assert await reminders(office, office.grace.id) == []
    await office.forward(hours=1, minutes=1)
    await message(office.grace, await office.grace.direct(), "waits for you")
