"""Asking back: an approver's question reaches the requester and their answer the approver; nothing waits for it."""

from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, Story
from tests.people import ADA, EDSGER, GRACE, MARGARET
from workflows import access
from workflows.approval.questions import MAX_CHARS, MAX_QUESTIONS, AnswerQuestion, AskQuestion
from workflows.audit.replay import replay
from workflows.workflow import Actor, Decision, NoChange, Refused

WHICH = "Which tables do you need?"
CHURN = "The churn tables."


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


def asks(story: Story, who: str, question: str = WHICH) -> Decision:
    return story.handle(AskQuestion(SUBJECT, question), Actor(who))


def answers(story: Story, who: str, number: str = "1", answer: str = CHURN) -> Decision:
    return story.handle(AnswerQuestion(SUBJECT, number, answer), Actor(who))


@pytest.fixture
def asked(story: Story) -> Story:
    story.asks(ADA)
    return story


def test_a_question_reaches_the_requester_and_the_answer_whoever_asked(asked: Story) -> None:
    due = asked.due
    asks(asked, GRACE)
    assert asked.told[-1] == (ADA, "question-asked/1")
    assert (asked.status, asked.due) == ("pending", due)
    answers(asked, ADA)
    assert asked.told[-1] == (GRACE, "question-answered/1")
    (question,) = asked.now.questions
    assert (question.by, question.question, question.answer) == (GRACE, WHICH, CHURN)
    assert {"question-asked", "question-answered"} <= {*asked.actions}


def test_it_changes_nothing_that_is_approved(asked: Story) -> None:
    card = asked.card
    asks(asked, GRACE)
    answers(asked, ADA)
    asked.approves(EDSGER, card)
    assert asked.status == "active"


def test_the_log_tells_it_with_and_without_what_was_typed(asked: Story) -> None:
    asks(asked, GRACE)
    asks(asked, EDSGER, "Until when?")
    answers(asked, ADA, "2", "Until noon.")
    told = asked.logged.story()
    assert asked.logged.replayed().state == asked.state
    bare = replay(access.WORKFLOW, [(leaf, {}) for leaf, _ in told])
    assert bare.fault is None
    fault = replay(access.WORKFLOW, told[:1] + told[2:]).fault
    assert fault


def test_only_approvers_ask_and_only_the_requester_answers(asked: Story) -> None:
    assert [code(asks(asked, one)) for one in (ADA, MARGARET)] == ["own-request", "not-an-approver"]
    asks(asked, GRACE)
    assert [code(answers(asked, one)) for one in (GRACE, EDSGER)] == ["not-yours"] * 2
    assert code(asks(asked, "machine:nightly")) == "machine"


def test_decided_meanwhile_it_is_said_and_not_sent(asked: Story) -> None:
    asks(asked, GRACE)
    asked.approves(EDSGER)
    for decision in (asks(asked, GRACE, "And why?"), answers(asked, ADA)):
        assert isinstance(decision, Refused)
        assert decision.code == "decided"
        assert "already active" in decision.sentence
    assert asked.now.questions[0].answer is None


def test_after_it_has_expired_it_is_not_sent(asked: Story) -> None:
    asked.clock.at = asked.now.lapses_at + timedelta(seconds=1)
    assert code(asks(asked, GRACE)) == "lapsed"


def test_sent_twice_it_counts_once(asked: Story) -> None:
    asks(asked, GRACE)
    assert asks(asked, GRACE) == NoChange()
    answers(asked, ADA)
    assert answers(asked, ADA) == NoChange()
    assert code(answers(asked, ADA, answer="Something else.")) == "answered"


@pytest.mark.parametrize(
    ("text", "refused"),
    [("  ", "empty"), ("x" * (MAX_CHARS + 1), "too-long"), ("half \ud800", "unreadable")],
)
def test_what_cannot_be_kept_is_refused(asked: Story, text: str, refused: str) -> None:
    assert code(asks(asked, GRACE, text)) == refused
    asks(asked, GRACE)
    assert code(answers(asked, ADA, answer=text)) == refused


def test_there_are_only_so_many(asked: Story) -> None:
    for number in range(MAX_QUESTIONS):
        asks(asked, GRACE, f"{number}?")
    assert code(asks(asked, GRACE, "One more?")) == "too-many"
    assert code(answers(asked, ADA, "21")) == "unknown"
