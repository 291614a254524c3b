"""What a release has to meet, fixed on it when it is proposed: plain data, kept as JSON with the release."""

from datetime import date, datetime
from typing import Literal

from workflows.policy.fields import Assurance, Risk
from workflows.policy.schema.gates import GateTerms
from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.exceptions import ExceptionTerms
from workflows.policy.terms.snapshot import Snapshot
from workflows.policy.terms.tiers import TieringTerms

Source = Literal["requester", "run", "registrant"]
EvidenceSource = Literal["mlflow", "mlflow-prompts", "mlflow-judges", "github", "sagemaker", "unity-catalog"]
"""Where a service's versions are known."""
MLFLOW_SOURCES: tuple[EvidenceSource, ...] = ("mlflow", "mlflow-prompts", "mlflow-judges")
"""All that are of one MLflow: its models and agents, its prompts, its judges."""
Trust = Literal["authenticated", "claimed"]
"""`authenticated`: nothing is released while MLflow lets in whoever asks. `claimed`: names count as they stand there."""


class FreezeTerms(Snapshot):
    """A window in which releases stop: from one moment to another, once or again and again; or whole weekdays (UTC).

    `repeats` is a rule of iCalendar, in the time of `zone`; `left_out` are local dates on which it doesn't begin.
    """

    name: str
    because: str
    begins: datetime | None = None
    ends: datetime | None = None
    weekdays: tuple[str, ...] = ()
    repeats: str = ""
    zone: str = "UTC"
    left_out: tuple[date, ...] = ()
    link: str = ""


class TargetTerms(Snapshot):
    """What going live does: moves an alias of MLflow or Unity Catalog, calls a webhook, approves a model package of
    SageMaker, or lets a deployment of GitHub or a rollout of a cluster go on."""

    kind: Literal[
        "alias", "judge-alias", "catalog-alias", "webhook", "deployment", "rollout", "model-package"
    ]
    alias: str = ""
    """`judge-alias`: MLflow has none for judges, so a tag of the judge's experiment holds it."""
    call: str = ""
    read: str = ""
    environment: str = ""
    """`deployment`: GitHub's environment, whose protection rule Daypass is."""
    machine: str = ""
    """`deployment`, `rollout`: the machine of the bundle that proposes what GitHub or the cluster wants to deploy."""
    cluster: str = ""
    rollout: str = ""
    """`rollout`: its namespace and name, as `test/podinfo`."""

    @property
    def moves_back(self) -> bool:
        """Whether Daypass can make an earlier version live again. What GitHub or a cluster deploys, only they deploy."""
        return self.kind not in ("deployment", "rollout")


class AuthorTerms(Snapshot):
    """Which of a version's authors have to be known, names that are machines, not people, and what MLflow's word is worth.

    Whoever anything names as author is excluded, whatever stands here.
    """

    sources: tuple[Source, ...]
    machines: tuple[str, ...] = ()
    mlflow: Trust = "authenticated"


class CheckTerms(Snapshot):
    """Gates that run again `after` so many seconds of being live."""

    after: int
    gates: tuple[GateTerms, ...]


class ReleaseTerms(Snapshot):
    """Everything that is asked of one release; times are seconds."""

    service: str
    title: str
    environment: str
    risk: Risk
    model: str
    target: TargetTerms
    rollback: str
    gates: tuple[GateTerms, ...]
    checks: CheckTerms | None
    authors: AuthorTerms
    freezes: tuple[FreezeTerms, ...]
    stages: tuple[StageTerms, ...]
    eligible: tuple[str, ...]
    lapse: int
    rule: str
    digest: str
    source: EvidenceSource = "mlflow"
    live_checks: tuple[LiveCheckTerms, ...] = ()
    """Metrics that are looked at while it is live."""
    rolled_back_by: tuple[str, ...] = ()
    """The groups that alone may roll it back; empty: its approvers and authors may."""
    assurance: Assurance = "click"
    """How strongly an approval is bound to its person; there is nothing that Vault could guard."""
    tiering: TieringTerms | None = None
    """The risk tiers that the service may be in; None if it has none."""
    tier: str = ""
    """The tier that `gates` and `stages` are of; empty as long as none has been applied."""
    exceptions: ExceptionTerms | None = None
    """None: nothing of it can be excepted."""
