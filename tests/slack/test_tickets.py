"""What a card and Details say of a ticket: where it leads, and nothing that its words could do."""

import pytest

from bot.slack.access.details import facts_of
from bot.slack.access.status import terms_line, warning_lines
from bot.slack.access.tickets import ticket_link
from tests.access.story import SUBJECT, WHY, Story
from tests.people import ADA, GRACE
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import RequestAccess
from workflows.access.state import Access
from workflows.policy.tickets import TicketReading
from workflows.workflow import Actor, World

LINK = "https://northwind.atlassian.net/browse/OPS-12"


def request(world: World, link: str = LINK, title: str = "Backfill", said: str = "Doing") -> Access:
    story = Story(world)
    found = TicketReading(
        source="jira", status="open", key="OPS-12", project="OPS", said=said, link=link, title=title
    )
    story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, "OPS-12", ticket_found=found), Actor(ADA))
    return story.now


def test_the_card_leads_to_it(world: World) -> None:
    assert terms_line(request(world)).endswith(f"<{LINK}|OPS-12>")


def test_details_have_its_title_and_its_status_then(world: World) -> None:
    (fact,) = [one for one in facts_of(request(world)) if one.startswith("*Ticket*")]
    assert fact == f"*Ticket*\n<{LINK}|OPS-12> · “Backfill” · Doing when requested"


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "http://plain.example/1", "https://a.example/|x", "https://a.example/> *b*"],
)
def test_what_isn_t_an_address_isn_t_a_link(world: World, link: str) -> None:
    assert ticket_link(request(world, link)) == "OPS-12"


def test_its_words_format_nothing(world: World) -> None:
    hostile = "<!channel> *bold* <https://evil.example|here> :x:"
    text = "\n".join(facts_of(request(world, title=hostile, said=hostile)))
    assert "<!channel>" not in text
    assert "<https://evil" not in text
    assert "*bold*" not in text


def test_a_ticket_that_nobody_looked_up_is_what_was_typed(world: World) -> None:
    story = Story(world)
    story.asks(ADA, ticket="see *OPS-12*")
    assert "<http" not in terms_line(story.now)
    assert "OPS-12" in terms_line(story.now)


def test_break_glass_says_that_its_ticket_was_not_checked(world: World) -> None:
    story = Story(world)
    story.handle(TakeAccess(SUBJECT, "warehouse", 1_200, WHY, "OPS-12"), Actor(GRACE))
    away = TicketReading(source="jira", status="unreadable")
    state = story.now.model_copy(update={"ticket_found": away})
    assert any("ticket wasn't checked" in one for one in warning_lines(state, world.directory))
    assert "*Ticket*\nOPS-12 · not checked" in facts_of(state)


def test_the_card_says_since_when_it_can_t_be_seen(world: World) -> None:
    state = request(world)
    unseen = state.model_copy(update={"ticket_unseen_since": state.asked_at, "status": "active"})
    assert any("ticket can't be seen" in one for one in warning_lines(unseen, world.directory))
    over = unseen.model_copy(update={"status": "ended"})
    assert not any("ticket" in one for one in warning_lines(over, world.directory))
