"""One release as the ledger carries it, without a database, and a registry small enough to be changed at will."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.builders import MONDAY, Clock
from tests.logged import Logged
from workflows import releases
from workflows.releases.commands import (
    CheckAgain,
    ProposeRelease,
    ReleaseCommand,
    ReportArtifact,
    ReportChecked,
    ReportEvidence,
    ReportLive,
    ReportMoved,
    ReportNotMoved,
    ReportSwapped,
    Restore,
    ReviewRelease,
    RollBack,
    WithdrawRelease,
)
from workflows.releases.decide import decide, due
from workflows.releases.events import ReleaseEvent
from workflows.releases.evidence import (
    Answers,
    Artifact,
    Author,
    DocumentEvidence,
    EarlierLive,
    Evidence,
    Login,
    Metric,
    ModelCard,
    Observation,
    Run,
    Version,
)
from workflows.releases.evolve import effects, evolve
from workflows.releases.once import once
from workflows.releases.source_records import Tag
from workflows.releases.state import Release
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

SUBJECT = "rel_01"
SERVICE = "ranking-model"
SECTIONS = ("Intended use", "Data", "Limitations")
Stood = tuple[str, str]
"""What a card's buttons carry: the release's digest and the policy's."""


@dataclass(frozen=True)
class Registry:
    """What MLflow would say of version 2, of what is live, and of how it does there."""

    status: str = "FINISHED"
    user: str = "ada@northwind.example"
    ndcg: tuple[str, ...] = ("0.9",)
    artifact: str = "a" * 64
    sections: tuple[str, ...] = SECTIONS
    live: str | None = "1"
    champion: tuple[str, ...] = ("0.8",)
    observed: tuple[str, ...] = ("0.9",)
    missing: bool = False
    incidents: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    others: tuple[Author, ...] = ()
    """Whom MLflow names as well."""
    licence: str = "MIT"
    """In a tag of the version."""
    login: Login = "none"
    plan: str | None = "d" * 64
    """The digest of the monitoring plan that is approved."""
    approved_before: str = "1" * 64
    """The digest that what is live was approved with."""
    answers: Answers | None = None
    drafts: tuple[Answers, ...] = ()
    """To the risk questionnaire: those that were approved last, and those that weren't yet."""
    earlier: tuple[EarlierLive, ...] = ()
    """What else was live before, by Daypass."""

    def read(self) -> Evidence:
        return Evidence(
            candidate=None if self.missing else self._version("2", self.ndcg, self.user),
            live=self.live,
            champion=self._version(self.live, self.champion, "ada") if self.live else None,
            observed=(Observation(experiment="ranking-live", run=self._run(self.observed, "ndcg_live")),),
            incidents=self.incidents,
            frozen=self.frozen,
            documents=(self._plan(self.plan),) if self.plan else (),
            login=self.login,
            approved_answers=self.answers,
            draft_answers=self.drafts,
            live_digest=self.approved_before if self.live else "",
            earlier=self.earlier,
        )

    def _version(self, version: str, ndcg: tuple[str, ...], user: str) -> Version:
        return Version(
            version=version,
            status="READY",
            authors=(*((Author(source="run", name=user),) if user else ()), *self.others),
            card=ModelCard(sections=self.sections, digest="c" * 64),
            run=self._run(ndcg, "ndcg"),
            tags=(Tag(key="licence", value=self.licence),),
            artifact=Artifact(files=("MLmodel",), count=5, size=9, digest=self.artifact),
        )

    def _plan(self, digest: str) -> DocumentEvidence:
        return DocumentEvidence(
            document="doc_01",
            template="monitoring-plan",
            title="Monitoring plan",
            number=1,
            digest=digest,
            approved_at=MONDAY,
            thresholds=2,
        )

    def _run(self, values: tuple[str, ...], key: str) -> Run:
        metric = Metric(key=key, count=len(values), values=values)
        return Run(id=f"run of {key} {values}", status=self.status, metrics=(metric,))


