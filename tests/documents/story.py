"""One document as the ledger carries it, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tests.builders import Clock
from tests.logged import Logged
from workflows.system import documents
from workflows.system.documents.commands import (
    DiscardDraft,
    DocumentCommand,
    ReviewDocument,
    SubmitDocument,
    WriteDocument,
)
from workflows.system.documents.decide import decide
from workflows.system.documents.evolve import evolve
from workflows.system.documents.state import Document, document_id
from workflows.workflow import CLOCKWORK, Actor, Decision, NoChange, Refused, TimePassed, World

SERVICE = "ranking-model"
PLAN = {
    "thresholds": "ndcg_live >= 0.75\nlatency_p99_ms <= 200",
    "source": "MLflow, experiment ranking-live",
    "schedule": "hourly",
    "drift": "Population stability of every feature, against the last training set.",
    "owner": "ranking on call",
    "response": "Roll back if ndcg_live stays below 0.75 for an hour.",
}
"""A complete monitoring plan."""


@dataclass
class DocumentStory:
    """Hands commands to the document's rules, and keeps what became of it and its log."""

    world: World
    clock: Clock
    template: str = "monitoring-plan"
    version: str = ""
    state: Document | None = None
    actions: list[str] = field(default_factory=list)
    logged: Logged = field(init=False)

    def __post_init__(self) -> None:
        self.logged = Logged(documents.WORKFLOW, self.subject)

    @property
    def subject(self) -> str:
        return document_id(self.template, SERVICE, self.version)

    @property
    def now(self) -> Document:
        assert self.state is not None
        return self.state

    def write(
        self,
        by: str,
        values: Mapping[str, str] = PLAN,
        due: date | None = None,
        base: str | None = None,
    ) -> Decision:
        return self.tell(
            WriteDocument(self.subject, self.template, SERVICE, self.version, values, due, base), by
        )

    def submit(self, by: str) -> Decision:
        return self.tell(SubmitDocument(self.subject, self.now.digest), by)

    def approve(self, by: str, digest: str | None = None) -> Decision:
        return self.tell(ReviewDocument(self.subject, "approve", digest or self.now.digest), by)

    def send_back(self, by: str, reason: str | None = "Name who is told at night.") -> Decision:
        return self.tell(ReviewDocument(self.subject, "send-back", self.now.digest, reason), by)

    def discard(self, by: str) -> Decision:
        return self.tell(DiscardDraft(self.subject), by)

    def pass_time(self) -> Decision:
        return self.tell(TimePassed(self.subject), CLOCKWORK.id)

    def tell(self, command: DocumentCommand, by: str) -> Decision:
        """Decide the command, and take in its events."""
        actor = Actor(by)
        decision = decide(self.state, command, actor, self.world, self.clock())
        if isinstance(decision, NoChange):
            return decision
        events = decision.events if isinstance(decision, Refused) else decision
        self.logged.add(self.state, events, actor, self.world, self.clock())
        for event in events:
            self.state = evolve(self.state, event)
            assert Document.model_validate_json(self.state.model_dump_json()) == self.state
            self.actions.append(event.action)
        return decision

    def under(self, **changes) -> None:
        """Put another bundle in force."""
        self.world = replace(self.world, bundle=replace(self.world.bundle, **changes))
