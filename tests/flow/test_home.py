"""The Home tab: what a person has asked for and holds, and what waits for them; kept in step."""

from bot.demo.actor import Actor, Json, seen, text_of
from bot.demo.cast import BARBARA
from bot.slack.texts import HOME_FILTER_EMPTIED, NOTHING_WAITS, TAKEN_BACK
from tests.flow.deeds import WHY, ask, confirm, granted, newest, press, window
from tests.flow.office import APPROVALS, Office


async def home(office: Office, person: Actor, *words: str) -> Json:
    """The person's Home tab, as soon as it says these words; opened once."""
    await person.home()
    return await in_view(office, person, *words)


async def in_view(office: Office, person: Actor, *words: str) -> Json:
    """The Home tab as Daypass last published it, without the person opening it anew."""

    async def look() -> Json | None:
        view = published(office, person)
        return view if view and all(word in text_of(view) for word in words) else None

    found: Json = await seen(f"a Home tab with {words}", look)
    return found


def published(office: Office, person: Actor) -> Json | None:
    views = [
        call.answer["view"]
        for call in office.calls
        if call.method == "views.publish" and f'"{person.id}"' in call.asked and call.answer.get("ok")
    ]
    return views[-1] if views else None


class TestTheHomeTab:
    async def test_of_somebody_new_says_how_to_begin(self, office: Office) -> None:
        text = text_of(await home(office, office.person(BARBARA), "Your access"))
        assert NOTHING_WAITS in text
        assert "Request access" in text

    async def test_lists_what_waits_for_an_approver_and_one_can_decide_there(self, office: Office) -> None:
        await ask(office)
        view = await home(office, office.grace, "<@U01ADA> →")
        assert WHY in text_of(view)
        await office.grace.press_home(view, "Approve")
        await office.until("active")
        await in_view(office, office.grace, NOTHING_WAITS)

    async def test_keeps_what_one_has_approved_and_takes_it_back(self, office: Office) -> None:
        await ask(office, "/access warehouse-write 30m DATA-42 because the import was cut short")
        await office.grace.press_home(await home(office, office.grace, "<@U01ADA> →"), "Approve")
        await confirm(office.grace)
        view = await in_view(office, office.grace, "Approved by you", "waiting for <@U04RADIA>")
        await office.grace.press_home(view, "Take back")
        await window(office.grace, TAKEN_BACK)
        await in_view(office, office.grace, "DATA-42")

    async def test_is_where_one_starts(self, office: Office) -> None:
        view = await home(office, office.ada, "Your access")
        for label, words in (("Request access", "Duration"), ("Propose release", "Version")):
            await office.ada.press_home(view, label)
            await office.ada.close(await window(office.ada, words))

    async def test_takes_back_what_is_pending_and_says_what_an_approver_has_to_know(
        self, office: Office
    ) -> None:
        await ask(office)
        await home(office, office.grace, "1h · production · moderate risk")
        view = await home(office, office.ada, "Waiting for approval")
        await office.ada.press_home(view, "Withdraw")
        await in_view(office, office.ada, "Withdrawn")

    async def test_follows_what_happens_by_itself(self, office: Office) -> None:
        await home(office, office.ada, "No access yet")
        await home(office, office.grace, NOTHING_WAITS)
        await granted(office)
        await in_view(office, office.ada, "active until <!date^", "ends <!date^")
        await in_view(office, office.grace, NOTHING_WAITS)

    async def test_gives_credentials_and_takes_access_back(self, office: Office) -> None:
        await ask(office, f"/access sample 15m because {WHY}")
        view = await home(office, office.ada, "active until")
        await office.ada.press_home(view, "Get credentials")
        await office.ada.close(await window(office.ada, "works once"))
        await office.quiet()
        await office.ada.press_home(await in_view(office, office.ada, "active until"), "Give back")
        await in_view(office, office.ada, "Given back by <@U01ADA> · confirmed by Vault")

    async def test_of_others_shows_nothing_of_it(self, office: Office) -> None:
        await ask(office)
        assert NOTHING_WAITS in text_of(await home(office, office.radia, "Your access"))

    async def test_says_in_a_window_why_a_click_did_nothing(self, office: Office) -> None:
        await ask(office)
        view = await home(office, office.grace, "<@U01ADA> →")
        await press(office.edsger, APPROVALS, "Approve", WHY)
        await office.until("active")
        await office.grace.press_home(view, "Approve")
        await window(office.grace, "already active")

    async def test_keeps_the_filter_that_one_chose_until_nothing_of_it_waits(self, office: Office) -> None:
        for n in range(5):
            await ask(office, f"/access warehouse {n + 1}h because {WHY}")
        await ask(office, "/access warehouse-write 30m DATA-42 because the import was cut short")
        view = await home(office, office.grace, "All (6)", "production (6)")
        await office.grace.choose_home(view, "High and critical risk (1)")
        view = await in_view(office, office.grace, "5 more: show all")
        assert WHY not in text_of(view)
        await ask(office, f"/access warehouse 7h because {WHY}")
        assert WHY not in text_of(await in_view(office, office.grace, "6 more: show all"))
        view = await home(office, office.grace, "DATA-42", "6 more: show all")
        await office.grace.press_home(view, "Approve")
        await confirm(office.grace)
        view = await in_view(office, office.grace, HOME_FILTER_EMPTIED, WHY, "All (6)")
        assert "more: show all" not in text_of(view)

    async def test_shows_all_again_what_a_filter_left_out(self, office: Office) -> None:
        for n in range(6):
            await ask(office, f"/access warehouse {n + 1}h because {WHY}")
        await ask(office, "/access warehouse-write 30m DATA-42 because the import was cut short")
        view = await home(office, office.grace, "All (7)")
        await office.grace.choose_home(view, "High and critical risk (1)")
        await office.grace.press_home(
            await in_view(office, office.grace, "6 more: show all"), "6 more: show all"
        )
        assert "more: show all" not in text_of(await in_view(office, office.grace, WHY, "DATA-42"))

    async def test_of_somebody_with_much_lists_ten_and_counts_the_rest(self, office: Office) -> None:
        for n in range(12):
            await ask(office, f"/access sample 5m because {WHY} ({n})")
        view = await home(office, office.ada, "… and 2 more")
        assert len(view["blocks"]) <= 100
        assert await newest(office.ada, await office.ada.direct(), "active until")
