"""The YAML of a bundle as models: one class a block, exactly the fields an author may write."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from workflows.policy.engines import inferred_engine
from workflows.policy.fields import (
    MANAGER,
    Assurance,
    Channel,
    Line,
    Member,
    Moment,
    Name,
    Names,
    Notify,
    Risk,
    Seconds,
    Template,
    Usergroup,
    VaultPath,
    VaultPolicy,
    no_repeats,
    shaped,
    wrong,
)
from workflows.policy.schema.block import Block, Escalation
from workflows.policy.schema.break_glass import BreakGlassBlock
from workflows.policy.schema.connect import Connect, ConnectBlock
from workflows.policy.schema.console import Console, PasskeyRules
from workflows.policy.schema.inputs import MAX_INPUTS, InputBlock, InputName, Typed
from workflows.policy.schema.tickets import Project, Ticket
from workflows.policy.schema.tier_tests import TierTest
from workflows.policy.tickets import TicketStatus


class Justification(Block):
    min_length: Annotated[int, Field(ge=0, le=2_000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=2_000)] | None = None


class Condition(Block):
    """Either `allow` (has to be true) or `deny` (has to be false); an error refuses in both."""

    name: Name
    allow: str | None = None
    deny: str | None = None
    because: Line

    @model_validator(mode="after")
    def _one_expression(self) -> Self:
        if (self.allow is None) == (self.deny is None):
            raise wrong("a condition needs exactly one of “allow” and “deny”", "keep one CEL expression")
        return self


class Stage(Block):
    name: Name
    approvers: Names | None = None
    quorum: Annotated[int, Field(ge=1, le=20)] | None = None
    escalate: Escalation | None = None
    notify: Notify | None = None
    channel: Name | None = None
    """A name under `channels` in daypass.yaml; `approvals` unless said."""
    when: str | None = None
    """CEL: only requests for which it's true need this stage, as do those for which it fails."""


class Rule(Block):
    """What a level says; what it leaves out, the level above says."""

    eligible: Names | None = None
    longest: Seconds | None = None
    shortest: Seconds | None = None
    default: Seconds | None = None
    justification: Justification | None = None
    ticket: Ticket | None = None
    when: tuple[Condition, ...] = ()
    decision: Literal["automatic"] | None = None
    stages: tuple[Stage, ...] = ()
    lapse: Seconds | None = None
    credentials: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """How many may be minted under one grant."""
    warn_before_end: Seconds | None = None
    ahead: Seconds | None = None
    """How long before its start access can be requested, at most."""
    break_glass: BreakGlassBlock | None = None
    """Who may take it without approval, and be reviewed after."""
    assurance: Assurance | None = None


class Recipe(Block):
    """Where the credential comes from. The engine is inferred from the path where that says it."""

    path: VaultPath
    policy: VaultPolicy
    parameters: Annotated[dict[str, Template], Field(default_factory=dict)]
    """`{inputs.name}` in one stands for the value of that input."""
    secrets_engine: Annotated[str | None, Field(alias="engine")] = None
    static: bool = False
    """A secret that is the same for everyone, accepted as such: it works until somebody changes it."""
    target: Name | None = None
    """Where it is used, as DAYPASS_TARGETS calls it; the end is confirmed there, too."""

    @property
    def engine_name(self) -> str:
        return self.secrets_engine or inferred_engine(self.path) or ""


class InIncident(Block):
    """When a playbook may give it without its stages: the `approver` runs the step, for somebody else."""

    severities: Names
    roles: Names
    approver: Name = "commander"
    longest: Seconds | None = None


class EntitlementBlock(Block):
    title: Line
    description: Annotated[str, Field(min_length=1, max_length=600)]
    risk: Risk
    aliases: Names | tuple[()] = ()
    vault: Recipe
    connect: Connect = ConnectBlock()
    """How to connect with the credential: text to show, or a block that programs can follow as well."""
    drill: bool = False
    """Whether drills may give it: it opens nothing that matters."""
    on_behalf: bool = True
    """Whether people may request it for someone else, who then has to accept it."""
    in_incident: InIncident | None = None
    inputs: Annotated[dict[InputName, InputBlock], Field(default_factory=dict, max_length=MAX_INPUTS)]
    """What a request has to say besides its reason."""
    rule: Rule = Rule()


class ResourceFile(Block):
    """`resources/*.yaml`."""

    resource: Name
    title: Line
    environment: Name
    rule: Rule = Rule()
    entitlements: Annotated[dict[Name, EntitlementBlock], Field(min_length=1)]


