"""What people type is text wherever it is drawn: it adds no style, link, mention, emoji, quotation or line."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.access import cards as access_cards
from bot.slack.access import details as access_details
from bot.slack.access import home as access_home
from bot.slack.access import modals as access_modals
from bot.slack.access import notifications as access_notes
from bot.slack.access import texts as access_texts
from bot.slack.access.credential_modal import failure_modal, minting_modal
from bot.slack.alarms import PRESENTER as ALARMS
from bot.slack.blocks import section
from bot.slack.context import notice_modal
from bot.slack.home import home
from bot.slack.incidents import cards as incident_cards
from bot.slack.incidents import home as incident_home
from bot.slack.incidents import notifications as incident_notes
from bot.slack.incidents.checklist import checklist
from bot.slack.incidents.checklist import whole as whole_checklist
from bot.slack.incidents.lists import list_text, standing_text
from bot.slack.message import Message
from bot.slack.mrkdwn import BAR, plain
from bot.slack.releases import cards as release_cards
from bot.slack.releases import home as release_home
from bot.slack.releases import notifications as release_notes
from bot.slack.releases import texts as release_texts
from tests.access.story import Story as AccessStory
from tests.incidents.desk import Desk
from tests.lanes import examples
from tests.people import ADA, GRACE, MARGARET
from tests.releases.story import Story as ReleaseStory
from workflows.access.state import Access
from workflows.incidents.state import FollowUp, Handover, Incident
from workflows.releases.state import Release
from workflows.system.alarms import Alarm
from workflows.workflow import State, World

TYPED = "Zq1"
"""Stands in these stories wherever somebody could have typed something."""
FRAGMENTS = (
    *(
        "*bold*",
        "_it_",
        "~no~",
        "`code`",
        "```block```",
        "<!channel>",
        "<@U02GRACE>",
        "<#C1>",
        "&lt;!here&gt;",
    ),
    *(
        "<https://evil.example|safe>",
        "https://evil.example/x",
        "evil.example",
        "mailto:a@b.example",
        "@here",
        "#general",
    ),
    *(
        ":white_check_mark:",
        ":x",
        "x:",
        ":",
        "> quote",
        "&",
        "\n",
        "\r\n",
        "\u2028",
        "\n> *Approved*",
        "• point",
        "1. one",
    ),
    *("\u202edesrever", "\u2066", "a", " ", "word", "*", "_", "é", "👩🏽‍🔬"),
)
HOSTILE = (
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8)
    .map("".join)
    .filter(lambda text: text.strip())
)
EVER = settings(max_examples=examples(20, 200), deadline=None)
S = TypeVar("S", bound=State)
Drawn = Message | View | list[Block] | str


def saying(state: S, text: str) -> S:
    """The state, with this typed wherever something was."""
    return type(state).model_validate(_replaced(json.loads(state.model_dump_json()), text))


def _replaced(node: Any, text: str) -> Any:
    if isinstance(node, dict):
        return {name: _replaced(value, text) for name, value in node.items()}
    if isinstance(node, list):
        return [_replaced(one, text) for one in node]
    return node.replace(TYPED, text) if isinstance(node, str) else node


def texts(drawn: Drawn) -> Iterator[dict[str, Any]]:
    """Every text object, the text for notifications as one of them."""
    if isinstance(drawn, str):
        drawn = [section(drawn)]
    if isinstance(drawn, Message):
        yield {"type": "mrkdwn", "text": drawn.text, "verbatim": True}
    blocks = [drawn.to_dict()] if isinstance(drawn, View) else [one.to_dict() for one in _blocks(drawn)]
    yield from _text_objects(blocks)


def _blocks(drawn: Any) -> list[Block]:
    return list(drawn.blocks if isinstance(drawn, Message) else drawn)


def _text_objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("type") in ("mrkdwn", "plain_text"):
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _text_objects(one)


def markup(text: str) -> dict[str, Any]:
    """What Slack would make more of than text (https://docs.slack.dev/messaging/formatting-message-text)."""
    return {
        "constructs": re.findall(r"<[^>]*>", text),
        "emoji": re.findall(r":[\w+'-]+:", text),
        "styles": re.findall(r"[*_~`](?!\u2060)", text),
        "addresses": re.findall(r"\w+://", text),
        "lines": len(text.splitlines()),
        "quotes": [line for line in text.splitlines() if line.startswith((">", "&gt;")) and line[:1] != ">"],
        "overrides": re.findall("[\u202a-\u202e\u2066-\u2069]", text),
    }


def assert_text_alone(benign: Drawn, hostile: Drawn) -> None:
    """Both are drawn alike but for the words that were typed."""
    before, after = list(texts(benign)), list(texts(hostile))
    assert [one["type"] for one in before] == [one["type"] for one in after]
    for one, other in zip(before, after, strict=True):
        if one["type"] == "mrkdwn":
            assert other["verbatim"] is True
            assert markup(other["text"]) == markup(one["text"])
        elif one["text"] != other["text"]:
            assert other["emoji"] is False
            assert not re.search("[<>\u202a-\u202e\u2066-\u2069\u2028\r]", other["text"])
            assert all(line.startswith(BAR.strip("\n")) for line in other["text"].split("\n")[1:])


@pytest.fixture(scope="session")
def accesses(world: World) -> list[Access]:
    """Pending, denied with a reason, active, and one whose credential can't be ended."""
    story = AccessStory(world)
    story.asks(ADA, why=f"{TYPED} to see why the churn model drifts")
    terms = story.now.terms.model_copy(update={"title": TYPED, "resource_title": TYPED})
    pending = story.now.model_copy(update={"terms": terms, "ticket": TYPED})
    story.state = pending
    story.approves(GRACE)
    story.gets_credentials(ADA)
    active = story.now
    credential = active.credentials[0].model_copy(update={"status": "ending", "trouble": TYPED})
    grant = active.grant.model_copy(update={"status": "ending"}) if active.grant else None
    ending = active.model_copy(update={"status": "ending", "credentials": (credential,), "grant": grant})
    return [pending, pending.model_copy(update={"status": "denied", "reason": TYPED}), active, ending]


@pytest.fixture(scope="session")
def releases(world: World) -> list[Release]:
    story = ReleaseStory(world)
    story.proposes(ADA, note=TYPED)
    story.is_read()
    terms = story.now.terms.model_copy(update={"title": TYPED, "rollback": TYPED})
    results = tuple(one.model_copy(update={"sentence": TYPED}) for one in story.now.results)
    pending = story.now.model_copy(
        update={"terms": terms, "results": results, "version": TYPED, "trouble": TYPED}
    )
    live = {"status": "live", "checks": results, "drifted": True, "found": TYPED, "reason": TYPED}
    return [pending, pending.model_copy(update=live)]


@pytest.fixture(scope="session")
def incidents(world: World) -> list[Incident]:
    desk = Desk(world)
    desk.declares(MARGARET, title=TYPED, playbook="stale-features")
    state = desk.now
    desk.close()
    offer = Handover(role="commander", to=ADA, by=GRACE, brief=TYPED, at=state.declared_at)
    steps = [
        one.model_copy(update={"trouble": TYPED, "note": TYPED, "reminded": True}) for one in state.steps
    ]
    steps[0] = steps[0].model_copy(update={"status": "done", "by": ADA})
    more = {
        "offers": (offer,),
        "steps": tuple(steps),
        "follow_ups": (FollowUp(id="1", what=TYPED, owner=ADA),),
        "summary": TYPED,
        "reason": TYPED,
        "room_trouble": TYPED,
        "uninvited": {ADA: TYPED},
    }
    return [
        state.model_copy(update=more),
        state.model_copy(update={**more, "status": "resolved", "channel": "C1"}),
    ]


def of_access(state: Access, world: World) -> Iterator[Drawn]:
    for role in ("requester", "approver", "alarm"):
        yield access_cards.card(state, role, world.directory)  # type: ignore[arg-type]
    for name in access_texts.NOTES:
        yield access_notes.note(state, name)
    yield list(access_home._waiting(state))
    yield list(access_home._mine(state, world.directory))
    yield access_details.whole(state, world.directory)
    yield access_modals.confirmation_modal(state)
    yield minting_modal(state)


def of_release(state: Release, world: World) -> Iterator[Drawn]:
    for role in ("requester", "approver"):
        yield release_cards.card(state, role, world.directory)  # type: ignore[arg-type]
    for name in release_texts.NOTES:
        yield release_notes.note(state, name)
    yield list(release_home._waiting(state))
    yield release_cards.whole(state, world.directory)


def of_incident(state: Incident, world: World) -> Iterator[Drawn]:
    yield incident_cards.card(state)
    yield incident_cards.announcement(state)
    yield incident_cards.whole(state)
    yield whole_checklist(state)
    steps = checklist(state)
    assert steps
    yield steps
    for name in incident_notes.SENTENCES:
        yield incident_notes.note(state, name)
    yield [section(standing_text(state))]
    yield list(incident_home._offered(state, state.offers[0]))
    yield list_text([state])


@EVER
@given(text=HOSTILE)
def test_on_everything_of_access(text: str, accesses: list[Access], world: World) -> None:
    for state in accesses:
        for pair in zip(of_access(state, world), of_access(saying(state, text), world), strict=True):
            assert_text_alone(*pair)


@EVER
@given(text=HOSTILE)
def test_on_everything_of_releases(text: str, releases: list[Release], world: World) -> None:
    for state in releases:
        for pair in zip(of_release(state, world), of_release(saying(state, text), world), strict=True):
            assert_text_alone(*pair)


@EVER
@given(text=HOSTILE)
def test_on_everything_of_incidents(text: str, incidents: list[Incident], world: World) -> None:
    for state in incidents:
        for pair in zip(of_incident(state, world), of_incident(saying(state, text), world), strict=True):
            assert_text_alone(*pair)


@EVER
@given(text=HOSTILE)
def test_in_notices_failures_and_warnings(text: str) -> None:
    one_line = " ".join(text.split())
    assert_text_alone(notice_modal(TYPED), notice_modal(one_line))
    assert_text_alone(failure_modal(TYPED), failure_modal(text))
    assert_text_alone(plain(TYPED), plain(text))
    assert_text_alone(home([], TYPED), home([], one_line))


@EVER
@given(text=HOSTILE)
def test_in_alarms(text: str, world: World) -> None:
    one_line = " ".join(text.split())
    for status in ("raised", "cleared"):
        pair = [
            next(iter(ALARMS.cards(_alarm(status, said), world, ()).values())) for said in (TYPED, one_line)
        ]
        assert_text_alone(*pair)


def _alarm(status: str, sentence: str) -> Alarm:
    return Alarm(
        id="alm_1", key="k", status=status, sentence=sentence, raised_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
