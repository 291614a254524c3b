"""Proposing and deciding: a release proposed, its evidence taken in, reviewed, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from pydantic import JsonValue

from workflows.approval import review_withdrawal
from workflows.approval.approvers import deciders, satisfied
from workflows.approval.approvers_check import check_approvers
from workflows.approval.delegates import delegated_by
from workflows.approval.recorded import reviewer_groups
from workflows.approval.refusal import Wording, review_refusal
from workflows.policy.accounts import behind
from workflows.policy.directory import NOBODY_ANSWERS
from workflows.policy.evaluation.assess import PEOPLE_RECORDED
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import enough_people
from workflows.policy.evaluation.tiers import in_highest_tier
from workflows.policy.fields import HIGH_RISKS
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.version_names import VERSION
from workflows.releases import refusals
from workflows.releases.authors import author_names
from workflows.releases.commands import ProposeRelease, ReportEvidence, ReportUnread, ReviewRelease
from workflows.releases.decide_tier import tier_determined
from workflows.releases.events import (
    ApprovalVoided,
    Approved,
    Escalated,
    EvidenceRead,
    EvidenceUnread,
    Moving,
    Proposed,
    Rejected,
    ReleaseEvent,
    Reviewed,
    Superseded,
    TermsRevised,
    Withdrawn,
)
from workflows.releases.evidence import Evidence
from workflows.releases.evolve import evolve
from workflows.releases.exceptions.refusals import ASKED_FOR_IT
from workflows.releases.exceptions.standing import asked_for_one
from workflows.releases.gates import evaluate
from workflows.releases.gates.gate import Result, all_passed, evidence_digest
from workflows.releases.overtaken import overtaken
from workflows.releases.refusals import NOTE_LIMIT
from workflows.releases.state import OPEN, Bound, Release, release_digest
from workflows.releases.views import authors
from workflows.system.passkeys.signed_review import (
    NO_LIMITS,
    refused_by_assurance,
    unsigned,
    wait_of_new_keys,
)
from workflows.text import is_cut, is_text
from workflows.workflow import Actor, Decision, NoChange, Refused, World

MAX_NOTE_CHARS_ON_CARD = 150
"""Of what changes: three lines on a phone. A longer text is confirmed in a window that has all of it."""


def propose(command: ProposeRelease, actor: Actor, world: World, now: datetime) -> Decision:
    """A new release: taken, or refused with what is wrong in each field."""
    if actor.is_machine and not behind(actor.id, world.directory):
        return Refused("no-owner", NOBODY_ANSWERS)
    terms = world.bundle.services.get(command.service)
    faults = _faults(command, actor, terms, world)
    if faults or terms is None:
        codes = ",".join(dict.fromkeys(code for code, _, _ in faults))
        sentences = {field: sentence for _, field, sentence in reversed(faults)}
        return Refused(codes, " ".join(sentence for _, _, sentence in faults), fields=sentences)
    terms = in_highest_tier(terms)
    proposed = Proposed(
        id=command.subject,
        requester=actor.id,
        version=command.version,
        note=command.note,
        terms=terms,
        digest=release_digest(command.subject, actor.id, command.version, terms, command.note, {}),
        at=now,
        groups=tuple(sorted(world.directory.groups_of(actor.id))),
        behind=behind(actor.id, world.directory),
    )
    people = sorted(deciders(evolve(None, proposed), world.directory))
    return (proposed.model_copy(update={"deciders": tuple(people[:PEOPLE_RECORDED])}),)


def _faults(
    command: ProposeRelease, actor: Actor, terms: ReleaseTerms | None, world: World
) -> list[tuple[str, str, str]]:
    """Code, field and sentence of everything that is wrong."""
    if terms is None:
        return [refusals.NO_SERVICE]
    faults = []
    if not world.directory.groups_of(actor.id) & set(terms.eligible):
        faults.append(refusals.not_eligible(terms.eligible))
    if terms.target.kind == "rollout" and actor.id != terms.target.machine:
        faults.append(refusals.NOT_ITS_CLUSTER)
    if not VERSION.fullmatch(command.version):
        faults.append(refusals.NO_VERSION)
    if not is_text(command.note) or len(command.note) > NOTE_LIMIT:
        faults.append(refusals.BAD_NOTE)
    if not enough_people(terms.stages, with_manager(world.directory, actor.id), {actor.id}):
        faults.append(refusals.TOO_FEW_APPROVERS)
    return faults


def take_evidence(state: Release, command: ReportEvidence, world: World, now: datetime) -> Decision:
    """The registry was read: what it says may open the release to decisions, void them, or end it."""
    if state.status not in OPEN:
        return NoChange()
    if state.move is not None or command.policy != state.terms.digest:
        return NoChange()
    if command.ready and (revised := revision(state, world, now)):
        return revised
    evidence = command.evidence
    if state.evidence is not None and evidence.live != state.replaces:
        return (Superseded(at=now, live=evidence.live),)
    if evidence.live == state.version:
        return (Superseded(at=now, live=evidence.live),)
    tier = tier_determined(state, evidence, world.directory, now)
    read = read_again(evolve(state, tier) if tier else state, evidence, world, now)
    changed = _changed(state, evidence, read.results, tier is not None)
    if not changed and _outcomes(read.results) == _outcomes(state.results) and state.trouble is None:
        return _going_live(state, world, now) if command.ready else NoChange()
    told = (tier, read) if tier else (read,)
    void = voided(state, changed or ("gates",)) if changed or not read.passed else ()
    if command.ready and not void:
        return (*told, *_going_live(state, world, now))
    then = reduce(evolve, (*void, *told), state)
    return (*void, *told, *check_approvers(then, world.directory, escalated))


def read_again(state: Release, evidence: Evidence, world: World, now: datetime) -> EvidenceRead:
    """What this evidence means to the release now."""
    results = evaluate(state.terms, evidence, world.directory, now, state.exceptions)
    digest = _digest(state, state.terms, evidence, results)
    return EvidenceRead(evidence=evidence, results=results, passed=all_passed(results), digest=digest, at=now)


def escalated(stage: StageTerms) -> Escalated:
    """The event that others may decide in the stage as well."""
    return Escalated(stage=stage.name, to=stage.escalate_to)


def _going_live(state: Release, world: World, now: datetime) -> tuple[ReleaseEvent, ...]:
    """Its gates have passed once more, on what was approved; whoever approved it has to suffice still."""
    if state.status != "approved":
        return ()
    if not satisfied(state, world.directory):
        return voided(state, ("approvers",))
    by = "daypass:clockwork"
    return (Moving(why="release", expected=state.replaces, to=state.version, by=by, at=now),)


def _outcomes(results: Sequence[Result]) -> list[tuple[str, str, str]]:
    return [(one.gate, one.verdict, one.evidence) for one in results]


def _changed(state: Release, evidence: Evidence, results: Sequence[Result], tier: bool) -> tuple[Bound, ...]:
    """What approvals are bound to and is not any more what it was."""
    if state.evidence is None:
        return ()
    old, new = state.evidence.candidate, evidence.candidate
    artifact = (old.artifact if old else None) != (new.artifact if new else None)
    made_by = author_names(old) != author_names(new)
    rest = evidence_digest(state.results, state.evidence) != evidence_digest(results, evidence)
    found: list[Bound] = ["tier"] if tier else []
    if artifact:
        found.append("artifact")
    if made_by:
        found.append("authors")
    if rest and not found:
        found.append("evidence")
    return tuple(found)


def voided(state: Release, changed: tuple[Bound, ...]) -> tuple[ReleaseEvent, ...]:
    """The event that its approvals don't count any more, if there are any."""
    if not state.reviews and state.status != "approved":
        return ()
    reviewers = tuple(review.reviewer for review in state.reviews)
    return (ApprovalVoided(changed=changed, reviewers=reviewers),)


