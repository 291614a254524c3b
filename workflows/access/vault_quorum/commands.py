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
    """`by` whom Vault says that it has been authorized by now, and whether that is enough."""

    credential: str
    by: tuple[str, ...]
    enough: bool


VaultQuorumCommand = ReportVaultAsked | ReportVaultAuthorized
