"""The window in which people ask: what it offers, what it says will happen, and what is wrong, in place."""

from datetime import UTC, datetime, timedelta

from bot.demo.actor import Json, seen, text_of, values_of
from bot.demo.cast import BARBARA, MARGARET
from bot.slack.access.texts import NOTHING_CHOSEN, NOTHING_ELIGIBLE
from tests.flow.conftest import Looking, OpenOffice, Rules, Sharing
from tests.flow.deeds import (
    WHY,
    act,
    ask,
    faults,
    filled,
    form,
    log_of,
    more_options,
    post,
    said,
    submitted,
    told,
)
from tests.flow.office import GENERAL, Office
from workflows.policy.evaluation.explain import AUTOMATIC
from workflows.policy.evaluation.objections import too_long, wrong_ticket

MANY = "resource: archive\ntitle: Archive\nenvironment: production\nentitlements:\n" + "".join(
    f"""
  shelf-{number}:
    title: Shelf {number}
    description: What was put on shelf {number}.
    risk: low
    vault: {{path: database/creds/warehouse-sample, policy: grant-warehouse-sample}}
    connect: psql
    rule: {{decision: automatic}}
"""
    for number in range(120)
)
PII_RULE = "      longest: 1h\n      default: 30m\n      lapse: 1h\n      credentials: 3\n"
LONG_WHY = "to find out why the churn score of customer 1042 is what it is"


def days_until(weekday: int) -> timedelta:
    """From now to the next day with this number (Monday is 0), which may be today."""
    return timedelta(days=(weekday - datetime.now(UTC).weekday()) % 7)


async def suggestions(office: Office, person: str, typed: str) -> Json:
    actor = office.person(person)
    view = await form(actor)
    where = {"container": {"type": "view", "view_id": view["id"]}, "block_id": "entitlement"}
    return await post(actor, "suggest", action_id="entitlement", value=typed, **where)


async def suggested(office: Office, person: str, typed: str) -> list[str]:
    answer = await suggestions(office, person, typed)
    return [option["value"] for option in answer["options"]]


async def chosen(office: Office, view: Json, entitlement: str, **typed: str) -> Json:
    """The window after Ada has chosen something in it."""
    option = {"text": {"type": "plain_text", "text": entitlement}, "value": entitlement}
    action = {"type": "external_select", "selected_option": option}
    values = filled(view, **typed) | {"entitlement": {"entitlement": action}}
    where = {"type": "view", "view_id": view["id"]}
    await act(office.ada, where, "entitlement", "entitlement", action, values)

    async def changed() -> Json | None:
        now = await office.ada.modal()
        return now if now and now["hash"] != view["hash"] else None

    found: Json = await seen("the window changed", changed)
    return found


def fields(view: Json) -> dict[str, str]:
    """What the text fields of the window hold."""
    return {
        block.partition(":")[0]: held["value"]
        for block, elements in values_of(view).items()
        for held in elements.values()
        if held.get("value")
    }


class TestTheCommand(Looking):
    async def test_help_explains_itself_to_the_one_who_asked(self, office: Office) -> None:
        await office.ada.command("/access help", GENERAL)
        shown = await told(office.ada, GENERAL, "temporary access")
        assert all(words in said(shown) for words in ("because", "Get credentials", "Give back", "Home tab"))
        assert await office.grace.messages(GENERAL) == []
        assert await office.ada.modal() is None

    async def test_alone_it_opens_an_empty_window_that_explains_itself(self, office: Office) -> None:
        view = await form(office.ada)
        assert NOTHING_CHOSEN in text_of(view)
        assert fields(view) == {"duration": "1h"}

    async def test_it_fills_the_window_in(self, office: Office) -> None:
        view = await form(office.ada, "/access backfill 45m DATA-42 because the import was cut short")
        chosen = values_of(view)["entitlement"]["entitlement"]["selected_option"]
        assert chosen["value"] == "warehouse-write"
        assert fields(view) == {
            "duration": "45 minutes",
            "justification": "the import was cut short",
            "ticket": "DATA-42",
        }

    async def test_what_it_does_not_understand_it_says(self, office: Office) -> None:
        view = await form(office.ada, "/access warehuose 1h because of a typo")
        assert "warehuose" in text_of(view)
        assert "warehouse" in text_of(view).replace("warehuose", "")

    async def test_what_was_typed_with_markup_in_it_arrives_as_typed(self, office: Office) -> None:
        view = await form(office.ada, "/access warehouse 1h because a < b && b > c")
        assert fields(view)["justification"] == "a < b && b > c"


