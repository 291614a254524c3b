"""A static secret can't be taken back, so whatever Vault has ended, its grant ends when somebody has changed it (P7)."""

from pathlib import Path

import pytest

from tests.access.story import SUBJECT, Story
from tests.access.test_replay import changed, why
from tests.builders import changed_bundle, world_of
from tests.people import ADA, GRACE
from workflows.access.commands import ReportEnded
from workflows.access.views import handles_of
from workflows.ledger.outbox import OUTBOX
from workflows.workflow import NoChange

FILE = "resources/feature-warehouse.yaml"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Granted, read once, and over."""
    bundle = changed_bundle(
        tmp_path / "bundle",
        (FILE, "path: database/creds/warehouse-read", "path: kv/data/partner-key\n      static: true"),
        (FILE, "\n      target: warehouse", ""),
    )
    story = Story(world_of(bundle))
    story.asks(ADA, "warehouse")
    story.approves(GRACE)
    story.gets_credentials(ADA)
    return story


def ended(story: Story, *by: str) -> object:
    credential = story.now.credentials[0]
    return story.handle(ReportEnded(SUBJECT, credential.id, credential.accessor, by), OUTBOX)


def test_vault_alone_confirms_no_end(story: Story) -> None:
    story.minted("crd_1")
    story.passes(hours=2)
    assert story.now.status == "ending"
    assert isinstance(ended(story, "vault"), NoChange)
    assert story.now.status == "ending"
    ended(story, "change")
    assert story.now.status == "ended"


def test_nor_does_time_where_nobody_knows_whether_it_was_read(story: Story) -> None:
    story.not_minted("crd_1", lost=True)
    story.passes(hours=2)
    (lost,) = story.now.credentials
    assert (story.now.status, lost.valid_until) == ("ending", None)
    ended(story, "change")
    assert story.now.status == "ended"


def test_an_end_of_another_kind_could_not_have_happened(story: Story) -> None:
    story.minted("crd_1")
    story.passes(hours=2)
    ended(story, "change")
    told = story.logged.story()
    assert why(told) is None
    assert "nobody had changed" in str(why(changed(told, "credential-ended", confirmed_by=["vault"])))


def test_whoever_ends_it_knows_what_engine_it_is_of(story: Story) -> None:
    story.minted("crd_1")
    assert handles_of(story.now, story.now.credentials[0]).secrets_engine == "kv"