class Environment(Block):
    title: Line
    rule: Rule = Rule()


class EnvironmentsFile(Block):
    """`environments.yaml`."""

    environments: Annotated[dict[Name, Environment], Field(min_length=1)]


GROUP_SOURCES = ("members", "slack_usergroup", "on_call", "scim")
"""The fields that say where a group's members come from."""


class Group(Block):
    """Listed here, kept in Slack, pushed by an identity provider, or whoever is on call."""

    members: Annotated[tuple[Member, ...], AfterValidator(no_repeats)] = ()
    slack_usergroup: Usergroup | None = None
    on_call: Name | None = None
    """A schedule of on-call.yaml."""
    ticket_projects: tuple[Project, ...] = ()
    """Whose tickets its members may name where a rule asks for their own project."""
    scim: Line | None = None
    """The display name of a group that an identity provider pushes by SCIM."""

    @property
    def source(self) -> str:
        """The field that says where its members come from."""
        return next(name for name in GROUP_SOURCES if getattr(self, name))

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(bool(getattr(self, name)) for name in GROUP_SOURCES) != 1:
            raise wrong(
                "a group needs exactly one of “members”, “slack_usergroup”, “on_call” and “scim”",
                "keep one of them",
            )
        return self


class GroupsFile(Block):
    """`groups.yaml`."""

    groups: Annotated[dict[Name, Group], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_manager(self) -> Self:
        if MANAGER in self.groups:
            raise wrong(f"“{MANAGER}” stands for the requester's manager", "give the group another name")
        return self


class Defaults(Block):
    """Used where no level of an entitlement says otherwise."""

    duration: Seconds = 3_600
    shortest: Seconds = 60
    lapse: Seconds = 86_400
    warn_before_end: Seconds = 600
    ahead: Seconds = 604_800


class Channels(Block):
    """Where Daypass speaks; more may be named beside these three, for stages."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    __pydantic_extra__: dict[str, Channel]

    approvals: Channel
    alarms: Channel
    audit: Channel
    figures: Channel | None = None
    """Where the figures of each month are sent; nowhere unless it is named."""

    def named(self) -> dict[str, str]:
        return {
            "approvals": self.approvals,
            "alarms": self.alarms,
            "audit": self.audit,
            **({"figures": self.figures} if self.figures else {}),
            **self.__pydantic_extra__,
        }


class Settings(Block):
    """`daypass.yaml`."""

    name: Line
    log_origin: Annotated[
        str,
        shaped(
            r"(?=.{1,200}\Z)[a-z0-9.-]+(/[A-Za-z0-9._-]+)*",
            "use at most 200 characters, such as daypass.example.com/audit",
        ),
    ]
    channels: Channels
    defaults: Defaults = Defaults()
    console: Console = Console()
    passkeys: PasskeyRules = PasskeyRules()
    values: Annotated[dict[str, str], Field(default_factory=dict)]


class Expected(Block):
    outcome: Literal["allowed", "refused"]
    code: str | None = None
    automatic: bool | None = None
    stages: tuple[Name, ...] | None = None
    approvers: tuple[str, ...] | None = None


class BundleTest(Block):
    """One of the bundle's own tests: given this request, expect that outcome."""

    name: Line
    requester: Member | None = None
    groups: tuple[Name, ...] = ()
    holds: tuple[Name, ...] = ()
    """Entitlements that the requester has already."""
    entitlement: Name
    duration: Seconds
    justification: str = "Looked into for the bundle's own test, in enough words for any rule"
    ticket: str = ""
    ticket_status: TicketStatus = "open"
    """What is seen of the ticket, where the rule has it looked up."""
    ticket_project: str = ""
    inputs: Annotated[dict[str, Typed], Field(default_factory=dict)]
    signals: tuple[Name, ...] = ()
    """What is unusual about it, such as `burst`."""
    break_glass: bool = False
    """Whether it is taken without approval instead."""
    on_call: tuple[Name, ...] = ()
    """Schedules by which the requester is on call besides; those kept elsewhere have nobody else in tests."""
    now: Moment = datetime(2026, 3, 2, 10, tzinfo=UTC)
    """A Monday, unless said."""
    expect: Expected

    @model_validator(mode="after")
    def _one_requester(self) -> Self:
        if self.requester is not None and self.groups:
            raise wrong("a test can't have both “requester” and “groups”", "keep one of them")
        return self


class TestsFile(Block):
    """`tests/*.yaml`."""

    __test__ = False

    tests: tuple[BundleTest, ...] = ()
    tiers: tuple[TierTest, ...] = ()
