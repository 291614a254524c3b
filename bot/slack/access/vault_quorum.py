"""What cards, messages and windows say while Vault's own approvers are asked: what Vault has, as it says so itself."""

from slack_sdk.models.blocks import Block

from bot.slack.access import texts
from bot.slack.blocks import fine_print, section
from bot.slack.mrkdwn import cut, minute, moment, plain
from workflows.access.state import Access
from workflows.access.vault_quorum.decide import waiting
from workflows.access.vault_quorum.state import VaultRequest
from workflows.access.vault_quorum.words import command_of, spell_count
from workflows.approval.audiences import Role

MAX_TROUBLE_CHARS = 500
"""Characters of why a login wasn't created; Details has all of it."""


def vault_lines(state: Access, role: Role | None) -> list[str]:
    """For whom a login waits, and to approvers the command; nothing if none does."""
    credential = waiting(state)
    asked = credential.asked_of_vault if credential and state.status == "active" else None
    if asked is None:
        return []
    if asked.enough:
        return [texts.AUTHORIZED_IN_VAULT]
    waits = texts.WAITING_FOR_VAULT.format(count=plain(spell_count(asked)), until=minute(asked.until))
    return [waits, *([texts.AUTHORIZE.format(command=command_of(asked))] if role == "approver" else [])]


def waiting_blocks(state: Access, asked: VaultRequest) -> list[Block]:
    """What whoever asked for a login reads while Vault's approvers are asked."""
    said = texts.ASKED_VAULT.format(
        what=plain(state.terms.title), count=plain(spell_count(asked)), until=moment(asked.until)
    )
    return [section(said), fine_print(texts.ASKED_VAULT_NEXT)]


def vault_words(state: Access) -> dict[str, str]:
    """What messages say of the newest login that Vault's approvers were asked about; empty words if there is none."""
    newest = next((one for one in reversed(state.credentials) if one.asked_of_vault), None)
    asked = newest.asked_of_vault if newest else None
    trouble = newest.trouble if newest and newest.status == "failed" else texts.ASKING_INTERRUPTED
    return {
        "vault_until": moment(asked.until) if asked else "",
        "vault_accessor": asked.accessor if asked else "",
        "vault_command": command_of(asked) if asked else "",
        "trouble": cut(plain(trouble or ""), MAX_TROUBLE_CHARS),
    }