@dataclass
class Story:
    """`world` and `registry` may be replaced as the story goes on."""

    world: World
    registry: Registry = Registry()
    clock: Clock = field(default_factory=Clock)
    state: Release | None = None
    events: list[ReleaseEvent] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    logged: Logged = field(default_factory=lambda: Logged(releases.WORKFLOW, SUBJECT))

    def handle(self, command: ReleaseCommand | TimePassed, actor: Actor) -> Decision:
        decision = decide(self.state, command, actor, self.world, self.clock())
        events = decision.events if isinstance(decision, Refused) else _events(decision)
        self.logged.add(self.state, events, actor, self.world, self.clock())
        for event in events:
            self._enter(event)  # type: ignore[arg-type]
        return decision

    def _enter(self, event: ReleaseEvent) -> None:
        self.state = evolve(self.state, event)
        assert Release.model_validate_json(self.state.model_dump_json()) == self.state
        self.events.append(event)
        self.effects += effects(self.state, event)
        for key in once(self.state, event):
            assert key not in self.keys, f"{key} a second time"
            self.keys.add(key)

    @property
    def now(self) -> Release:
        assert self.state is not None
        return self.state

    @property
    def status(self) -> str:
        return self.now.status

    @property
    def due(self) -> datetime | None:
        return due(self.now)

    @property
    def card(self) -> Stood:
        return self.now.digest, self.now.terms.digest

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.events]

    @property
    def told(self) -> list[str]:
        return [effect.payload["note"] for effect in self.effects if effect.kind == "tell"]

    def proposes(self, who: str, version: str = "2", service: str = SERVICE, note: str = "") -> Decision:
        return self.handle(ProposeRelease(SUBJECT, service, version, note), Actor(who))

    def is_read(self, **changes: object) -> Decision:
        """The registry is read for the gates, after it has changed."""
        self.registry = replace(self.registry, **changes)
        return self.handle(ReportEvidence(SUBJECT, self.registry.read(), self.now.terms.digest), OUTBOX)

    def is_read_before_going_live(self, **changes: object) -> Decision:
        self.registry = replace(self.registry, **changes)
        command = ReportEvidence(SUBJECT, self.registry.read(), self.now.terms.digest, ready=True)
        return self.handle(command, OUTBOX)

    def approves(self, who: str, card: Stood | None = None) -> Decision:
        return self.handle(ReviewRelease(SUBJECT, "approve", *(card or self.card)), Actor(who))

    def rejects(self, who: str, reason: str = "not yet", card: Stood | None = None) -> Decision:
        return self.handle(ReviewRelease(SUBJECT, "reject", *(card or self.card), reason), Actor(who))

    def withdraws(self, who: str) -> Decision:
        return self.handle(WithdrawRelease(SUBJECT), Actor(who))

    def moved(self) -> Decision:
        """What was to be made live is, and reading back has shown it."""
        assert self.now.move is not None
        self.registry = replace(self.registry, live=self.now.move.to)
        return self.handle(ReportMoved(SUBJECT, self.now.move.to), OUTBOX)

    def not_moved(self, found: str | None) -> Decision:
        self.registry = replace(self.registry, live=found)
        return self.handle(ReportNotMoved(SUBJECT, found), OUTBOX)

    def is_looked_at(self, found: str | None) -> Decision:
        self.registry = replace(self.registry, live=found)
        return self.handle(ReportLive(SUBJECT, found), CLOCKWORK)

    def is_compared(self, digest: str | None, version: str | None = None, why: str = "gone") -> Decision:
        """The bytes that are live are read; None: they can't be."""
        version = version or self.now.ought_to_be_live or ""
        return self.handle(ReportArtifact(SUBJECT, version, digest, why), OUTBOX)

    def is_stopped(self, digest: str) -> Decision:
        """What was to be live again has other bytes than were approved."""
        assert self.now.move is not None
        return self.handle(ReportSwapped(SUBJECT, self.now.move.to or "", digest), OUTBOX)

    def is_checked(self, **changes: object) -> Decision:
        self.registry = replace(self.registry, **changes)
        return self.handle(ReportChecked(SUBJECT, self.registry.read()), OUTBOX)

    def rolls_back(self, who: str, reason: str = "worse", to: str | None = None) -> Decision:
        return self.handle(RollBack(SUBJECT, reason, to), Actor(who))

    def restores(self, who: str) -> Decision:
        return self.handle(Restore(SUBJECT), Actor(who))

    def checks_again(self, who: str) -> Decision:
        return self.handle(CheckAgain(SUBJECT), Actor(who))

    def time_passes(self, **by: float) -> Decision:
        """As long as anything was due in between, and to its end."""
        until, decision = self.clock.forward(**by), NoChange()
        while self.due and self.due <= until:
            decision = self.handle(TimePassed(SUBJECT), CLOCKWORK)
        return decision

    def is_live(self, who: str, approver: str) -> None:
        """From the proposal until it is live."""
        self.proposes(who)
        self.is_read()
        self.approves(approver)
        self.is_read_before_going_live()
        self.moved()
        assert self.status == "live"


def _events(decision: Decision) -> tuple[ReleaseEvent, ...]:
    return decision if isinstance(decision, tuple) else ()  # type: ignore[return-value]
