"""What Daypass reports of a credential that waits for Vault's own approvers."""

from dataclasses import dataclass
from datetime import datetime

from workflows.workflow import Command


@dataclass(frozen=True)
class ReportVaultAsked(Command):
    """Vault waits for its approvers with a credential, until then."""

    credential: str
    accessor: str
    until: datetime
    approvals: int
    groups: tuple[str, ...]


@dataclass(frozen=True)
class ReportVaultAuthorized(Command):
    """Who has authorized it by now, in Vault's own names, and whether Vault says that they are enough."""

    credential: str
    authorized_by: tuple[str, ...]
    enough: bool


VaultQuorumCommand = ReportVaultAsked | ReportVaultAuthorized
