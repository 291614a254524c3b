"""What every source of evidence promises, on a real server of its. A new source needs a case here."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from integrations.egress import Reach
from integrations.evidence import EVIDENCE_SOURCES, OpenSource, SourceAddress, open_source
from tests.lab import Lab
from tests.releases.gates import NOW
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Evidence
from workflows.releases.performers import Moved, order_of

AWAY = "http://127.0.0.1:9"
CASES: dict[str, Callable[[Lab], SourceAddress]] = {"mlflow": lambda lab: SourceAddress("mlflow", lab.url)}
"""Where each source's server is in these tests. The lab's model and its versions are there."""
EVERY = pytest.mark.parametrize("name", CASES)


@dataclass(frozen=True)
class Opened:
    """A source over a lab, and a service whose model is the lab's."""

    source: OpenSource
    lab: Lab
    terms: ReleaseTerms

    async def read(self, version: str, live: str | None = None) -> Evidence:
        return await self.source.registry.read(order_of(self.terms, version, self.terms.gates, NOW()), live)

    async def digest(self, version: str) -> str:
        return (await self.source.registry.artifact(self.terms.model, version, NOW())).digest


@pytest.fixture
async def opened(name: str, lab: Lab, terms: ReleaseTerms) -> AsyncIterator[Opened]:
    async with open_source(CASES[name](lab), Reach(), NOW) as source:
        yield Opened(source, lab, terms)


def test_every_source_has_a_case() -> None:
    assert set(EVIDENCE_SOURCES) == set(CASES)


@EVERY
class TestEverySource:
    async def test_reads_a_version_that_is_there(self, opened: Opened) -> None:
        version = opened.lab.trained()
        candidate = (await opened.read(version)).candidate
        assert candidate and candidate.run and candidate.artifact
        assert (candidate.version, len(candidate.artifact.digest)) == (version, 64)
        assert candidate.authors

    async def test_makes_nothing_up_of_one_that_isn_t(self, opened: Opened) -> None:
        found = await opened.read("9999")
        assert (found.candidate, found.champion) == (None, None)
        with pytest.raises(Permanent):
            await opened.digest("9999")

    async def test_lists_versions_newest_first(self, opened: Opened) -> None:
        first, second = opened.lab.trained(), opened.lab.trained()
        assert await opened.source.registry.versions(opened.terms.model) == [second, first]
        assert await opened.source.registry.versions("no-such-model") == []

    async def test_knows_bytes_by_what_they_are_and_not_by_their_size(self, opened: Opened) -> None:
        version = opened.lab.trained()
        approved = await opened.digest(version)
        assert await opened.digest(version) == approved
        opened.lab.overwrite(version, "model/weights.bin")
        assert await opened.digest(version) != approved

    async def test_says_whether_it_asks_for_a_login(self, opened: Opened) -> None:
        assert await opened.source.registry.login() in ("required", "none", "unknown")

    async def test_moves_only_from_what_was_expected_and_reads_back(self, opened: Opened) -> None:
        first, second = opened.lab.trained(), opened.lab.trained()
        alias = opened.source.alias
        assert await alias.live(opened.terms) is None
        await alias.move(opened.terms, None, first)
        with pytest.raises(Moved):
            await alias.move(opened.terms, None, second)
        assert await alias.live(opened.terms) == first
        await alias.move(opened.terms, first, second)
        await alias.move(opened.terms, first, second)
        assert await alias.live(opened.terms) == second

    async def test_that_is_away_is_asked_again(self, name: str, terms: ReleaseTerms) -> None:
        async with open_source(SourceAddress(name, AWAY), Reach(), NOW) as source:
            for asking in (
                source.registry.versions(terms.model),
                source.registry.artifact(terms.model, "1", NOW()),
                source.alias.live(terms),
            ):
                with pytest.raises(Retryable):
                    await asking


async def test_without_a_source_each_question_is_answered_with_what_to_set_up(terms: ReleaseTerms) -> None:
    async with open_source(None, Reach(), NOW) as source:
        for asking in (source.registry.versions(terms.model), source.alias.live(terms)):
            with pytest.raises(Permanent, match="Ask an operator to set"):
                await asking
