"""What was sent once and is sent again, freshly signed or not, is answered as any duplicate and has no second effect."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from bot.demo.actor import Json
from bot.demo.cast import ADA, GRACE, MARGARET
from bot.slack.access import cards as access_cards
from bot.slack.access import modals as access_modals
from bot.slack.access.break_glass import lines as break_glass_lines
from bot.slack.access.break_glass import listeners as break_glass_listeners
from bot.slack.button_values import About
from bot.slack.incidents import cards as incident_cards
from bot.slack.incidents import checklist
from bot.slack.incidents import modals as incident_modals
from bot.slack.releases import cards as release_cards
from bot.slack.releases import modals as release_modals
from tests.flow.deeds import ask
from tests.flow.office import GENERAL, Office
from tests.flow.test_home import home, published
from tests.flow.test_redrawn_cards import actions_of
from tests.flow.test_rejected_requests import knock, rejected, signature
from tests.slack.controls import carried
from workflows.incidents.state import GOING, KIND, Incident

TEAM = "T01NORTHWIND"
RELEASE = "rel_01KJ4M3Z00000000000000000A"
ULIDS = iter(f"01KJ4M3Z000000000000000{number:03d}" for number in range(100, 999))
COMMANDS = {
    "/access": ("", "help", "warehouse 1h because of x"),
    "/release": ("", "help", "ranking-model 2 because of x"),
    "/incident": (
        "",
        "help",
        "list",
        "figures",
        "note something",
        "sev1 it is down",
        "drill sev3 it would be down",
    ),
}
SUGGESTED = ("entitlement", "release.service", "release.version")
BUTTONS = {
    "acc": [
        *actions_of(access_cards),
        *actions_of(break_glass_lines),
        break_glass_lines.OFFER,
        access_modals.EXTEND_INSTEAD,
    ],
    "rel": actions_of(release_cards),
    "inc": [*actions_of(incident_cards), *actions_of(checklist)],
}
NEW = {"acc": access_modals.ASK, "rel": release_modals.PROPOSE, "inc": incident_modals.DECLARE}
MODALS = {"acc": access_modals, "rel": release_modals, "inc": incident_modals}
WINDOWS = {
    kind: [
        one
        for one in actions_of(module)
        if one not in (NEW[kind], access_modals.EXTEND_INSTEAD, access_modals.MORE)
    ]
    for kind, module in MODALS.items()
}
WINDOWS["acc"] += actions_of(break_glass_listeners)
TYPED = {
    "reason": {"type": "plain_text_input", "value": "because of x"},
    "justification": {"type": "plain_text_input", "value": "because the nightly job failed"},
    "duration:": {"type": "plain_text_input", "value": "1h"},
    "title": {"type": "plain_text_input", "value": "it is down"},
    "entitlement": {"type": "external_select", "selected_option": {"value": "warehouse"}},
    "severity": {"type": "static_select", "selected_option": {"value": "sev2"}},
    "role": {"type": "static_select", "selected_option": {"value": "commander"}},
    "playbook": {"type": "static_select", "selected_option": {"value": "model-regression"}},
    "service:": {"type": "external_select", "selected_option": {"value": "ranking-model"}},
    "what": {"type": "plain_text_input", "value": "look again"},
    "owner": {"type": "users_select", "selected_user": MARGARET},
    "due": {"type": "datepicker", "selected_date": "2030-01-31"},
}


def trigger() -> str:
    return f"1.2.{next(ULIDS)}"


def command(name: str, text: str) -> str:
    fields = {"command": name, "text": text, "user_id": GRACE, "team_id": TEAM, "channel_id": GENERAL}
    return urlencode({**fields, "trigger_id": trigger()})


def interaction(**payload: Any) -> str:
    whole = {"user": {"id": GRACE}, "team": {"id": TEAM}, "trigger_id": trigger(), **payload}
    return urlencode({"payload": json.dumps(whole)})


def button(view: Json, action: str, value: str) -> str:
    pressed = {"type": "button", "block_id": "b", "action_id": action, "value": value}
    container = {"type": "view", "view_id": view["id"]}
    return interaction(type="block_actions", container=container, view=view, actions=[pressed])


def window(callback: str, carried: str) -> str:
    values = {field: {field.rstrip(":"): held} for field, held in TYPED.items()}
    view = {"id": "V01", "type": "modal", "hash": "1.2", "callback_id": callback, "private_metadata": carried}
    blocks = [{"type": "input", "block_id": "role"}]
    return interaction(type="view_submission", view={**view, "state": {"values": values}, "blocks": blocks})


def suggestion(action: str) -> str:
    view = {"id": "V01", "type": "modal", "private_metadata": RELEASE, "state": {"values": {}}}
    return interaction(type="block_suggestion", action_id=action, block_id=action, value="w", view=view)


def event(**facts: Any) -> str:
    whole = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{next(ULIDS)}", "event": facts}
    return json.dumps(whole)


def everything(office: Office, subjects: dict[str, str]) -> Iterator[str]:
    """A body for every listener there is, and for each way through it; a button's as Grace's Home stands then."""
    yield from (command(name, text) for name, texts in COMMANDS.items() for text in texts)
    yield from map(suggestion, SUGGESTED)
    for kind, actions in BUTTONS.items():
        for action in actions:
            home_now = published(office, office.grace) or {}
            yield button(home_now, action, carried(action, subjects[kind]))
    for kind, callbacks in WINDOWS.items():
        yield from (window(one, carried(one, subjects[kind])) for one in callbacks)
    yield from (window(callback, f"{kind}_{next(ULIDS)}") for kind, callback in NEW.items())
    item = {"type": "message", "channel": GENERAL, "ts": "1.000001"}
    yield event(type="reaction_added", user=GRACE, reaction="pushpin", item=item)
    yield event(type="app_home_opened", user=GRACE, tab="home", channel="D02GRACE")


async def answered(office: Office, body: str) -> int:
    kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
    status, _ = await knock(office, body, {**signature(body), "Content-Type": kind})
    return status


async def deeds_of_grace(office: Office) -> list[str]:
    """All that the log holds of her."""
    return [f"{leaf.subject} {leaf.action}" for leaf in await office.log() if leaf.actor == GRACE]


def about(body: str) -> str:
    return body if body.startswith("{") else body.replace("%22", '"')


class TestEveryListener:
    async def test_answers_a_replay_as_any_duplicate_and_does_nothing_again(self, office: Office) -> None:
        asked = await ask(office)
        assert await answered(office, command("/incident", "sev2 the first of them")) == 200
        (incident,) = await office.daypass.reads.in_status(Incident, KIND, GOING)
        await home(office, office.grace, "→")
        await office.quiet()
        wrong: list[str] = []
        for body in everything(office, {"acc": asked.id, "rel": RELEASE, "inc": incident.id}):
            first, before = await answered(office, body), await deeds_of_grace(office)
            again, after = await answered(office, body), await deeds_of_grace(office)
            if (first, again) != (200, 200) or before != after:
                wrong.append(f"{first} {again} {after[len(before) :]} {about(body)[:400]}")
        assert wrong == []
        assert await rejected(office) == []

    async def test_of_a_declaration_counts_it_once_and_says_so(self, office: Office) -> None:
        body = command("/incident", "sev1 the ranking model is down")
        statuses = [await knock(office, body, signature(body)) for _ in range(3)]
        assert [status for status, _ in statuses] == [200, 200, 200]
        assert "Declared" in statuses[0][1]
        assert all("already declared" in text for _, text in statuses[1:])
        assert len(await office.daypass.reads.in_status(Incident, KIND, GOING)) == 1


class TestWhoeverHasTheSigningSecret:
    async def test_cannot_act_as_one_of_daypass_s_own(self, office: Office) -> None:
        asked = await ask(office)
        view = await home(office, office.ada, "Your access")
        pressed = button(view, access_cards.WITHDRAW, About(asked.id).value)
        for own in ("daypass:playbook", "daypass:operator", "machine:nightly-training"):
            body = pressed.replace(GRACE, own.replace(":", "%3A"))
            assert await answered(office, body) == 400
            assert await answered(office, command("/incident", "sev1 x").replace(GRACE, own)) == 400
        assert (await office.newest()).status == "pending"
        assert set(await rejected(office)) == {"unlike-slack"}
        assert {leaf.actor for leaf in await office.log() if leaf.subject == asked.id} == {ADA}

    async def test_cannot_press_a_card_s_button_in_a_window(self, office: Office) -> None:
        asked = await ask(office)
        view = {**await home(office, office.grace, "→"), "type": "modal"}
        state = await office.newest()
        body = button(view, access_cards.APPROVE, access_cards.shown(state).value)
        assert await answered(office, body) == 200
        assert (await office.newest()).status == "pending"
        assert (await deeds_of_grace(office)) == [f"{asked.id} access.refused"]

    async def test_cannot_send_what_nobody_can_read(self, office: Office) -> None:
        deep = "[" * 100_000
        for body in (
            "payload=x",
            "payload=[]",
            f"payload={deep}",
            "{",
            "[]",
            '{"event": 1}',
            "command=%00&user_id=U1",
        ):
            assert await answered(office, body) == 400, body[:40]
        assert set(await rejected(office)) == {"unlike-slack"}
