"""A loaded policy bundle: every rule merged over its levels, every reference resolved. Plain data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workflows.policy.conditions import Compiled
from workflows.policy.engines import ENGINES, Engine
from workflows.policy.fields import Assurance, Risk
from workflows.policy.schema.connect import Connection
from workflows.policy.schema.control_tests import ControlTests
from workflows.policy.schema.delegation import Delegation
from workflows.policy.schema.duties import SeparateDuties
from workflows.policy.schema.goals import Goals
from workflows.policy.schema.kits import Kit
from workflows.policy.schema.machines import Machines
from workflows.policy.schema.on_call import OnCallBlock
from workflows.policy.schema.pagers import PagerBlock
from workflows.policy.schema.red_button import RedButton
from workflows.policy.schema.rules import BundleTest, Group, Recipe, Settings
from workflows.policy.schema.templates import DocumentRule
from workflows.policy.terms.access import StageTerms, Terms, VaultTerms
from workflows.policy.terms.break_glass import BreakGlassTerms
from workflows.policy.terms.documents import TemplateTerms
from workflows.policy.terms.incidents import IncidentAccess, IncidentTerms, PlaybookTerms
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.terms.reviews import ReviewTerms
from workflows.policy.terms.tickets import TicketTerms


@dataclass(frozen=True)
class LoadedCondition:
    """`denies`: it refuses when true. Otherwise it refuses when not true. An error refuses always."""

    name: str
    denies: bool
    compiled: Compiled
    because: str
    source: str


@dataclass(frozen=True)
class EffectiveRule:
    """What holds for one entitlement, its levels merged; times are seconds."""

    eligible: tuple[str, ...]
    longest: int
    shortest: int
    default: int
    justification_min: int
    justification_max: int
    ticket: TicketTerms
    conditions: tuple[LoadedCondition, ...]
    automatic: bool
    stages: tuple[StageTerms, ...]
    stage_conditions: tuple[LoadedCondition, ...]
    """By the name of the stage that a request needs only if it holds. With `automatic`, a request that needs none of
    the stages is approved automatically."""
    lapse: int
    warn: int
    credentials: int | None
    ahead: int
    break_glass: BreakGlassTerms | None
    assurance: Assurance


@dataclass(frozen=True)
class Entitlement:
    """Something that can be asked for. `source` is `file:line`, `place` the names of its levels."""

    id: str
    title: str
    description: str
    risk: Risk
    aliases: tuple[str, ...]
    resource: str
    resource_title: str
    environment: str
    environment_title: str
    vault: Recipe
    connect: Connection
    drill: bool
    on_behalf: bool
    """Whether people may request it for someone else, who then has to accept it."""
    in_incident: IncidentAccess | None
    inputs: tuple[InputTerms, ...]
    rule: EffectiveRule
    source: str

    @property
    def secrets_engine(self) -> Engine:
        return ENGINES[self.vault.engine_name]

    @property
    def place(self) -> str:
        return f"{self.environment} › {self.resource} › {self.id}"


@dataclass(frozen=True)
class LoadedBundleTest:
    source: str
    bundle_test: BundleTest


@dataclass(frozen=True)
class Bundle:
    """`digest` is SHA-256, in hex, over the names and bytes of all its files."""

    settings: Settings
    groups: Mapping[str, Group]
    entitlements: Mapping[str, Entitlement]
    services: Mapping[str, ReleaseTerms]
    machines: Machines
    on_call: Mapping[str, OnCallBlock]
    """Schedules by name; empty without on-call.yaml."""
    identities: Mapping[str, str]
    """Account, e-mail address or other name, casefolded → whose it is."""
    incidents: IncidentTerms | None
    playbooks: Mapping[str, PlaybookTerms]
    pagers: Mapping[str, PagerBlock]
    separate_duties: tuple[SeparateDuties, ...]
    """Empty without duties.yaml."""
    kits: Mapping[str, Kit]
    """Entitlements that are requested together, by name; empty without kits.yaml."""
    red_button: RedButton
    """Without red-button.yaml everybody stops only what is their own."""
    delegation: Delegation
    """Without delegation.yaml nobody decides for anyone."""
    reviews: Mapping[str, ReviewTerms]
    """Access reviews by name; empty without reviews.yaml."""
    control_tests: ControlTests | None
    """When Daypass tries its own controls; never without control-tests.yaml."""
    goals: Goals
    """What the figures of a month are compared with; none without goals.yaml."""
    templates: Mapping[str, TemplateTerms]
    """Forms of documents by name, those that come with Daypass included."""
    document_rules: Mapping[str, DocumentRule]
    """Who writes and approves documents, by template; empty without documents.yaml."""
    bundle_tests: tuple[LoadedBundleTest, ...]
    digest: str

    @property
    def channels(self) -> Mapping[str, str]:
        return self.settings.channels.named()

    @property
    def short_digest(self) -> str:
        return short_digest(self.digest)

    @property
    def targets(self) -> frozenset[str]:
        """Where credentials are used, and are to be confirmed gone."""
        return frozenset(one.vault.target for one in self.entitlements.values() if one.vault.target)

    @property
    def ticket_sources(self) -> frozenset[str]:
        """Where tickets are looked up, by the names of DAYPASS_TICKETS."""
        named = (one.rule.ticket.source for one in self.entitlements.values())
        return frozenset(one for one in named if one)


def short_digest(digest: str) -> str:
    """Enough of a digest to be told from another by a person."""
    return digest[:12]


def terms_of(bundle: Bundle, entitlement: Entitlement, skipped: Collection[str] = ()) -> Terms:
    """What a request for it has to meet under this bundle, if it doesn't need the stages that are `skipped`."""
    rule = entitlement.rule
    stages = tuple(stage for stage in rule.stages if stage.name not in skipped)
    return Terms(
        entitlement=entitlement.id,
        title=entitlement.title,
        resource=entitlement.resource,
        resource_title=entitlement.resource_title,
        environment=entitlement.environment,
        risk=entitlement.risk,
        vault=VaultTerms(
            secrets_engine=entitlement.vault.engine_name,
            path=entitlement.vault.path,
            policy=entitlement.vault.policy,
            parameters=dict(entitlement.vault.parameters),
            target=entitlement.vault.target,
        ),
        connect=entitlement.connect.text,
        longest=rule.longest,
        shortest=rule.shortest,
        default=rule.default,
        justification_min=rule.justification_min,
        justification_max=rule.justification_max,
        ticket=rule.ticket,
        automatic=rule.automatic and not stages,
        stages=stages,
        lapse=rule.lapse,
        warn=rule.warn,
        credentials=rule.credentials,
        ahead=rule.ahead,
        rule=f"{bundle.settings.name}: {entitlement.place} ({entitlement.source})",
        digest=bundle.digest,
        break_glass=rule.break_glass,
        assurance=rule.assurance,
        inputs=entitlement.inputs,
    )
