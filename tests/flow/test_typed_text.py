"""What people type is shown as text, complete or visibly cut: nobody is paged, nothing is formatted."""

import html
import re

from bot.demo.actor import Actor, Json, text_of
from tests.flow.conftest import OpenOffice, Rules, Sharing
from tests.flow.deeds import (
    WHY,
    ask,
    card,
    faults,
    filled,
    form,
    give_reason,
    message,
    press,
    press_as_shown,
    said,
    window,
)
from tests.flow.office import APPROVALS, Office
from tests.flow.test_home import home
from workflows.text import REST

MARKUP = (
    "<!channel> <@U02GRACE> <https://evil.example|click> *bold* _it_ ~no~ `code` ```more``` & &amp; > quote"
)
RIGHT_TO_LEFT = "אני צריך גישה ‮desrever‬ لأن التقرير فارغ"
TEXTS = (
    MARKUP,
    "👩🏽‍🔬 the 🏭 stopped, :tada: is no emoji here " + "🧪" * 40,
    RIGHT_TO_LEFT,
    "first line\n\n> second\n• third\tand a tab",
    "x" * 500 + " " + "y" * 499,
    "Z̸̢a͓l̶g̴o̵ " * 20,
    "\"double\" 'single' \\ {{braces}} ${NAME} %s",
)
PING = re.compile(r"<(?:!(?!date)|@|#|https?:)[^>]*>")


def as_shown(typed: str) -> str:
    """Complete: further lines behind a bar, and what would turn the direction of reading made visible."""
    return re.sub("[\u202a-\u202e]", "�", "\n┊ ".join(typed.strip().splitlines()))


def pings(shown: Json) -> list[str]:
    """Mentions and links in a message's markup; what stands as plain text can't be any."""
    found: list[str] = PING.findall("\n".join(_markup(shown["blocks"])) + "\n" + shown["text"])
    return found


def _markup(node: object) -> list[str]:
    if isinstance(node, list):
        return [text for item in node for text in _markup(item)]
    if isinstance(node, dict):
        own = [str(node["text"])] if node.get("type") == "mrkdwn" else []
        return own + [text for value in node.values() for text in _markup(value)]
    return []


def typed_out(shown: Json) -> list[str]:
    """The plain texts of a message, as Slack shows them: entities read back, once."""
    return [
        html.unescape(block["text"]["text"])
        for block in shown["blocks"]
        if block["type"] == "section" and (block.get("text") or {}).get("type") == "plain_text"
    ]


async def details(person: Actor, channel: str, shown: Json) -> Json:
    """All of the request, as its card opens it."""
    await press_as_shown(person, channel, shown, "Details")
    view = await window(person, "policy ")
    await person.close(view)
    return view


class TestAJustification(Sharing):
    async def test_is_shown_in_full_as_text(self, office: Office) -> None:
        direct = await office.ada.direct()
        for why in TEXTS:
            asked = await ask(office, "/access warehouse 1h", justification=why)
            for person, channel in ((office.ada, direct), (office.grace, APPROVALS)):
                shown = await card(person, channel, asked.id)
                assert f"Why: {as_shown(why)}" in typed_out(await details(person, channel, shown))
            assert set(pings(shown)) <= {"<@U01ADA>", "<@U02GRACE>", "<@U03EDSGER>"}
        assert {call.error for call in office.calls} == {None}

    async def test_longer_than_the_rule_allows_is_refused_in_place(self, office: Office) -> None:
        for length in (2_000, 3_000):
            wrong = await faults(office.ada, "/access warehouse 1h", justification="x" * length)
            assert "at most 1000 characters" in wrong["justification"]

    async def test_with_what_no_text_holds_is_taken_with_a_visible_replacement(self, office: Office) -> None:
        for typed in ("the import \0 was cut", "half an emoji \ud83d here", "\ud83d" * 40):
            asked = await ask(office, "/access warehouse 1h", justification=typed)
            kept = asked.justification
            assert "\0" not in kept
            assert kept.encode()
            assert f"“{kept}”" in text_of(await card(office.grace, APPROVALS, asked.id))
        assert {call.error for call in office.calls} == {None}


class TestTheHomeTab:
    async def test_pages_nobody(self, office: Office) -> None:
        await ask(office, "/access warehouse 1h", justification=MARKUP)
        view = await home(office, office.grace, "→")
        assert set(PING.findall("\n".join(_markup(view["blocks"])))) == {"<@U01ADA>"}
        assert "&lt;!channel&gt;" in text_of(view)


class TestWhereTheRuleAllowsMore:
    async def test_what_fills_a_card_is_cut_visibly(self, open_office: OpenOffice, rules: Rules) -> None:
        bundle = rules(("environments.yaml", "max_length: 1000", "max_length: 2000"))
        async with open_office(bundle=bundle) as office:
            why = "begin " + "<&>" * 664
            asked = await ask(office, "/access warehouse 1h", justification=why)
            shown = await card(office.grace, APPROVALS, asked.id)
            view = await home(office, office.grace, "→")
            for said in (text_of(shown), text_of(view)):
                assert "begin &lt;&amp;&gt;" in said
                assert REST in said
            assert {call.error for call in office.calls} == {None}


class TestAReason(Sharing):
    async def test_of_a_thousand_characters_of_markup_is_shown_as_text(self, office: Office) -> None:
        reason = ("<!channel>&*" * 90)[:1_000]
        asked = await ask(office)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        assert await give_reason(office.grace, reason) == {"ok": True}
        direct = await office.ada.direct()
        shown = await card(office.ada, direct, asked.id, "Denied by")
        assert f"Reason: {reason}" in typed_out(await details(office.ada, direct, shown))
        assert set(pings(shown)) == {"<@U02GRACE>"}
        note = await message(office.ada, await office.ada.direct(), "denied your request")
        assert set(pings(note)) == {"<@U02GRACE>"}
        assert "… (cut here)" in said(note)
        await office.quiet()
        assert {call.error for call in office.calls} == {None}

    async def test_with_nul_and_half_a_character_is_taken(self, office: Office) -> None:
        asked = await ask(office)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        assert await give_reason(office.grace, "no \0 and \ud83d no") == {"ok": True}
        await card(office.ada, await office.ada.direct(), asked.id, "Reason: no")


class TestATicket(Sharing):
    async def test_of_markup_is_shown_as_text(self, office: Office) -> None:
        wrong = await faults(
            office.ada, "/access warehouse-write 30m because the import was cut short", ticket=MARKUP
        )
        assert "<!channel>" in wrong["ticket"]

    async def test_and_a_choice_of_nonsense_are_refused_in_place(self, office: Office) -> None:
        view = await form(office.ada)
        values = filled(view, justification=WHY)
        option = {"text": {"type": "plain_text", "text": "x"}, "value": MARKUP + "\0\ud83d"}
        values["entitlement"] = {"entitlement": {"type": "external_select", "selected_option": option}}
        answer = await office.ada.submit(view, values)
        assert "invalid characters" in answer["errors"]["entitlement"]


class TestACommand(Sharing):
    async def test_of_anything_opens_a_window(self, office: Office) -> None:
        for text in ("<!channel>", "x" * 4_000, f"warehouse 1h because {'y' * 4_000}", "🧪", "``` & <", "\0"):
            assert await form(office.ada, f"/access {text}")
        assert {call.error for call in office.calls} == {None}
