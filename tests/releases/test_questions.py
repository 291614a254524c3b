"""Asking back about a release: whoever proposed it answers, and it holds up nothing."""

from tests.people import ADA, BARBARA, GRACE
from tests.releases.story import SUBJECT
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.workflow import Actor, Refused

WHY = "Why is it better?"


def asks(story, who):
    return story.handle(AskQuestion(SUBJECT, WHY), Actor(who))


def answers(story, who):
    return story.handle(AnswerQuestion(SUBJECT, "1", "It knows how fresh an item is."), Actor(who))


def code(decision):
    return decision.code if isinstance(decision, Refused) else None


def test_an_approver_asks_and_whoever_proposed_it_answers(story):
    story.proposes(ADA)
    story.is_read()
    assert [code(asks(story, one)) for one in (ADA, BARBARA)] == ["own-request", "not-an-approver"]
    asks(story, GRACE)
    assert code(answers(story, GRACE)) == "not-yours"
    answers(story, ADA)
    told = [(one.payload["person"], one.payload["note"]) for one in story.effects if one.kind == "tell"]
    assert told == [(ADA, "question-asked/1"), (GRACE, "question-answered/1")]
    story.approves(GRACE)
    assert story.status == "approved"
    assert story.logged.replayed().state == story.state


def test_decided_meanwhile_it_is_not_sent(story):
    story.proposes(ADA)
    story.is_read()
    asks(story, GRACE)
    story.approves(GRACE)
    assert code(answers(story, ADA)) == "decided"
    assert story.now.questions[0].answer is None
