"""The console's page of risk tiers: which counts for each service, why, and which counted before."""

from datetime import timedelta

import pytest
from starlette.requests import Request

from bot.web.console.templating import Show
from bot.web.console.tier_facts import tier_facts
from bot.web.console.tiers import MAX_CHANGES, service_tier, tier_changes
from tests.builders import MONDAY, world_of
from tests.documents.story import DocumentStory
from tests.people import ADA, GRACE
from tests.releases.story import SERVICE, Story
from tests.releases.test_answers import Kept
from tests.releases.test_tiers import answered
from tests.tiers import LOW, tiered_bundle
from tests.web.reader import words


@pytest.fixture(scope="module")
def tiered(tmp_path_factory):
    return world_of(tiered_bundle(tmp_path_factory.mktemp("tiered") / "bundle"))


def page(services) -> str:
    request = Request({"type": "http", "path": "/tiers", "headers": []})
    shown = Show(lambda: MONDAY, lambda: "Northwind").page(request, "tiers.html", services=services)
    return words(bytes(shown.body).decode())


def released(world, number: int, answers=None):
    """A release that was read with these answers."""
    story = Story(world)
    story.proposes(ADA)
    story.is_read(answers=answers)
    at = story.now.proposed_at + timedelta(days=number)
    return story.now.model_copy(update={"id": f"rel_{number:02}", "proposed_at": at})


async def test_says_which_tier_counts_why_and_until_when(tiered):
    answers = DocumentStory(tiered, clock=lambda: MONDAY, template="risk-questionnaire")
    terms = tiered.bundle.services[SERVICE]
    none = await service_tier(Kept(answers), terms, [], tiered.directory, MONDAY)
    assert "High: it has no approved answers to the risk questionnaire, so the highest counts" in page([none])

    answers.write(ADA, {**LOW, "people": "5000"})
    answers.submit(ADA)
    answers.approve(GRACE)
    told = page([await service_tier(Kept(answers), terms, [], tiered.directory, MONDAY)])
    assert "Ranking model Tier Moderate: approved answers to the risk questionnaire lead there" in told
    assert "Approved by Grace" in told
    assert "Due again 2026-08-29" in told
    assert "inputs.people > 1000" in told


def test_says_which_tiers_counted_before_the_newest_first(tiered):
    low = answered(tiered)
    found = [released(tiered, 1), released(tiered, 2, low), released(tiered, 3, low), released(tiered, 4)]
    changes = tier_changes(reversed(found))
    assert [(one.title, one.release) for one in changes] == [
        ("High", "rel_04"),
        ("Low", "rel_02"),
        ("High", "rel_01"),
    ]
    many = [released(tiered, n, low if n % 2 else None) for n in range(MAX_CHANGES + 3)]
    assert [one.release for one in tier_changes(many)] == [
        f"rel_{n:02}" for n in range(MAX_CHANGES + 2, 2, -1)
    ]


def test_stands_above_a_release_with_who_wrote_and_approved_the_answers(tiered):
    facts = {
        one.name: one.value for one in tier_facts(released(tiered, 1, answered(tiered)), tiered.directory)
    }
    assert facts["Tier"] == "Low: approved answers to the risk questionnaire lead there"
    assert (facts["Tier's answers by"], facts["Tier's answers approved by"]) == ("Radia", "Barbara")
    assert facts["Tier's answers due again"] == MONDAY - timedelta(hours=1) + timedelta(days=365)
    unread = Story(tiered)
    unread.proposes(ADA)
    assert tier_facts(unread.now, tiered.directory) == []
