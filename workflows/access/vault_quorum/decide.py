"""Decides on a credential that waits for Vault's own approvers: what is recorded of it, and when it can be collected."""

from datetime import datetime

from workflows.access.credentials import Credential
from workflows.access.state import Access
from workflows.access.vault_quorum.commands import ReportVaultAsked, ReportVaultAuthorized, VaultQuorumCommand
from workflows.access.vault_quorum.events import CredentialCollected, VaultAsked, VaultAuthorized
from workflows.access.vault_quorum.words import spell_waiting
from workflows.workflow import Actor, Decision, NoChange, Refused

NOT_DAYPASS = Refused("not-yours", "Daypass itself reports what Vault's approvers have done.")


def waiting(state: Access) -> Credential | None:
    """The credential for which Vault waits; None if there is none."""
    return next((one for one in state.credentials if one.status == "minting" and one.asked_of_vault), None)


def collect(credential: Credential, window: str, now: datetime) -> Decision:
    """Its requester asks for it again: it is made if Vault has enough, else they hear for whom it waits."""
    asked = credential.asked_of_vault
    assert asked is not None
    if not asked.enough:
        return Refused("waiting-for-vault", f"{spell_waiting(asked)} You get a message when you can get it.")
    if asked.window == window:
        return NoChange()
    return (CredentialCollected(credential=credential.id, window=window, at=now),)


def decide_vault_quorum(state: Access, command: VaultQuorumCommand, actor: Actor) -> Decision:
    """What is recorded of what Vault says. Only while the credential is wanted; else whoever asked gives it up."""
    if not actor.is_daypass:
        return NOT_DAYPASS
    credential = state.credential(command.credential)
    if credential is None or credential.status != "minting" or state.status != "active":
        return NoChange()
    match command:
        case ReportVaultAsked():
            if credential.asked_of_vault:
                return NoChange()
            return (
                VaultAsked(
                    credential=credential.id,
                    accessor=command.accessor,
                    until=command.until,
                    approvals=command.approvals,
                    groups=command.groups,
                ),
            )
        case ReportVaultAuthorized(authorized_by=by, enough=enough):
            known = credential.asked_of_vault
            if known is None or (known.authorized_by, known.enough) == (by, enough):
                return NoChange()
            return (VaultAuthorized(credential=credential.id, authorized_by=by, enough=enough),)
