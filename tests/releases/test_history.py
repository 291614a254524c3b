"""What was live when, by which release, and what changed between two of them."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.slack.releases import cards
from bot.web.console.summaries import summarise
from bot.web.console.templating import Show
from tests.people import ADA, GRACE
from tests.releases.story import Story
from workflows.ledger.repository import Repository
from workflows.ports import Person
from workflows.queries.release_history import MAX_READS, RELEASES_READ, live_history, periods_of
from workflows.queries.visibility import Viewer
from workflows.releases.changes import changed_releases, changed_since_live
from workflows.releases.state import Release


@pytest.fixture
def first(story: Story) -> Release:
    """Version 2, which is live."""
    story.is_live(ADA, GRACE)
    return story.now


@pytest.fixture
def second(first: Release, story: Story) -> Release:
    """A release of version 3, half a day later, that knows version 2 as it was approved."""
    assert first.evidence is not None and first.evidence.candidate is not None and first.live_at is not None
    known = first.evidence.candidate
    other = Story(story.world, replace(story.registry, live="1", ndcg=("0.93",), sections=("Intended use",)))
    other.proposes(ADA)
    other.is_read()
    made = other.now.model_copy(update={"id": "rel_02", "version": "3", "replaces": "2", "before": known})
    return made.model_copy(update={"live_at": first.live_at.replace(hour=22), "status": "live"})


class TestWhatWasLive:
    def test_lasts_until_the_next_release_or_still(self, first: Release, second: Release) -> None:
        found = periods_of([first, second], None)
        assert [(one.version, one.since, one.until) for one in found] == [
            ("3", second.live_at, None),
            ("2", first.live_at, second.live_at),
        ]

    def test_ends_with_a_rollback_which_begins_another(self, story: Story, first: Release) -> None:
        story.clock.forward(hours=1)
        story.rolls_back(GRACE)
        story.moved()
        back, live = periods_of([story.now], None)
        assert (back.version, back.rolled_back, back.since) == ("1", True, story.now.rolled_back_at)
        assert (live.version, live.until, story.now.rollback_by) == ("2", back.since, GRACE)

    async def test_is_read_a_page_at_a_time_and_only_what_is_theirs(
        self, first: Release, second: Release
    ) -> None:
        reads = Pages([second, first])

        async def sees(release: Release) -> bool:
            return release.id != "rel_02"

        service = first.terms.service
        found = await live_history(cast("Repository", reads), sees, service, None, 1)
        assert (found.periods, found.next) == ((), "rel_02")
        found = await live_history(cast("Repository", reads), sees, service, found.next, 1)
        assert [(one.version, one.until) for one in found.periods] == [("2", second.live_at)]
        assert found.next is None
        assert (await live_history(cast("Repository", reads), sees, "other", None, 5)).periods == ()

    async def test_is_given_up_short_where_others_are_very_many(self, first: Release) -> None:
        class Endless(Pages):
            async def page(self, *asked: Any) -> list[Release]:
                self.pages += 1
                return [first] * RELEASES_READ

        reads = Endless([])

        async def sees(release: Release) -> bool:
            return True

        found = await live_history(cast("Repository", reads), sees, "other", None, 5)
        assert (reads.pages, found.periods, found.next) == (MAX_READS, (), first.id)

    def test_is_a_page_with_who_and_on_what_evidence(
        self, first: Release, second: Release, story: Story
    ) -> None:
        story.rolls_back(GRACE)
        story.moved()
        periods, grace = periods_of([story.now, second], None), story.world.directory.name_of(GRACE)
        page = Show(story.clock, lambda: "Northwind").page(
            cast("Any", SimpleNamespace(url=SimpleNamespace(path="/services/ranking-model/history"))),
            "history.html",
            by=cast(
                "Any", SimpleNamespace(reader=Viewer(ADA, "member"), person=Person(ADA, "Ada"), csrf="c")
            ),
            title="Ranking model",
            periods=[(one, changed_since_live(one.release)) for one in periods],
            name_of=story.world.directory.name_of,
            following="/services/ranking-model/history?before=rel_02",
            first=None,
        )
        said = " ".join(re.sub(r"<[^>]+>", "", bytes(page.body).decode()).split())
        for words in (
            "Version 3 (still live)",
            "Version 1",
            f"{grace} rolled back version 2",
            f"approved by {grace}",
            "quality passed (0.9)",
            "metric ndcg: 0.9 → 0.93 (+0.03)",
            "Earlier",
        ):
            assert words in said, words


class TestWhatChanged:
    def test_is_said_of_metrics_with_the_difference_card_and_gates(
        self, first: Release, second: Release
    ) -> None:
        found = {one.what: (one.before, one.after, one.by) for one in changed_releases(first, second)}
        assert found["metric ndcg"] == ("0.9", "0.93", "+0.03")
        assert found["model card"] == ("Intended use, Data, Limitations", "Intended use", "")
        assert found["check card"] == ("passed", "failed", "")
        assert "authors" not in found and "artifact" not in found

    def test_says_of_other_bytes_authors_and_rules(self, first: Release, second: Release) -> None:
        assert second.evidence is not None and second.evidence.candidate is not None
        candidate = second.evidence.candidate
        assert candidate.artifact is not None
        bytes_of = candidate.artifact.model_copy(update={"digest": "b" * 64, "size": 12})
        other = candidate.model_copy(update={"artifact": bytes_of, "authors": ()})
        evidence = second.evidence.model_copy(update={"candidate": other})
        terms = second.terms.model_copy(update={"digest": "f" * 64})
        changed = second.model_copy(update={"evidence": evidence, "terms": terms})
        found = {one.what: (one.before, one.after) for one in changed_releases(first, changed)}
        assert found["artifact"] == ("a" * 12, "b" * 12)
        assert found["size in bytes"] == ("9", "12")
        assert found["authors"] == ("ada@northwind.example", "nothing")
        assert found["policy"][1] == "f" * 12

    def test_makes_no_number_of_what_is_none(self, first: Release, story: Story) -> None:
        other = Story(story.world, replace(story.registry, live="1", ndcg=("NaN",)))
        other.proposes(ADA)
        other.is_read()
        found = {one.what: (one.after, one.by) for one in changed_releases(first, other.now)}
        assert found["metric ndcg"] == ("NaN", "")

    def test_stands_on_details_and_in_the_console(self, second: Release, story: Story) -> None:
        said = str([block.to_dict() for block in cards.whole(second, story.world.directory)])
        assert "Changed since version 2" in said and "metric ndcg: 0.9 → 0.93 (+0.03)" in said
        facts = {one.name: one for one in summarise(second, story.world.directory).facts}
        assert facts["Changed: metric ndcg"].value == "0.9 → 0.93 (+0.03)"
        assert facts["Service"].page == "/services/ranking-model/history"

    def test_is_not_made_up_where_nothing_is_known(self, first: Release) -> None:
        assert changed_since_live(first) == ()


class Pages:
    """Releases, the newest first."""

    def __init__(self, releases: list[Release]) -> None:
        self._releases, self.pages = releases, 0

    async def page(
        self, kind: Any, prefix: str, statuses: Any, before: str | None, limit: int
    ) -> list[Release]:
        return [one for one in self._releases if before is None or one.id < before]

    async def find(self, kind: Any, subject: str) -> Release | None:
        return next((one for one in self._releases if one.id == subject), None)
