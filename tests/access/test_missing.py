"""What it means for a grant that Vault no longer has a credential of it."""

import pytest

from tests.access.story import SUBJECT, Story
from tests.people import ADA, GRACE
from workflows.access.commands import ReportMissing
from workflows.workflow import CLOCKWORK, Decision, NoChange


@pytest.fixture
def held(story: Story) -> Story:
    """A grant of an hour with one live credential."""
    story.asks(ADA)
    story.approves(GRACE)
    story.gets_credentials(ADA)
    story.minted("crd_1")
    return story


def missing(story: Story, id: str = "crd_1") -> Decision:
    return story.handle(ReportMissing(SUBJECT, id), CLOCKWORK)


def test_a_live_one_is_ended_and_the_grant_goes_on(held: Story) -> None:
    missing(held)
    assert held.actions[-2:] == ["credential-found-missing", "credential-end-started"]
    assert len(held.called_for("end")) == 1
    held.ended("crd_1")
    assert held.status == "active"
    held.gets_credentials(ADA)
    assert held.actions[-1] == "credential-requested"


def test_it_is_found_once(held: Story) -> None:
    missing(held)
    assert isinstance(missing(held), NoChange)


@pytest.mark.parametrize("how", ["given back", "ended", "unknown", "about to end", "minting"])
def test_one_that_ends_anyway_is_let_be(held: Story, how: str) -> None:
    match how:
        case "given back":
            held.gives_back(ADA)
        case "ended":
            held.gives_back(ADA)
            held.ended("crd_1")
        case "about to end":
            held.passes(minutes=59, seconds=1)
        case "minting":
            held.gets_credentials(ADA)
    id = {"unknown": "crd_9", "minting": "crd_2"}.get(how, "crd_1")
    assert isinstance(missing(held, id), NoChange)
