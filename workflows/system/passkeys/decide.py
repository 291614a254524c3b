"""The rules of passkeys, as pure functions: added, confirmed, used, removed."""

from datetime import datetime, timedelta
from typing import assert_never

from workflows.policy.evaluation.manager import manager_of
from workflows.policy.roles import operator_groups
from workflows.system.passkeys import refusals
from workflows.system.passkeys.assertion import Verified, usable_key, verify
from workflows.system.passkeys.commands import (
    AddPasskey,
    ConfirmPasskey,
    PasskeyCommand,
    RemovePasskey,
    UsePasskey,
)
from workflows.system.passkeys.events import PasskeyAdded, PasskeyConfirmed, PasskeyRemoved, PasskeyUsed
from workflows.system.passkeys.signed_text import challenge_of, enrolment_text
from workflows.system.passkeys.signing import counted, stale
from workflows.system.passkeys.state import How, Passkey, Signed, user_handle
from workflows.system.stops.refusals import stopped
from workflows.system.stops.rights import stop_for
from workflows.text import one_line
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

MAX_NAME_CHARS = 60
UNNAMED = "passkey"
MAX_PASSKEYS = 10
"""Of one person."""
CONFIRMED_WITHIN = timedelta(days=7)


def decide(
    state: Passkey | None, command: PasskeyCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this passkey."""
    if isinstance(command, AddPasskey):
        if state is not None:
            return refusals.REMOVED if state.status == "removed" else NoChange()
        proven = _proven_addition(command, actor, world, now)
        return _added(command, proven, actor, now) if isinstance(proven, Verified) else proven
    if state is None:
        return refusals.UNKNOWN
    match command:
        case ConfirmPasskey():
            return _confirm(state, actor, world, now)
        case UsePasskey():
            return _use(state, command, actor, now)
        case RemovePasskey():
            return _remove(state, actor, world, now)
        case TimePassed():
            late = state.status == "waiting" and now >= state.at + CONFIRMED_WITHIN
            gone = PasskeyRemoved(how="not confirmed in time", by="daypass:clockwork", at=now)
            return (gone,) if late else NoChange()
        case _:
            assert_never(command)


def due(state: Passkey) -> datetime | None:
    """When it is removed, unless somebody confirms it."""
    return state.at + CONFIRMED_WITHIN if state.status == "waiting" else None


def beside(state: Passkey | None, command: PasskeyCommand, actor: Actor, world: World) -> frozenset[str]:
    """Whose other passkeys count: those of whoever adds one."""
    return world.directory.may_be(actor.id) if isinstance(command, AddPasskey) else frozenset()


def enrolment_challenge(person: str, proof: Signed) -> bytes:
    """Give what a new passkey and its voucher have to sign, 32 bytes."""
    text = enrolment_text(person, proof.credential, proof.public_key, proof.nonce, proof.made_at)
    return challenge_of(text)


def may_confirm(owner: str, person: str, world: World) -> bool:
    """Whether this person can say that a passkey is its owner's: an operator or the owner's manager, never the owner."""
    directory = world.directory
    if person in directory.may_be(owner):
        return False
    manager = manager_of(directory, owner)
    managing = manager is not None and manager in directory.accounts_of(person)
    return managing or bool(operator_groups(person, world.bundle, directory))


def _proven_addition(command: AddPasskey, actor: Actor, world: World, now: datetime) -> Refused | Verified:
    """What its own signature proves, or why it isn't added."""
    if actor.is_machine or actor.is_daypass:
        return refusals.PEOPLE_ONLY
    if stop := stop_for(world, actor.id):
        return stopped(stop)
    if not usable_key(command.proof.public_key):
        return refusals.UNUSABLE
    theirs = [one for one in world.beside if isinstance(one, Passkey)]
    if len(theirs) >= MAX_PASSKEYS:
        return refusals.TOO_MANY
    if stale(command.proof.made_at, now):
        return refusals.TOO_OLD
    challenge = enrolment_challenge(actor.id, command.proof)
    proven = verify(command.proof, command.proof.public_key, command.rp, command.origin, challenge)
    if not isinstance(proven, Verified):
        return refusals.faulty(proven)
    return _unbacked(command, theirs, challenge, now) or proven


def _unbacked(command: AddPasskey, theirs: list[Passkey], challenge: bytes, now: datetime) -> Refused | None:
    """Why neither an older passkey nor a fresh sign-in speaks for the new one, if so."""
    if command.voucher is not None:
        return _refused_voucher(command.voucher, theirs, challenge)
    if any(one.status == "active" for one in theirs):
        return refusals.VOUCH_FIRST
    signed_in = command.authenticated_at
    return refusals.NOT_FRESH if signed_in is None or stale(signed_in, now) else None


def _refused_voucher(voucher: Signed, theirs: list[Passkey], challenge: bytes) -> Refused | None:
    """Why the older passkey's signature doesn't vouch for the new one, if so."""
    old = next((one for one in theirs if one.id == voucher.passkey and one.status == "active"), None)
    if old is None:
        return refusals.NOT_ACTIVE
    vouched = verify(voucher, old.public_key, old.rp, old.origin, challenge)
    if not isinstance(vouched, Verified):
        return refusals.faulty(vouched)
    return None if counted(old, vouched.count) else refusals.COUNT_WENT_BACK


def _added(command: AddPasskey, proven: Verified, actor: Actor, now: datetime) -> Decision:
    proof = command.proof
    return (
        PasskeyAdded(
            id=command.subject,
            person=actor.id,
            name=one_line(command.name, MAX_NAME_CHARS) or UNNAMED,
            credential=proof.credential,
            public_key=proof.public_key,
            rp=command.rp,
            origin=command.origin,
            count=proven.count,
            proof=proof,
            voucher=command.voucher,
            session=command.session,
            authenticated_at=command.authenticated_at,
            at=now,
        ),
    )


def _confirm(state: Passkey, actor: Actor, world: World, now: datetime) -> Decision:
    directory = world.directory
    if actor.id in directory.may_be(state.owner):
        return refusals.OWN_PASSKEY
    if not may_confirm(state.owner, actor.id, world):
        return refusals.NOT_YOURS_TO_CONFIRM
    if stop := stop_for(world, state.owner):
        return stopped(stop)
    if state.status == "active":
        return NoChange()
    if state.status != "waiting":
        return refusals.NOT_WAITING
    groups = operator_groups(actor.id, world.bundle, directory)
    return (PasskeyConfirmed(by=actor.id, groups=groups, at=now),)


def _use(state: Passkey, command: UsePasskey, actor: Actor, now: datetime) -> Decision:
    if actor.id != state.owner or command.signed.credential != state.credential:
        return refusals.NOT_YOURS
    if state.status != "active":
        return refusals.NOT_ACTIVE
    if command.user_handle is not None and command.user_handle != user_handle(state.owner):
        return refusals.OTHER_PERSON
    verified = verify(command.signed, state.public_key, state.rp, state.origin, command.challenge)
    if not isinstance(verified, Verified):
        return refusals.faulty(verified)
    challenge = command.challenge.hex()
    if any(one.challenge == challenge for one in state.recent):
        return refusals.USED_BEFORE
    if stale(command.signed.made_at, now):
        return refusals.TOO_OLD
    if not counted(state, verified.count):
        return refusals.COUNT_WENT_BACK
    return (PasskeyUsed(about=command.about, challenge=challenge, count=verified.count, at=now),)


def _remove(state: Passkey, actor: Actor, world: World, now: datetime) -> Decision:
    own = actor.id in world.directory.accounts_of(state.owner)
    groups = () if own else operator_groups(actor.id, world.bundle, world.directory)
    if not own and not groups:
        return refusals.NOT_YOURS_TO_REMOVE
    if state.status == "removed":
        return NoChange()
    how: How = "by its owner" if own else "by an operator"
    return (PasskeyRemoved(how=how, by=actor.id, groups=groups, at=now),)