def _digest(state: Release, terms: ReleaseTerms, evidence: Evidence | None, results: Sequence[Result]) -> str:
    candidate = evidence.candidate if evidence else None
    bound: dict[str, JsonValue] = {}
    if evidence:
        bound = {
            "artifact": candidate.artifact.digest if candidate and candidate.artifact else None,
            "evidence": evidence_digest(results, evidence, state.exceptions),
            "authors": [list(pair) for pair in author_names(candidate)],
            "replaces": evidence.live,
            **({"tier": [*state.tier.bound]} if state.tier else {}),
        }
        if state.exceptions:
            bound["reasons"] = [one.reason for one in state.exceptions]
    return release_digest(state.id, state.requester, state.version, terms, state.note, bound)


def unread(state: Release, command: ReportUnread) -> Decision:
    """The registry can't be asked; each reason is an event once."""
    if state.status not in OPEN or state.trouble == command.reason:
        return NoChange()
    return (EvidenceUnread(reason=command.reason),)


def review(state: Release, command: ReviewRelease, actor: Actor, world: World, now: datetime) -> Decision:
    """A verdict: counted, decisive, or refused."""
    mine = [one for one in state.reviews if one.reviewer == actor.id]
    if any(one.verdict == command.verdict for one in mine) and state.status in ("pending", "approved"):
        return NoChange()
    revised = revision(state, world, now) or ()
    shown = (command.digest, command.policy)
    if asked_for_one(state, actor, world.directory):
        return ASKED_FOR_IT
    if refusal := review_refusal(state, shown, actor, world, now, revised, wording_of(state, now)):
        return refusal
    if refusal := overtaken(state, command, world, now):
        return refusal
    if refusal := refused_by_assurance(state, command, NO_LIMITS, actor, world, now, done=command.confirmed):
        return refusal
    if unconfirmed(state, command) or unsigned(state, command):
        return NoChange()
    by = delegated_by(state, world.directory, actor.id)
    groups = reviewer_groups(state, actor.id, by, world.directory)
    reviewed = Reviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason,
        digest=state.digest,
        round=state.round,
        delegated_by=by,
        at=now,
        seen={
            "rule": state.terms.rule,
            "reviewer_groups": groups[actor.id],
            "reviewers": groups,
            "authors": [*sorted(authors(state, world.directory))],
            "gates": [[one.gate, one.verdict] for one in state.results],
        },
        signed=command.signed,
        new_key_waits=wait_of_new_keys(command.signed, world),
    )
    if command.verdict == "reject":
        return (reviewed, Rejected(at=now))
    if satisfied(evolve(state, reviewed), world.directory):
        return (reviewed, Approved(at=now))
    return (reviewed,)


