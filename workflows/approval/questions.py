"""Asking back: an approver asks the requester, who answers. It decides nothing, and what waits goes on waiting.

What is asked and answered is kept in the subject's story. No digest has it: an answer changes nothing that was approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from workflows.approval.approvers import deciders
from workflows.approval.recorded import recorded_seat, seat_groups_of
from workflows.approval.refusal import MACHINES_ASK, Wording
from workflows.approval.staged import UNDECIDED, Staged
from workflows.ports import Directory
from workflows.workflow import (
    Actor,
    Command,
    Decision,
    Effect,
    Event,
    NoChange,
    Part,
    Refused,
    draw,
    tell,
    unmet,
)

MAX_QUESTIONS = 20
"""About one subject."""
MAX_CHARS = 1_000
"""Of a question, and of an answer."""


class Question(Part):
    """One question, with its answer once there is one. They are numbered from 1."""

    number: str
    by: str
    question: str | None
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class AskQuestion(Command):
    """An approver asks the requester."""

    question: str


@dataclass(frozen=True)
class AnswerQuestion(Command):
    """The requester answers the question of this number."""

    number: str
    answer: str


class QuestionAsked(Event):
    """An approver asked the requester something."""

    action = "question-asked"
    texts = frozenset({"question"})
    number: str
    by: str
    question: str
    at: datetime
    seen: dict[str, JsonValue]
    """The groups of whoever asked."""


class QuestionAnswered(Event):
    """The requester answered."""

    action = "question-answered"
    texts = frozenset({"answer"})
    number: str
    by: str
    asked_by: str
    answer: str
    at: datetime


class Questioned(Staged, Protocol):
    """What is decided in stages, with what was asked about it."""

    @property
    def questions(self) -> Sequence[Question]: ...


def decide_question(
    state: Questioned,
    command: AskQuestion | AnswerQuestion,
    actor: Actor,
    directory: Directory,
    now: datetime,
    say: Wording,
) -> Decision:
    """What asking or answering means here and now."""
    if isinstance(command, AskQuestion):
        return _ask(state, command, actor, directory, now, say)
    return _answer(state, command, actor, directory, now, say)


def _ask(
    state: Questioned, command: AskQuestion, actor: Actor, directory: Directory, now: datetime, say: Wording
) -> Decision:
    """An approver asks, while it is still to be decided."""
    question = command.question.strip()
    if actor.is_machine:
        return Refused("machine", MACHINES_ASK)
    if actor.id in state.excluded(directory):
        return Refused("own-request", f"You can't ask about your own {say.what}. Its approvers can.")
    if actor.id not in deciders(state, directory) and state.status in UNDECIDED:
        return Refused("not-an-approver", f"Only approvers can ask about this {say.what}.")
    if refusal := _too_late(state, now, say, "question"):
        return refusal
    if any((one.by, one.question, one.answered_at) == (actor.id, question, None) for one in state.questions):
        return NoChange()
    if refusal := _unusable("question", question):
        return refusal
    if len(state.questions) >= MAX_QUESTIONS:
        sentence = f"This {say.what} already has {MAX_QUESTIONS} questions. Talk to the requester directly."
        return Refused("too-many", sentence)
    return (
        QuestionAsked(
            number=str(len(state.questions) + 1),
            by=actor.id,
            question=question,
            at=now,
            seen={"reviewer_groups": seat_groups_of(state, actor.id, directory)},
        ),
    )


def _answer(
    state: Questioned,
    command: AnswerQuestion,
    actor: Actor,
    directory: Directory,
    now: datetime,
    say: Wording,
) -> Decision:
    """The requester answers once, while it is still to be decided."""
    if actor.id not in directory.accounts_of(state.requester):
        return Refused("not-yours", f"Only the requester can answer questions about this {say.what}.")
    asked = question_of(state, command.number)
    if asked is None:
        return Refused("unknown", "That question wasn't found.")
    answer = command.answer.strip()
    if asked.answered_at and asked.answer == answer:
        return NoChange()
    if asked.answered_at:
        return Refused("answered", "This question has an answer already, and it stays as it is.")
    if refusal := _too_late(state, now, say, "answer") or _unusable("answer", answer):
        return refusal
    return (QuestionAnswered(number=asked.number, by=actor.id, asked_by=asked.by, answer=answer, at=now),)


def question_of(state: Questioned, number: str) -> Question | None:
    """The question of this number."""
    return next((one for one in state.questions if one.number == number), None)


def unanswered(state: Questioned) -> list[Question]:
    """What still waits for an answer; nothing once it is decided."""
    undecided = state.status in UNDECIDED
    return [one for one in state.questions if undecided and one.answered_at is None]


def with_question(
    questions: Sequence[Question], event: QuestionAsked | QuestionAnswered
) -> tuple[Question, ...]:
    """The questions after the event."""
    if isinstance(event, QuestionAsked):
        return (*questions, Question(number=event.number, by=event.by, question=event.question, at=event.at))
    update = {"answer": event.answer, "answered_at": event.at}
    return tuple(one.model_copy(update=update) if one.number == event.number else one for one in questions)


def question_effects(state: Questioned, event: QuestionAsked | QuestionAnswered) -> tuple[Effect, ...]:
    """The other one hears of it directly; cards are drawn with it."""
    person = state.requester if isinstance(event, QuestionAsked) else event.asked_by
    return (draw(state.id), tell(state.id, person, f"{event.action}/{event.number}"))


def impossible_question(state: Questioned, event: QuestionAsked, actor: Actor, at: datetime) -> str | None:
    """Why this could not have been asked then; None if it could."""
    return unmet(
        (state.status in UNDECIDED, f"it was {state.status} already"),
        (actor.id == event.by and not actor.is_machine, "someone else asked the question"),
        (event.by != state.requester, f"{event.by} asked about their own request"),
        (event.number == str(len(state.questions) + 1), "its number isn't the next one"),
        (len(state.questions) < MAX_QUESTIONS, "there were too many questions already"),
        (at < state.lapses_at, "it had expired by then"),
        (
            recorded_seat(state.terms.stages, event.by, event.seen, state.escalated),
            f"{event.by} was not among its approvers",
        ),
    )


def impossible_answer(state: Questioned, event: QuestionAnswered, actor: Actor, at: datetime) -> str | None:
    """Why this could not have been answered then; None if it could."""
    asked = question_of(state, event.number)
    return unmet(
        (state.status in UNDECIDED, f"it was {state.status} already"),
        (asked is not None, "nobody had asked"),
        (asked is None or asked.answered_at is None, "it had been answered before"),
        (asked is None or asked.by == event.asked_by, "someone else had asked"),
        (actor.id == event.by and event.by != event.asked_by, "someone else than the requester answered"),
        (at < state.lapses_at, "it had expired by then"),
    )


def _too_late(state: Questioned, now: datetime, say: Wording, what: str) -> Refused | None:
    if state.status not in UNDECIDED:
        sentence = f"This {say.what} is already {say.status or state.status}, so your {what} wasn't sent."
        return Refused("decided", sentence)
    return say.lapsed if now >= state.lapses_at else None


def _unusable(what: str, text: str) -> Refused | None:
    if not text:
        return Refused("empty", f"Write your {what} first.")
    if len(text) > MAX_CHARS:
        return Refused("too-long", f"Keep your {what} under {MAX_CHARS} characters. You have {len(text)}.")
    return None
