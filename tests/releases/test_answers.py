"""The answers to a risk questionnaire, from the document that people write and approve to the tier that counts."""

import pytest

from tests.builders import Clock, world_of
from tests.documents.story import SERVICE, DocumentStory
from tests.people import ADA, EDSGER, GRACE
from tests.tiers import HIGH, LOW, MODERATE, asked_otherwise, tiered_bundle
from workflows.releases.answers import with_answers
from workflows.releases.evidence import Evidence
from workflows.releases.tiers import standing_of
from workflows.system.documents.state import Document

NOTHING = Evidence(candidate=None, live=None)


class Kept:
    """The one document that there is."""

    def __init__(self, document: DocumentStory) -> None:
        self.document = document

    async def find(self, kind: type[Document], subject: str) -> Document | None:
        assert kind is Document
        return self.document.state if subject == self.document.subject else None


@pytest.fixture(scope="module")
def tiered(tmp_path_factory):
    return world_of(tiered_bundle(tmp_path_factory.mktemp("tiered") / "bundle"))


@pytest.fixture
def answers(tiered) -> DocumentStory:
    return DocumentStory(tiered, Clock(), template="risk-questionnaire")


async def counts(answers: DocumentStory, *authors: str) -> tuple[str, str]:
    """The tier that counts for a release of these authors, and why."""
    terms = answers.world.bundle.services[SERVICE]
    evidence = await with_answers(Kept(answers), terms, NOTHING)
    excluded = answers.world.directory.all_who_may_be(authors)
    found = standing_of(terms.tiering, evidence, excluded, answers.world.directory, answers.clock())
    return found.tier, found.why


async def test_answers_are_written_approved_raised_at_once_and_lowered_by_approval(answers):
    assert await counts(answers, ADA) == ("high", "none")
    answers.write(ADA, LOW)
    assert await counts(answers, ADA) == ("high", "none"), "a draft lowers nothing"
    answers.submit(ADA)
    answers.approve(ADA)
    assert await counts(answers, ADA) == ("high", "none"), "nor does its author"
    answers.approve(GRACE)
    assert await counts(answers, ADA) == ("low", "approved")
    assert await counts(answers, GRACE) == ("high", "own")

    answers.write(EDSGER, HIGH)
    assert await counts(answers, ADA) == ("high", "draft"), "what leads higher counts at once"
    answers.submit(EDSGER)
    assert await counts(answers, ADA) == ("high", "draft")
    answers.send_back(GRACE)
    assert await counts(answers, ADA) == ("high", "draft")
    answers.write(EDSGER, {"audience": "company"})
    assert await counts(answers, ADA) == ("moderate", "draft"), "and as far as it is answered"
    answers.discard(EDSGER)
    assert await counts(answers, ADA) == ("low", "approved")

    answers.write(ADA, MODERATE)
    answers.submit(ADA)
    answers.approve(GRACE)
    assert await counts(answers, ADA) == ("moderate", "approved")
    answers.clock.forward(days=180)
    assert await counts(answers, ADA) == ("high", "overdue")


async def test_answers_to_an_older_questionnaire_dont_count(answers, tmp_path):
    answers.write(ADA, LOW)
    answers.submit(ADA)
    answers.approve(GRACE)
    questionnaire = asked_otherwise("Decides about people", "Decides about persons")
    answers.world = world_of(tiered_bundle(tmp_path / "bundle", questionnaire=questionnaire))
    assert await counts(answers, ADA) == ("high", "older")
    answers.write(ADA, LOW)
    answers.submit(ADA)
    answers.approve(GRACE)
    assert await counts(answers, ADA) == ("low", "approved")


async def test_answers_count_no_longer_than_the_document_does(answers):
    answers.write(ADA, LOW, due=answers.clock().date())
    answers.submit(ADA)
    answers.approve(GRACE)
    assert await counts(answers, ADA) == ("low", "approved")
    answers.clock.forward(days=1)
    assert await counts(answers, ADA) == ("high", "overdue")


async def test_only_answers_to_questions_are_copied_to_a_release(answers):
    answers.write(ADA, {**LOW, "explanation": "Ada wrote this about Grace."})
    answers.submit(ADA)
    answers.approve(GRACE)
    found = await with_answers(Kept(answers), answers.world.bundle.services[SERVICE], NOTHING)
    assert found.approved_answers.values == LOW


async def test_a_service_without_tiers_has_no_answers(answers):
    answers.write(ADA, LOW)
    terms = answers.world.bundle.services[SERVICE].model_copy(update={"tiering": None})
    assert await with_answers(Kept(answers), terms, NOTHING) is NOTHING
