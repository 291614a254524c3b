"""One access request as the ledger carries it, without a database: commands in, events and effects out."""

from datetime import datetime
from itertools import count

from tests.builders import Clock
from tests.logged import Logged
from workflows import access
from workflows.access.commands import (
    AccessCommand,
    GiveBack,
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    ReportNotMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    Revoke,
    WithdrawAccess,
)
from workflows.access.conditions import AcceptConditions
from workflows.access.decide import decide, due
from workflows.access.events import AccessEvent
from workflows.access.evolve import effects, evolve, once
from workflows.access.state import Access
from workflows.workflow import (
    CLOCKWORK,
    OUTBOX,
    Actor,
    Decision,
    Effect,
    NoChange,
    Refused,
    TimePassed,
    World,
)

SUBJECT = "acc_01KJ4M3Z00000000000000000A"
WHY = "to see why the churn model drifts since Monday"
Card = tuple[str, str]
"""What a card's buttons carry: the request's digest and the policy's."""


class Story:
    """`world` may be replaced as the story goes on; `events` and `effects` are all there were."""

    def __init__(self, world: World, clock: Clock | None = None) -> None:
        self.world = world
        self.clock = clock or Clock()
        self.state: Access | None = None
        self.events: list[AccessEvent] = []
        self.effects: list[Effect] = []
        self.logged = Logged(access.WORKFLOW, SUBJECT)
        self._keys: set[str] = set()
        self._numbers = count(1)

    def handle(self, command: AccessCommand | TimePassed, actor: Actor) -> Decision:
        decision = decide(self.state, command, actor, self.world, self.clock())
        events = decision.events if isinstance(decision, Refused) else _events(decision)
        self.logged.add(self.state, events, actor, self.world, self.clock())
        for event in events:
            self._enter(event)
        return decision

    def _enter(self, event: AccessEvent) -> None:
        self.state = evolve(self.state, event)
        assert Access.model_validate_json(self.state.model_dump_json()) == self.state
        self.events.append(event)
        self.effects += effects(self.state, event)
        for key in once(self.state, event):
            assert key not in self._keys, f"{key} a second time"
            self._keys.add(key)

    @property
    def now(self) -> Access:
        assert self.state is not None
        return self.state

    @property
    def status(self) -> str:
        return self.now.status

    @property
    def due(self) -> datetime | None:
        return due(self.now)

    @property
    def card(self) -> Card:
        return self.now.digest, self.now.terms.digest

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.events]

    def called_for(self, kind: str) -> list[Effect]:
        return [effect for effect in self.effects if effect.kind == kind]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one.payload["person"], one.payload["note"]) for one in self.called_for("tell")]

    def asks(
        self,
        who: str,
        what: str = "warehouse",
        seconds: int = 3_600,
        why: str = WHY,
        ticket: str | None = None,
    ) -> Decision:
        return self.handle(RequestAccess(SUBJECT, what, seconds, why, ticket), Actor(who))

    def approves(self, who: str, card: Card | None = None) -> Decision:
        return self.handle(ReviewAccess(SUBJECT, "approve", *(card or self.card), confirmed=True), Actor(who))

    def approves_for_less(
        self, who: str, seconds: int | None = None, condition: str | None = None, card: Card | None = None
    ) -> Decision:
        shown = card or self.card
        command = ReviewAccess(
            SUBJECT, "approve", *shown, confirmed=True, seconds=seconds, condition=condition
        )
        return self.handle(command, Actor(who))

    def accepts(self, who: str, card: Card | None = None) -> Decision:
        return self.handle(AcceptConditions(SUBJECT, (card or self.card)[0]), Actor(who))

    def denies(self, who: str, reason: str = "not today", card: Card | None = None) -> Decision:
        return self.handle(ReviewAccess(SUBJECT, "deny", *(card or self.card), reason), Actor(who))

    def withdraws(self, who: str) -> Decision:
        return self.handle(WithdrawAccess(SUBJECT), Actor(who))

    def gets_credentials(self, who: str) -> Decision:
        return self.handle(RequestCredential(SUBJECT, f"crd_{next(self._numbers)}", "window"), Actor(who))

    def gives_back(self, who: str) -> Decision:
        return self.handle(GiveBack(SUBJECT), Actor(who))

    def revokes(self, who: str, reason: str = "seen where it shouldn't be") -> Decision:
        return self.handle(Revoke(SUBJECT, reason), Actor(who))

    def minted(
        self,
        id: str,
        delivered: bool = True,
        expires_at: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> Decision:
        assert self.now.grant is not None
        command = ReportMinted(
            SUBJECT,
            id,
            f"accessor of {id}",
            f"lease of {id}",
            f"wrap of {id}",
            delivered,
            expires_at or self.now.grant.ends_at,
            valid_until,
        )
        return self.handle(command, OUTBOX)

    def not_minted(self, id: str, lost: bool, reason: str = "Vault is sealed.") -> Decision:
        return self.handle(ReportNotMinted(SUBJECT, id, reason, lost), OUTBOX)

    def ended(self, id: str) -> Decision:
        credential = self.now.credential(id)
        assert credential is not None
        return self.handle(ReportEnded(SUBJECT, id, credential.accessor, ("vault",)), OUTBOX)

    def not_ended(self, id: str, reason: str = "Vault is sealed.") -> Decision:
        return self.handle(ReportNotEnded(SUBJECT, id, reason), OUTBOX)

    def passes(self, **by: float) -> None:
        """Time, with every due instant on the way, as the clockwork comes to it."""
        until = Clock(self.clock()).forward(**by)
        while self.due and self.due <= until:
            self.clock.at = max(self.clock.at, self.due)
            assert not isinstance(self.handle(TimePassed(SUBJECT), CLOCKWORK), NoChange)
        self.clock.at = until


def _events(decision: Decision) -> tuple[AccessEvent, ...]:
    return decision if isinstance(decision, tuple) else ()
