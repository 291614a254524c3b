"""Which effects what Vault's own approvers do calls for: whom to tell."""

from workflows.access.events import CredentialNotMinted
from workflows.access.state import Access
from workflows.access.vault_quorum.events import VaultAsked, VaultAuthorized
from workflows.workflow import Effect, tell

ASK = "mint-with-vault-quorum"
"""The effect that asks Vault's approvers, waits for them, and has the credential made."""


def told_of_vault(
    state: Access, event: VaultAsked | VaultAuthorized | CredentialNotMinted
) -> tuple[Effect, ...]:
    """Tell whoever approved the request what to do in Vault; its requester when it can be collected, and when it can't."""
    match event:
        case VaultAsked():
            approvers = sorted({one.reviewer for one in state.reviews if one.verdict == "approve"})
            return tuple(tell(state.id, one, event.action) for one in approvers)
        case VaultAuthorized(enough=True):
            return (tell(state.id, state.requester, event.action),)
        case CredentialNotMinted(credential=id):
            credential = state.credential(id)
            waited = credential is not None and credential.asked_of_vault is not None
            return (tell(state.id, state.requester, event.action),) if waited else ()
        case _:
            return ()
