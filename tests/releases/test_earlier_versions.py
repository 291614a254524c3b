"""A release is rolled back to any version that was live before, if its bytes are those that were approved then."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.slack.releases import rollback
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET
from tests.releases.conftest import SERVICE_FILE
from tests.releases.story import Story
from workflows.ledger.repository import Repository
from workflows.ports import Permanent
from workflows.releases.earlier import MAX_EARLIER, earlier_than, with_earlier
from workflows.releases.evidence import Artifact, EarlierLive
from workflows.releases.performers import _swapped
from workflows.releases.state import Release
from workflows.workflow import NoChange

ZERO = EarlierLive(
    version="0", digest="0" * 64, release="rel_00", by=ADA, since=datetime(2026, 1, 5, tzinfo=UTC)
)
OTHER = "b" * 64


@pytest.fixture
def long_lived(story: Story) -> Story:
    """A release that is live, of a service in which Daypass made version 0 live before version 1."""
    story.registry = replace(story.registry, earlier=(ZERO,))
    story.is_live(ADA, GRACE)
    return story


class TestRollingBackFurther:
    def test_makes_the_chosen_version_live_and_compares_its_bytes(self, long_lived: Story) -> None:
        assert long_lived.now.ways_back == ("1", "0")
        long_lived.rolls_back(GRACE, to="0")
        assert (long_lived.now.move.expected, long_lived.now.move.to) == ("2", "0")
        long_lived.moved()
        assert (long_lived.status, long_lived.now.ought_to_be_live) == ("rolled back", "0")
        assert long_lived.is_looked_at("0") == NoChange()
        long_lived.is_compared(ZERO.digest)
        assert long_lived.now.compared
        long_lived.is_looked_at("1")
        long_lived.restores(GRACE)
        assert long_lived.now.move.to == "0"

    def test_is_refused_to_what_was_never_live_by_daypass(self, long_lived: Story) -> None:
        assert long_lived.rolls_back(GRACE, to="7").code == "not-earlier"
        assert long_lived.rolls_back(GRACE, to="2").code == "not-earlier"
        assert long_lived.now.move is None

    def test_stops_where_its_bytes_can_t_be_read(self, long_lived: Story) -> None:
        long_lived.rolls_back(GRACE, to="0")
        long_lived.is_stopped("")
        assert (long_lived.status, long_lived.now.stopped_unread) == ("live", True)
        assert long_lived.logged.replayed().fault is None

    @pytest.mark.parametrize(
        ("to", "found", "stops"),
        [
            ("0", ZERO.digest, False),
            ("0", OTHER, True),
            ("0", "", True),
            ("1", OTHER, True),
            ("1", "", False),
        ],
    )
    async def test_moves_to_what_can_be_compared_alone(
        self, long_lived: Story, to: str, found: str, stops: bool
    ) -> None:
        """But the version right before needn't be readable: that way out stays open."""
        long_lived.rolls_back(GRACE, to=to)
        registries: Any = {"mlflow": Bytes(found)}
        swapped = await _swapped(registries, long_lived.now, to)
        assert (swapped is not None) == stops
        assert swapped is None or swapped.digest == found


class TestWhoRollsBack:
    def test_is_whom_the_policy_in_force_names(self, long_lived: Story, changed: Any) -> None:
        line = "authors:\n  sources"
        long_lived.world = changed((line, f"rolled_back_by: [incident-command]\n\n{line}"))
        for who in (ADA, GRACE, BARBARA):
            assert long_lived.rolls_back(who).code == "not-an-approver"
        long_lived.rolls_back(MARGARET)
        assert long_lived.status == "rolling back"

    def test_has_to_be_a_group_of_the_bundle(self, changed: Any) -> None:
        line = "authors:\n  sources"
        with pytest.raises(Exception, match="incident-comand"):
            changed((line, f"rolled_back_by: [incident-comand]\n\n{line}"), file=SERVICE_FILE)


class TestWhatWasLiveBefore:
    def test_goes_from_release_to_release(self, long_lived: Story) -> None:
        before = long_lived.now
        found = earlier_than(before, before.model_copy(update={"version": "3"}))
        assert [(one.version, one.digest) for one in found] == [("2", "a" * 64), ("0", ZERO.digest)]
        assert (found[0].release, found[0].by, found[0].since) == (before.id, ADA, before.live_at)

    def test_leaves_out_what_was_rolled_back_and_what_is_proposed_again(self, long_lived: Story) -> None:
        again = long_lived.now.model_copy(update={"version": "0"})
        assert [one.version for one in earlier_than(long_lived.now, again)] == ["2"]
        long_lived.rolls_back(GRACE)
        long_lived.moved()
        third = long_lived.now.model_copy(update={"version": "3"})
        assert [one.version for one in earlier_than(long_lived.now, third)] == ["0"]

    def test_is_bounded(self, long_lived: Story) -> None:
        many = tuple(ZERO.model_copy(update={"version": f"0.{n}"}) for n in range(50))
        crowded = long_lived.now.model_copy(update={"earlier": many})
        assert len(earlier_than(crowded, crowded)) == MAX_EARLIER

    async def test_is_read_with_the_first_evidence(self, long_lived: Story, story: Story) -> None:
        known, evidence = long_lived.now, story.registry.read()
        proposed = known.model_copy(update={"version": "3", "evidence": None, "id": "rel_02"})
        asked = evidence.model_copy(update={"live": "2", "live_digest": "", "earlier": ()})
        reads = cast("Repository", Standing([known]))
        found = await with_earlier({}, reads, proposed, asked)
        assert (found.live_digest, [one.version for one in found.earlier]) == ("a" * 64, ["2", "0"])
        assert known.evidence is not None
        assert found.before == known.evidence.candidate, "as it was approved"
        assert await with_earlier({}, reads, known, asked) == asked, "and once"
        registries: Any = {"mlflow": Bytes(OTHER)}
        unknown = await with_earlier(registries, cast("Repository", Standing([])), proposed, asked)
        assert (unknown.live_digest, unknown.earlier) == (OTHER, ())


class TestTheWindow:
    def test_offers_earlier_versions_with_the_one_before_chosen(self, long_lived: Story) -> None:
        view = rollback.rollback_modal(long_lived.now, "carried").to_dict()
        (versions, reason, _) = view["blocks"]
        values = [one["value"] for one in versions["element"]["options"]]
        assert (values, versions["element"]["initial_option"]["value"]) == (["1", "0"], "1")
        assert reason["element"]["action_id"] == "reason"

    def test_asks_for_the_reason_alone_where_there_is_no_choice(self, live: Story) -> None:
        (reason,) = rollback.rollback_modal(live.now, "carried").to_dict()["blocks"]
        assert reason["block_id"] == "reason"

    def test_says_what_is_wrong_under_the_version(self, long_lived: Story) -> None:
        view = {"state": {"values": {rollback.VERSION: {}}}}
        refusal = long_lived.rolls_back(EDSGER, to="7")
        assert set(rollback.errors_of(refusal, view)) == {rollback.VERSION}


class Bytes:
    """A registry whose every version has this digest; none that can be read if it is empty."""

    def __init__(self, digest: str) -> None:
        self._digest = digest

    async def artifact(self, *asked: object) -> Artifact:
        if not self._digest:
            raise Permanent("It is gone.")
        return Artifact(files=(), count=1, size=1, digest=self._digest)


class Standing:
    """Releases that stand."""

    def __init__(self, releases: list[Release]) -> None:
        self._releases = releases

    async def in_status(self, *asked: object) -> list[Release]:
        return self._releases