class TestTheSearch(Looking):
    async def test_it_offers_what_this_person_may_ask_for(self, office: Office) -> None:
        offered = await suggested(office, office.ada.id, "")
        assert sorted(offered) == ["warehouse", "warehouse-pii", "warehouse-sample", "warehouse-write"]

    async def test_it_narrows_down_as_one_types(self, office: Office) -> None:
        assert (await suggested(office, office.ada.id, "personal"))[0] == "warehouse-pii"
        assert await suggested(office, office.ada.id, "backfill") == ["warehouse-write"]

    async def test_there_is_none_for_who_may_ask_for_nothing(self, office: Office) -> None:
        for who in (BARBARA, MARGARET):
            assert values_of(await form(office.person(who))) == {}

    async def test_each_choice_shows_its_risk_and_where_it_is(self, office: Office) -> None:
        view = await form(office.ada, "/access warehouse-sample")
        option = values_of(view)["entitlement"]["entitlement"]["selected_option"]
        assert "low risk · production" in option["description"]["text"]


class TestWhatWillHappen(Looking):
    async def test_it_says_who_is_asked_by_which_rule_and_what_would_be_faster(self, office: Office) -> None:
        opened = await form(office.ada, "/access warehouse because the import stopped")
        assert "1 approval from data-owners: Edsger Dijkstra or Grace Hopper" in text_of(opened)
        assert "feature-warehouse.yaml:" not in text_of(opened)
        view = await more_options(office.ada, opened)
        assert fields(view)["justification"] == "the import stopped"
        text = text_of(view)
        assert "environment" not in text
        assert "feature-warehouse.yaml:" in text
        assert "1 approval from data-owners: Edsger Dijkstra or Grace Hopper" in text
        assert "After 30 minutes, incident-command can approve too" in text
        assert "Faster, if it's enough: “Read the warehouse's sample tables”" in text

    async def test_it_changes_with_the_choice_and_keeps_what_was_typed(self, office: Office) -> None:
        view = await form(office.ada)
        view = await chosen(office, view, "warehouse-write", justification="the import was cut short")
        assert "1 approval from security: Radia Perlman." in text_of(view)
        assert "Ticket" in text_of(view)
        assert fields(view)["justification"] == "the import was cut short"
        view = await chosen(office, view, "warehouse-sample")
        assert AUTOMATIC in text_of(view)
        assert "Ticket" not in text_of(view)
        assert fields(view)["duration"] == "15 minutes"

    async def test_it_says_what_stands_against_it_before_anybody_presses_ask(self, office: Office) -> None:
        text = text_of(await form(office.ada, f"/access warehouse 9h because {WHY}"))
        assert f"⚠ {too_long(28_800).sentence}" in text


class TestFaultsAreShownInPlace(Looking):
    async def test_a_duration_that_is_none(self, office: Office) -> None:
        wrong = await faults(office.ada, f"/access warehouse because {WHY}", duration="soon")
        assert "“soon”" in wrong["duration"]
        assert await office.requests() == []

    async def test_a_duration_without_a_unit(self, office: Office) -> None:
        wrong = await faults(office.ada, f"/access warehouse because {WHY}", duration="30")
        assert "30m or 30h" in wrong["duration"]

    async def test_more_than_the_rule_gives(self, office: Office) -> None:
        wrong = await faults(office.ada, f"/access warehouse because {WHY}", duration="2 days")
        assert wrong == {"duration": too_long(28_800).sentence}

    async def test_a_reason_too_short_to_judge(self, office: Office) -> None:
        wrong = await faults(office.ada, "/access warehouse 1h because me")
        assert "at least 10 characters" in wrong["justification"]

    async def test_a_ticket_of_the_wrong_form(self, office: Office) -> None:
        wrong = await faults(
            office.ada, "/access warehouse-write 1h because the import was cut short", ticket="yesterday"
        )
        assert wrong == {
            "ticket": wrong_ticket("yesterday", "Write the change's number, such as DATA-42.").sentence
        }

    async def test_several_at_once_each_under_its_field(self, office: Office) -> None:
        wrong = await faults(
            office.ada, "/access warehouse-write because me", duration="3h", ticket="yesterday"
        )
        assert set(wrong) == {"duration", "justification", "ticket"}


class TestARequest(Sharing):
    async def test_sent_it_says_where_it_was_typed_who_was_asked(self, office: Office) -> None:
        await ask(office)
        await told(office.ada, GENERAL, "Waiting for <@U02GRACE> or <@U03EDSGER>")

    async def test_a_refused_form_can_be_mended_and_sent(self, office: Office) -> None:
        view = await form(office.ada, f"/access warehouse because {WHY}")
        refused = await office.ada.submit(view, filled(view, duration="9h"))
        assert refused["errors"]
        assert await office.ada.submit(view, filled(view, duration="1h")) == {"ok": True}
        assert (await office.newest()).seconds == 3600
        assert await log_of(office, (await office.newest()).id) == [
            f"too-long by {office.ada.id}",
            "access.requested",
        ]