def unconfirmed(state: Release, command: ReviewRelease) -> bool:
    """Whether the approval only counts once it is confirmed where all of it is shown, and isn't yet."""
    asks = state.terms.risk in HIGH_RISKS or is_cut(state.note, MAX_NOTE_CHARS_ON_CARD)
    return command.verdict == "approve" and asks and not (command.confirmed or command.signed)


def withdraw_review(state: Release, actor: Actor, now: datetime) -> Decision:
    """An approver takes their own verdict back, and may decide again."""
    return review_withdrawal.withdraw_review(state, actor, now, wording_of(state, now))


def wording_of(state: Release, now: datetime) -> Wording:
    """What only releases can say of a refused verdict."""
    early = refusals.GATES_OPEN if state.status == "proposed" else None
    return Wording("release", refusals.OWN, refusals.lapsed(now), early)


def revision(state: Release, world: World, now: datetime) -> tuple[ReleaseEvent, ...] | None:
    """An undecided release under a new bundle: its new terms. What was approved under the old is void."""
    if state.status not in OPEN or state.move is not None:
        return None
    if state.terms.digest == world.bundle.digest:
        return None
    terms = world.bundle.services.get(state.terms.service)
    if terms is None or not world.directory.groups_of(state.requester) & set(terms.eligible):
        return (Withdrawn(at=now),)
    terms = in_highest_tier(terms)
    revised = TermsRevised(terms=terms, digest=_digest(state, terms, None, ()))
    return (*voided(state, ("policy",)), revised)


def withdraw(state: Release, actor: Actor, world: World, now: datetime) -> Decision:
    """The requester takes the proposal back."""
    if actor.id not in world.directory.accounts_of(state.requester):
        return refusals.NOT_YOURS
    if state.status == "withdrawn":
        return NoChange()
    if state.status not in OPEN or state.move is not None:
        return refusals.TOO_LATE
    return (Withdrawn(at=now),)
