"""Sessions of people, in a browser or a terminal. A session is a subject like any other, so every replica knows it,
signing out ends it everywhere, and the log has it.

Its id is a digest of its secret (in the browser's cookie, or the terminal's token), so the log never reveals that.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never, get_args

from workflows.policy.roles import operator_groups
from workflows.system.session_commands import (
    ByDaypass,
    How,
    Network,
    RecordExport,
    RecordReading,
    SessionCommand,
    SignIn,
    SignOut,
    Where,
)
from workflows.system.session_narrative import SENTENCES
from workflows.system.stops.refusals import stopped
from workflows.system.stops.rights import stop_for
from workflows.text import one_line
from workflows.workflow import (
    Actor,
    Decision,
    Effect,
    Event,
    NoChange,
    Occurred,
    Refused,
    SearchTerms,
    State,
    TimePassed,
    Workflow,
    World,
    unmet,
)

KIND = "ses"
SESSION_LIFETIME = timedelta(hours=8)
"""From the sign-in, however much it is used."""

MAX_NAME_CHARS = 255
"""Characters of an account's name at its provider (OpenID Connect Core 1.0, section 2, `sub`)."""

MAX_DEVICE_CHARS = 60
"""Characters of a computer's name."""


class Session(State):
    """`status` is open or over. `device` is the name of a terminal's computer, as it calls itself."""

    owner: str
    since: datetime
    until: datetime
    where: Where = "browser"
    network: Network | None = None
    device: str | None = None
    authenticated_at: datetime | None = None
    """When the provider says that they authenticated there; None if it wasn't asked, or doesn't say."""


class SignedIn(Event):
    action = "signed-in"
    texts = frozenset({"device"})
    id: str
    person: str
    provider: str
    account: str
    since: datetime
    until: datetime
    where: Where = "browser"
    network: Network | None = None
    device: str | None = None
    authenticated_at: datetime | None = None


class SessionOver(Event):
    """`groups` made an operator of whoever ended somebody else's session."""

    action = "ended"
    how: How
    groups: tuple[str, ...] = ()


class Exported(Event):
    action = "exported"
    texts = frozenset({"what"})
    what: str
    form: str
    events: int
    digest: str
    more: bool
    later: int


class Opened(Event):
    """The history of the subject `about` was opened in the console."""

    action = "opened"
    about: str
    kind: str


SessionEvent = SignedIn | SessionOver | Exported | Opened


def session_id(secret: str) -> str:
    """Give the subject of the session with this secret."""
    digest = base64.b32encode(hashlib.sha256(secret.encode()).digest()).decode()
    return f"{KIND}_{digest[:26]}"


def is_open(state: Session, now: datetime) -> bool:
    return state.status == "open" and now < state.until


def decide(
    state: Session | None, command: SessionCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """Decide what the command does to this session."""
    if isinstance(command, SignIn):
        return NoChange() if state else _sign_in(command, actor, world, now)
    if state is None:
        return Refused("no-session", "You're signed out. Sign in again.")
    match command:
        case SignOut():
            return _sign_out(state, command, actor, world)
        case RecordExport():
            if not is_open(state, now):
                return Refused("no-session", "Your session has expired. Sign in again.")
            return (
                Exported(
                    what=command.what,
                    form=command.form,
                    events=command.events,
                    digest=command.digest,
                    more=command.more,
                    later=command.later,
                ),
            )
        case RecordReading(about=about, kind=kind):
            if not is_open(state, now):
                return Refused("no-session", "Your session has expired. Sign in again.")
            return (Opened(about=about, kind=kind),)
        case TimePassed():
            over = state.status == "open" and now >= state.until
            return (SessionOver(how="expired"),) if over else NoChange()
        case _:
            assert_never(command)


def _sign_in(command: SignIn, actor: Actor, world: World, now: datetime) -> Decision:
    if actor.id not in world.directory.people:
        return Refused("unknown-person", "Your account isn't an active member of the Slack workspace.")
    if stop := stop_for(world, actor.id):
        return stopped(stop)
    return (
        SignedIn(
            id=command.subject,
            person=actor.id,
            provider=command.provider,
            account=one_line(command.account, MAX_NAME_CHARS),
            since=now,
            until=now + SESSION_LIFETIME,
            where=command.where,
            network=command.network,
            device=one_line(command.device, MAX_DEVICE_CHARS) if command.device else None,
            authenticated_at=command.authenticated_at,
        ),
    )


def _sign_out(state: Session, command: SignOut, actor: Actor, world: World) -> Decision:
    if actor.is_daypass:
        over = SessionOver(how=command.why)
        return (over,) if state.status == "open" else NoChange()
    own = actor.id == state.owner
    groups = () if own else operator_groups(actor.id, world.bundle, world.directory)
    if not own and not groups:
        return Refused("not-yours", "You can end only your own sessions. Operators can end anyone's.")
    if state.status != "open":
        return NoChange()
    return (SessionOver(how="signed out" if own else "ended by an operator", groups=groups),)


def evolve(state: Session | None, event: SessionEvent) -> Session:
    """Give the state after the event."""
    match event:
        case SignedIn():
            return Session(
                id=event.id,
                status="open",
                owner=event.person,
                since=event.since,
                until=event.until,
                where=event.where,
                network=event.network,
                device=event.device,
                authenticated_at=event.authenticated_at,
            )
        case SessionOver():
            assert state is not None
            return state.model_copy(update={"status": "over"})
        case Exported() | Opened():
            assert state is not None
            return state
        case _:
            assert_never(event)


def impossible(state: Session | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Say why this couldn't have happened to a session in this state; None if it could."""
    event = now.event
    if isinstance(event, SignedIn):
        return unmet(
            (state is None, "the session had already begun"),
            (event.id == now.subject, "it names another session"),
            (now.actor.id == event.person, "it names another person than the one who signed in"),
            (
                (event.since, event.until) == (now.at, now.at + SESSION_LIFETIME),
                "its length isn't that of a session",
            ),
        )
    if state is None:
        return "no one had signed in"
    if not isinstance(event, SessionOver):
        return unmet((is_open(state, now.at), "the session was over"))
    by_owner = now.actor.id == state.owner
    return unmet(
        (state.status == "open", "the session was over"),
        (event.how != "expired" or now.at >= state.until, "the session had not expired by then"),
        (event.how != "signed out" or by_owner, "someone else signed them out"),
        (event.how not in get_args(ByDaypass) or now.actor.is_daypass, "Daypass itself hadn't ended it"),
        (
            event.how != "ended by an operator" or bool(event.groups),
            "no group made an operator of who ended it",
        ),
    )


def effects(state: Session, event: SessionEvent) -> tuple[Effect, ...]:
    """Give no effects: a session changes nothing outside."""
    return ()


WORKFLOW = Workflow(
    kind=KIND,
    name="session",
    state=Session,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=lambda state: state.until if state.status == "open" else None,
    found_by=lambda before, action, facts: (
        SearchTerms(people=frozenset({facts["person"]})) if action == "signed-in" else before
    ),
    events=get_args(SessionEvent),
    impossible=impossible,
    typed={"device": True},
    sentences=SENTENCES,
)