class TestARepeatedRequest:
    async def test_for_what_one_has_requested_already_says_so_before_it_is_sent(self, office: Office) -> None:
        await ask(office)
        assert "already requested this" in text_of(await form(office.ada, "/access warehouse"))
        await ask(office, f"/access sample 15m because {WHY}")
        assert "already have this" in text_of(await form(office.ada, "/access sample"))
        assert "already" not in text_of(await form(office.ada, "/access pii"))


class TestManyChoices:
    async def test_of_more_than_slack_can_show_the_search_says_how_many_there_are(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules()
        (bundle / "resources" / "many.yaml").write_text(MANY)
        async with open_office(bundle=bundle) as office:
            answer = await suggestions(office, office.ada.id, "")
            (group,) = answer["option_groups"]
            assert group["label"]["text"] == "The first 100 of 124: type to narrow them down"
            assert len(group["options"]) == 100
            narrowed = await suggestions(office, office.ada.id, "shelf-117")
            (first, *_) = narrowed.get("options") or narrowed["option_groups"][0]["options"]
            assert first["value"] == "shelf-117"


class TestConditions:
    async def test_one_that_does_not_hold_refuses_with_its_reason(self, open_office: OpenOffice) -> None:
        async with open_office(ahead=days_until(5)) as office:
            wrong = await faults(office.ada, f"/access warehouse-pii 20m because {LONG_WHY}")
            assert "on weekdays only" in wrong["entitlement"]
            assert await office.requests() == []

    async def test_the_window_says_so_beforehand(self, open_office: OpenOffice) -> None:
        async with open_office(ahead=days_until(6)) as office:
            assert "⚠ Personal data is looked at on weekdays only" in text_of(
                await form(office.ada, "/access warehouse-pii")
            )

    async def test_on_another_day_it_holds(self, open_office: OpenOffice) -> None:
        async with open_office(ahead=days_until(2)) as office:
            await ask(office, f"/access warehouse-pii 20m because {LONG_WHY}")

    async def test_one_that_forbids_asks_for_what_is_missing(self, open_office: OpenOffice) -> None:
        async with open_office(ahead=days_until(2)) as office:
            wrong = await faults(office.ada, f"/access warehouse-pii 45m because {LONG_WHY}")
            assert "needs a ticket" in wrong["entitlement"]
            await ask(office, f"/access warehouse-pii 45m because {LONG_WHY}", ticket="PRIV-7")


class TestWhoMayNotAsk(Sharing):
    async def test_anything_is_told_so_at_once_and_whom_to_turn_to(self, office: Office) -> None:
        view = await form(office.person(BARBARA))
        assert NOTHING_ELIGIBLE in text_of(view)
        assert f"<@{office.radia.id}>" in text_of(view)
        assert values_of(view) == {}

    async def test_asking_for_what_does_not_exist_is_refused(self, office: Office) -> None:
        view = await form(office.ada)
        option = {"text": {"type": "plain_text", "text": "Read"}, "value": "warehouses"}
        values = filled(view, justification=WHY)
        values["entitlement"] = {"entitlement": {"type": "external_select", "selected_option": option}}
        answer = await office.ada.submit(view, values)
        assert "Did you mean “warehouse”?" in answer["errors"]["entitlement"]


class TestWhoMayNotAskForSomething:
    async def test_is_told_for_whom_it_is_and_an_attempt_is_on_record(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        bundle = rules(
            ("resources/feature-warehouse.yaml", PII_RULE, f"      eligible: [data-owners]\n{PII_RULE}")
        )
        async with open_office(bundle=bundle, ahead=days_until(2)) as office:
            view = await form(office.ada, "/access pii 20m")
            assert "data-owners" in text_of(view)
            option = {"text": {"type": "plain_text", "text": "Read"}, "value": "warehouse-pii"}
            values = filled(view, justification=LONG_WHY)
            values["entitlement"] = {"entitlement": {"type": "external_select", "selected_option": option}}
            answer = await office.ada.submit(view, values)
            assert "data-owners" in answer["errors"]["entitlement"]
            assert await office.requests() == []
            codes = [leaf.facts["code"] for leaf in await office.log() if leaf.actor == office.ada.id]
            assert codes[0].startswith("not-eligible")


class TestPressingTwice(Sharing):
    async def test_makes_one_request(self, office: Office) -> None:
        await office.fault(redeliver=2)
        assert await submitted(office.ada, f"/access warehouse 1h because {WHY}") == {"ok": True}
        await office.quiet()
        assert len(await office.requests()) == 1
        assert len(await office.ada.messages(await office.ada.direct())) == 1
