"""Short messages that tell the requester what happened; the card says the rest."""

from collections.abc import Collection

from slack_sdk.models.blocks import ButtonElement

from bot.slack.access import texts
from bot.slack.access.break_glass import texts as glass
from bot.slack.access.break_glass.lines import taken_note
from bot.slack.access.cards import accept_buttons, extend_buttons, get_button, withdraw_button
from bot.slack.access.kits import texts as kits
from bot.slack.access.on_behalf import texts as on_behalf
from bot.slack.access.on_behalf.lines import proposal_note
from bot.slack.access.status import condition_lines, how_long
from bot.slack.access.vault_quorum import vault_words
from bot.slack.blocks import buttons, message, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, mentions, moment, plain
from bot.slack.questions import question_note
from workflows.access.confirmation import spell_confirmed
from workflows.access.state import Access
from workflows.access.views import confirmed_by
from workflows.durations import spell_duration
from workflows.ports import is_machine

APPROVED = "approved"

_GETTING = (APPROVED, "grant-started", "vault-authorized", "credential-not-minted")
"""Messages about what its requester can get now."""
MAX_REASON_CHARS = 500
"""Characters; the card has all of it."""


def note(state: Access, name: str) -> Message:
    """The message for the event of this name. The one about the approval can be acted on while access is active."""
    if name in glass.NOTES:
        return taken_note(state, name)
    if name in on_behalf.NOTES:
        return proposal_note(state, name)
    if asked := question_note(state, name, plain(state.terms.title)):
        return asked
    text = _template(state, name).format(**_words(state))
    pressed = _buttons(state, name)
    conditions = condition_lines(state) if name in ("conditions-offered", APPROVED) else []
    return message(text, *sections(text, *conditions), *([buttons(*pressed)] if pressed else []))


def _template(state: Access, name: str) -> str:
    if name == APPROVED and state.break_glass:
        return glass.TAKEN_NOTE
    if name in kits.NOTES:
        return kits.NOTES[name]
    never = name == "grant-ended" and state.grant is not None and not state.grant.started
    return texts.NEVER_STARTED if never else texts.NOTES[name]


def _buttons(state: Access, name: str) -> list[ButtonElement]:
    """What can be done at once about what is told."""
    if name == "conditions-offered" and state.offered_at:
        return [*accept_buttons(state), *([withdraw_button(state)] if state.status == "pending" else [])]
    if state.status != "active" or is_machine(state.requester):
        return []
    if name == "end-announced":
        return extend_buttons(state)
    return [get_button(state)] if name in _GETTING else []


def _words(state: Access) -> dict[str, str]:
    grant = state.grant
    minted = sum(credential.was_minted for credential in state.credentials)
    machine = is_machine(state.requester)
    by = mentions({review.reviewer for review in state.reviews})
    return {
        **vault_words(state),
        "Who": mention(state.requester),
        "whose": f"{mention(state.requester)}'s" if machine else "your",
        "Whose": f"{mention(state.requester)}'s" if machine else "Your",
        "what": f"*{plain(state.terms.title)}*",
        "by": by or "Daypass",
        "how_long": how_long(state, spell_duration),
        "conditions": texts.ONE_CONDITION
        if len(state.new_conditions) == 1
        else texts.SOME_CONDITIONS.format(number=len(state.new_conditions)),
        "by_whom": f" by {by}" if by else "",
        "more_or_access": texts.MORE_TIME_WITH if state.extends else texts.ACCESS_TO,
        "stages": spell_stages(state.stuck),
        "escalated": texts.ESCALATED if set(state.stuck) & set(state.escalated) else "",
        "reason": texts.NOTE_REASON.format(why=cut(plain(state.reason), MAX_REASON_CHARS))
        if state.reason
        else "",
        "more": texts.NOTE_EXTEND if extend_buttons(state) else texts.NOTE_REQUEST_MORE,
        "refused": ", ".join(f"`{one.entitlement}`" for one in state.kit_refused),
        "starts": texts.NOTE_STARTS.format(at=moment(grant.starts_at))
        if grant and (state.extends or state.starts_at)
        else "",
        "ends": moment(grant.ends_at) if grant else "",
        "how": f" ({grant.how})" if grant and grant.how else "",
        "confirmed": spell_confirmed(confirmed_by(state)),
        "used": texts.NOTE_CREATED.format(number=minted) if minted else texts.NOTE_NOT_USED,
    }


def spell_stages(names: Collection[str]) -> str:
    """Stages by their names, such as “stage *security*”."""
    return f"stage{'s' if len(names) > 1 else ''} {' and '.join(f'*{plain(name)}*' for name in names)}"
