"""What a request needs, fixed on it when it is asked: plain data, kept as JSON with the request."""

from workflows.policy.engines import ENGINES
from workflows.policy.fields import Assurance, Notify, Risk, stronger
from workflows.policy.terms.break_glass import BreakGlassTerms, stricter_break_glass
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.snapshot import Snapshot
from workflows.policy.terms.tickets import TicketTerms, stricter_ticket


class VaultTerms(Snapshot):
    """`secrets_engine` is one of `workflows.policy.engines`, by its name."""

    secrets_engine: str
    path: str
    policy: str
    parameters: dict[str, str]
    """What the engine is asked with; `{inputs.name}` stands for the value of an input."""
    target: str | None = None

    @property
    def revocable(self) -> bool:
        """Whether a credential can be ended before its validity is over."""
        return ENGINES[self.secrets_engine].revocable

    @property
    def static(self) -> bool:
        """Whether the secret is there anyway, and works until somebody changes it."""
        return ENGINES[self.secrets_engine].static


class StageTerms(Snapshot):
    """One stage: `quorum` different people out of the groups in `approvers`.

    After `escalate_after` seconds without a decision, those of `escalate_to` may decide too.
    `channel` is the Slack channel (id or #name) for its card, `notify` who else hears of it.
    """

    name: str
    approvers: tuple[str, ...]
    quorum: int = 1
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()
    notify: Notify = "both"
    channel: str = ""


class Terms(Snapshot):
    """Everything that was asked of one request, and of its grant; times are seconds."""

    entitlement: str
    title: str
    resource: str
    resource_title: str
    environment: str
    risk: Risk
    vault: VaultTerms
    connect: str
    longest: int
    shortest: int
    default: int
    justification_min: int
    justification_max: int
    ticket: TicketTerms
    automatic: bool
    stages: tuple[StageTerms, ...]
    lapse: int
    warn: int
    credentials: int | None
    ahead: int
    """How long before its start it can be asked for, at most."""
    rule: str
    digest: str
    break_glass: BreakGlassTerms | None = None
    """None: nobody may take it without approval."""
    inputs: tuple[InputTerms, ...] = ()
    """What a request has to say besides."""
    assurance: Assurance = "click"
    """How strongly each approval is bound to its person."""

    @property
    def approvals(self) -> int:
        """How many different people have to approve it."""
        return sum(stage.quorum for stage in self.stages)


def stricter(old: Terms, new: Terms) -> Terms:
    """What satisfies both: asked for everything that either asks, allowed only what both allow.

    Identity, recipe, inputs and wording are `old`'s, for they are what was shown. No recipe is stricter than
    another: when `old.vault != new.vault`, the caller has to refuse and let the request be asked again. So it has to
    when the values that were given aren't what the new rules ask for.
    """
    return old.model_copy(
        update={
            "longest": min(old.longest, new.longest),
            "shortest": max(old.shortest, new.shortest),
            "justification_min": max(old.justification_min, new.justification_min),
            "justification_max": min(old.justification_max, new.justification_max),
            "ticket": stricter_ticket(old.ticket, new.ticket),
            "automatic": old.automatic and new.automatic,
            "stages": _both_stages(old.stages, new.stages),
            "lapse": min(old.lapse, new.lapse),
            "warn": max(old.warn, new.warn),
            "credentials": min(
                (x for x in (old.credentials, new.credentials) if x is not None), default=None
            ),
            "ahead": min(old.ahead, new.ahead),
            "digest": new.digest,
            "break_glass": stricter_break_glass(old.break_glass, new.break_glass),
            "assurance": stronger(old.assurance, new.assurance),
        }
    )


def _both_stages(old: tuple[StageTerms, ...], new: tuple[StageTerms, ...]) -> tuple[StageTerms, ...]:
    others = {stage.name: stage for stage in new}
    kept = tuple(
        _stricter_stage(stage, others[stage.name]) if stage.name in others else stage for stage in old
    )
    names = {stage.name for stage in old}
    return kept + tuple(stage for stage in new if stage.name not in names)


def _stricter_stage(old: StageTerms, new: StageTerms) -> StageTerms:
    escalate_to = tuple(group for group in old.escalate_to if group in new.escalate_to)
    waits = [stage.escalate_after for stage in (old, new) if stage.escalate_after is not None]
    return StageTerms(
        name=old.name,
        approvers=tuple(group for group in old.approvers if group in new.approvers),
        quorum=max(old.quorum, new.quorum),
        escalate_after=max(waits) if escalate_to and len(waits) == 2 else None,
        escalate_to=escalate_to,
        notify=old.notify if old.notify == new.notify else "both",
        channel=new.channel,
    )
