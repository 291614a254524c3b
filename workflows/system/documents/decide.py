"""The rules of documents, as pure functions: written, submitted, decided by somebody else, expired."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import assert_never

from workflows.approval.approvers import deciders
from workflows.policy.accounts import behind
from workflows.policy.directory import NOBODY_ANSWERS
from workflows.policy.evaluation.assess import PEOPLE_RECORDED
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import enough_people
from workflows.policy.terms.documents import DocumentTerms
from workflows.policy.version_names import VERSION
from workflows.system.documents import refusals
from workflows.system.documents.commands import (
    DiscardDraft,
    DocumentCommand,
    ReviewDocument,
    SubmitDocument,
    WriteDocument,
)
from workflows.system.documents.decide_review import review
from workflows.system.documents.digest import document_digest
from workflows.system.documents.events import Discarded, Drafted, Expired, Revised, Submitted
from workflows.system.documents.evolve import evolve
from workflows.system.documents.state import OPEN, Document, document_id, write_content
from workflows.system.documents.terms import document_terms
from workflows.system.documents.values import MAX_CONTENT_CHARS, missing_sentence, read_values
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

MAX_DUE = timedelta(days=3_660)


def decide(
    state: Document | None, command: DocumentCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this document."""
    if isinstance(command, WriteDocument):
        return _write(state, command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case SubmitDocument():
            return _submit(state, command, actor, world, now)
        case ReviewDocument():
            return review(state, command, actor, world, now)
        case DiscardDraft():
            return _discard(state, actor, world, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def due(state: Document) -> datetime | None:
    """When its approved text expires, if it is still to be said."""
    return state.approved.expires_at if state.approved and not state.approved.over else None


def _write(
    state: Document | None, command: WriteDocument, actor: Actor, world: World, now: datetime
) -> Decision:
    terms = document_terms(world.bundle, command.template, command.service)
    if terms is None:
        missing_template = command.template not in world.bundle.templates
        return refusals.NO_TEMPLATE if missing_template else refusals.NO_SERVICE
    if refusal := _unfit(command, terms, actor, world, now) or _stale(state, command):
        return refusal
    reading = read_values(terms.template, command.values)
    if reading.problems:
        return refusals.invalid(reading.problems)
    content = write_content(reading.values)
    if len(content) > MAX_CONTENT_CHARS:
        return refusals.TOO_LONG
    open_draft = state is not None and state.status in OPEN
    if open_draft and state and _same(state, terms, content, command.due):
        return NoChange()
    number = 1 if state is None else state.number + (not open_draft)
    digest = document_digest(command.subject, command.version, number, terms, content, command.due)
    stands_behind = behind(actor.id, world.directory)
    if open_draft:
        return (
            Revised(
                terms=terms,
                content=content,
                digest=digest,
                author=actor.id,
                behind=stands_behind,
                due=command.due,
                at=now,
            ),
        )
    return (
        Drafted(
            id=command.subject,
            service=command.service,
            version=command.version,
            number=number,
            terms=terms,
            content=content,
            digest=digest,
            author=actor.id,
            behind=stands_behind,
            carried=_carried(state, reading.values),
            due=command.due,
            at=now,
        ),
    )


def _unfit(
    command: WriteDocument, terms: DocumentTerms, actor: Actor, world: World, now: datetime
) -> Refused | None:
    """Why this can't be written by this person, whatever it says."""
    if actor.is_machine and not behind(actor.id, world.directory):
        return Refused("no-owner", NOBODY_ANSWERS)
    if terms.template.about == "version" and not VERSION.fullmatch(command.version):
        return refusals.NO_VERSION
    if terms.template.about == "service" and command.version:
        return refusals.NO_VERSION_ASKED
    if command.subject != document_id(command.template, command.service, command.version):
        return refusals.OTHER_SUBJECT
    if not _writes(actor, terms, world):
        return refusals.NOT_A_WRITER
    return None if _is_ahead(command.due, now) else refusals.PAST_DUE


def _writes(actor: Actor, terms: DocumentTerms, world: World) -> bool:
    return bool(world.directory.groups_of(actor.id) & set(terms.writers))


def _is_ahead(due: date | None, now: datetime) -> bool:
    return due is None or now.astimezone(UTC).date() <= due <= (now + MAX_DUE).date()


def _stale(state: Document | None, command: WriteDocument) -> Refused | None:
    """Somebody else wrote meanwhile: nobody's text is lost unseen."""
    if command.base is None:
        return None
    return None if command.base == (state.digest if state else "") else refusals.STALE


def _same(state: Document, terms: DocumentTerms, content: str, due: date | None) -> bool:
    return (state.content, state.due) == (content, due) and state.terms.same_rules(terms)


def _carried(state: Document | None, values: Mapping[str, str]) -> tuple[str, ...]:
    """The authors of the approved text, as long as some of what they wrote is taken over."""
    if state is None or state.approved is None:
        return ()
    before = state.approved.values
    return state.approved.authors if any(before.get(name) == text for name, text in values.items()) else ()


def _submit(state: Document, command: SubmitDocument, actor: Actor, world: World, now: datetime) -> Decision:
    terms = document_terms(world.bundle, state.terms.template.name, state.service)
    if terms is None:
        return refusals.NO_TEMPLATE
    if not _writes(actor, terms, world):
        return refusals.NOT_A_WRITER
    if state.status == "pending" and command.digest == state.digest:
        return NoChange()
    if state.status not in OPEN:
        return refusals.NOTHING_WRITTEN
    if command.digest != state.digest:
        return refusals.STALE
    if terms.template.digest != state.terms.template.digest:
        return refusals.TEMPLATE_CHANGED
    if not _is_ahead(state.due, now):
        return refusals.PAST_DUE
    if missing := read_values(terms.template, state.values).missing:
        return refusals.incomplete(missing, missing_sentence(terms.template, missing))
    if not enough_people(
        terms.stages, with_manager(world.directory, state.requester), state.excluded(world.directory)
    ):
        return refusals.TOO_FEW_APPROVERS
    submitted = Submitted(
        by=actor.id,
        terms=terms,
        digest=document_digest(state.id, state.version, state.number, terms, state.content, state.due),
        deciders=(),
        at=now,
    )
    people = sorted(deciders(evolve(state, submitted), world.directory))
    return (submitted.model_copy(update={"deciders": tuple(people[:PEOPLE_RECORDED])}),)


def _discard(state: Document, actor: Actor, world: World, now: datetime) -> Decision:
    if not _writes(actor, state.terms, world) and actor.id not in state.excluded(world.directory):
        return refusals.NOT_A_WRITER
    return (Discarded(by=actor.id, at=now),) if state.status in OPEN else NoChange()


def _time_passed(state: Document, now: datetime) -> Decision:
    ends = due(state)
    if ends is None or now < ends or state.approved is None:
        return NoChange()
    return (Expired(number=state.approved.number, at=now),)
