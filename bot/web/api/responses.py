"""Responses made of states, events and proofs. Times are UTC, ids as in the log."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from bot.web.api.audit_schemas import Checkpoint, Event, Held, HeldBoth, ProvenEvent, SaltedText
from bot.web.api.break_glass_schemas import BreakGlass
from bot.web.api.entitlement_schemas import Connect
from bot.web.api.schemas import (
    Condition,
    Delegator,
    Gate,
    Grant,
    Incident,
    Question,
    Release,
    Request,
    Review,
    SignalSeen,
)
from bot.web.api.ticket_schemas import TicketSeen
from workflows.access.signals import UNTOLD, Signals, explanations
from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.approval.approvers import still_needed
from workflows.approval.questions import Question as Asked
from workflows.audit.log import Signed
from workflows.incidents.state import Incident as IncidentState
from workflows.ledger.repository import Logged
from workflows.narrative import Passage
from workflows.policy.bundle import Bundle
from workflows.policy.schema.connect import Connection
from workflows.ports import Directory
from workflows.queries import held_both as together
from workflows.queries.queries import Holder
from workflows.releases.state import Release as ReleaseState


def request_of(state: Access, directory: Directory) -> Request:
    terms = state.terms
    return Request(
        id=state.id,
        requester=state.requester,
        asked_by=state.asked_by,
        accepted_at=state.accepted_at,
        status=state.status,
        entitlement=terms.entitlement,
        title=terms.title,
        resource=terms.resource,
        environment=terms.environment,
        risk=terms.risk,
        seconds=state.seconds,
        approved_seconds=state.approved_seconds,
        justification=state.justification,
        ticket=state.ticket,
        ticket_found=TicketSeen.of(state),
        ticket_unseen_since=state.ticket_unseen_since,
        asked_at=state.asked_at,
        lapses_at=state.lapses_at,
        decided_at=state.decided_at,
        reason=state.reason,
        reviews=_reviews(state.reviews, directory),
        waits_for=_people(still_needed(state, directory), directory),
        conditions=_conditions(state, directory),
        offered_at=state.offered_at if state.status == "pending" else None,
        questions=_questions(state.questions, directory),
        digest=state.digest,
        grant=grant_of(state) if state.grant else None,
        starts_at=state.starts_at,
        on_call=list(state.on_call.schedules) if state.on_call else [],
        until_run=state.until_run.id if state.until_run else None,
        run_unseen_since=state.run_unseen_since,
        extends=state.extends.grant if state.extends else None,
        inputs=state.inputs,
        signals=_signals(state.signals, directory) if state.signals else [],
        signals_unknown=UNTOLD[state.signals.unknown] if state.signals and state.signals.unknown else None,
        break_glass=break_glass_of(state),
        kit=state.kit.first if state.kit else None,
        rule=terms.rule,
        policy=terms.digest,
    )


def _signals(signals: Signals, directory: Directory) -> list[SignalSeen]:
    told = explanations(signals, directory.name_of)
    return [SignalSeen(name=name, sentence=why) for name, (_, why) in zip(signals.raised, told, strict=True)]


def break_glass_of(state: Access) -> BreakGlass | None:
    taken = state.break_glass
    if taken is None:
        return None
    review = taken.review
    return BreakGlass(
        status=taken.verdict,
        taken_at=taken.taken_at,
        review_by=taken.review_by,
        reviewer=review.reviewer if review else None,
        reviewed_at=review.at if review else None,
        reason=review.reason if review else None,
        incident=taken.incident,
    )


def grant_of(state: Access) -> Grant:
    assert state.grant is not None
    named = state.grant.model_dump(include={"status", "starts_at", "ends_at", "how", "ended_at"})
    return Grant(
        request=state.id,
        holder=state.requester,
        entitlement=state.terms.entitlement,
        resource=state.terms.resource,
        works_until=works_until(state),
        confirmed_by=list(confirmed_by(state)) if state.status == "ended" else [],
        **named,
    )


def connect_of(bundle: Bundle, entitlement: str) -> Connect | None:
    """How to connect, by the bundle in force; None if it no longer has the entitlement."""
    found = bundle.entitlements.get(entitlement)
    return shown_connection(found.connect) if found else None


def shown_connection(connection: Connection) -> Connect:
    return Connect(
        kind=connection.kind,
        environment=dict(connection.environment),
        files=dict(connection.files),
        url=connection.url,
        text=connection.text,
    )


def release_of(state: ReleaseState, directory: Directory) -> Release:
    return Release(
        id=state.id,
        requester=state.requester,
        service=state.terms.service,
        risk=state.terms.risk,
        version=state.version,
        status=state.status,
        note=state.note,
        replaces=state.replaces,
        artifact=state.artifact_digest,
        gates=gates_of(state.results),
        checks=gates_of(state.checks),
        reviews=_reviews(state.reviews, directory),
        waits_for=_people(still_needed(state, directory), directory),
        questions=_questions(state.questions, directory),
        proposed_at=state.proposed_at,
        lapses_at=state.lapses_at,
        decided_at=state.decided_at,
        live_at=state.live_at,
        reason=state.reason,
        trouble=state.trouble or (state.move.trouble if state.move else None),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def incident_of(state: IncidentState) -> Incident:
    names = ("id", "number", "title", "severity", "service", "status", "drill", "private", "holders")
    times = ("declared_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
    return Incident(
        **{name: getattr(state, name) for name in (*names, *times)},
        declared_by=state.owner,
        accesses=[one.id for one in state.accesses],
        policy=state.terms.digest,
    )


def event_of(passage: Passage) -> Event:
    names = ("index", "at", "actor", "surface", "action", "subject", "sentence", "rule", "policy")
    said = {one.label: one.text for one in passage.said}
    return Event(**{name: getattr(passage, name) for name in names}, said=said)


def proven_of(
    index: int, hashed: bytes, found: Logged | None, signed: Signed, proof: Sequence[bytes]
) -> ProvenEvent:
    texts = found.texts if found else ()
    return ProvenEvent(
        index=index,
        hash=hashed.hex(),
        leaf=found.leaf.decode() if found else None,
        texts=[SaltedText(field=one.field, salt=one.salt, text=one.text) for one in texts],
        size=signed.size,
        proof=in_base64(proof),
        note=signed.note,
    )


def checkpoint_of(signed: Signed) -> Checkpoint:
    return Checkpoint(number=signed.number, size=signed.size, at=signed.at, note=signed.note)


def held_of(holder: Holder) -> Held:
    state = holder.access
    return Held(
        request=state.id,
        holder=state.requester,
        entitlement=state.terms.entitlement,
        resource=state.terms.resource,
        since=holder.since,
        until=holder.until,
        approved_by=[one.reviewer for one in state.reviews if one.verdict == "approve"],
        conditions=[one.condition or "" for one in state.conditions],
        break_glass=break_glass_of(state),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def held_both_of(both: together.HeldBoth) -> HeldBoth:
    return HeldBoth(
        first=held_of(both.first), second=held_of(both.second), since=both.since, until=both.until
    )


def in_base64(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _reviews(reviews: Sequence[Any], directory: Directory) -> list[Review]:
    return [
        Review(
            reviewer=one.reviewer,
            name=directory.name_of(one.reviewer),
            verdict=one.verdict,
            at=one.at,
            delegated_by=[
                Delegator(
                    approver=by.approver,
                    name=directory.name_of(by.approver),
                    absence=by.absence,
                    until=by.until,
                )
                for by in one.delegated_by
            ],
        )
        for one in reviews
    ]


def _conditions(state: Access, directory: Directory) -> list[Condition]:
    return [
        Condition(by=one.by, name=directory.name_of(one.by), condition=one.condition or "")
        for one in state.conditions
    ]


def _questions(asked: Sequence[Asked], directory: Directory) -> list[Question]:
    return [
        Question(
            number=one.number,
            by=one.by,
            name=directory.name_of(one.by),
            at=one.at,
            question=one.question or "",
            answer=one.answer,
            answered_at=one.answered_at,
        )
        for one in asked
    ]


def _people(needed: Mapping[str, frozenset[str]], directory: Directory) -> dict[str, str]:
    """Names by id, of those who are needed in any stage."""
    return {one: directory.name_of(one) for one in sorted(frozenset[str]().union(*needed.values()))}


def gates_of(results: Sequence[Any]) -> list[Gate]:
    return [
        Gate(gate=one.gate, verdict=one.verdict, sentence=one.sentence, evidence=one.evidence)
        for one in results
    ]
