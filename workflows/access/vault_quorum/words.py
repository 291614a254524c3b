"""Says for whom a credential waits, in the words that Slack, the console and the API have in common."""

from workflows.access.vault_quorum.state import VaultRequest
from workflows.text import glimpse

NAMES_SHOWN = 3
MAX_NAME_CHARS = 40


def spell_count(asked: VaultRequest) -> str:
    """How many have authorized it, such as “1 of 2 (ann)”."""
    shown = [glimpse(one, MAX_NAME_CHARS) for one in asked.authorized_by[:NAMES_SHOWN]]
    more = ["…"] if len(asked.authorized_by) > NAMES_SHOWN else []
    names = f" ({', '.join([*shown, *more])})" if shown else ""
    return f"{len(asked.authorized_by)} of {asked.approvals}{names}"


def spell_waiting(asked: VaultRequest) -> str:
    """For whom it waits, in a sentence."""
    return f"Waiting for Vault's approvers: {spell_count(asked)}."


def command_of(asked: VaultRequest) -> str:
    """The command by which an approver authorizes it with their own Vault token."""
    return f"bao write sys/control-group/authorize accessor={asked.accessor}"
