"""Short messages that tell the requester what happened; the card says the rest."""

from collections.abc import Collection

from slack_sdk.models.blocks import ButtonElement

from bot.slack.access.cards import extend_buttons, get_button
from bot.slack.blocks import buttons, message, section
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, mentions, moment, plain
from workflows.access.confirmation import spell_confirmed
from workflows.access.state import Access
from workflows.access.views import confirmed_by
from workflows.ports import is_machine

APPROVED = "approved"

LONGEST_REASON = 500
"""Characters; the card has all of it."""
SENTENCES = {
    "denied": ":no_entry: {by} denied {whose} request: {what}.{reason} Still need it? Talk to them first.",
    "lapsed": ":zzz: {Whose} request expired with no response: {what}. Request it again with `/access`.",
    "approvers-missing": ":warning: {Whose} request has too few eligible approvers left for {stages}: {what}. "
    "Daypass's operators know{escalated}. If it's urgent, talk to your data owners.",
    "end-announced": ":alarm_clock: {Whose} access to {what} ends {ends}.{more}",
    "grant-started": ":white_check_mark: {Whose} extended access to {what} has started. It ends {ends}.",
    "withdrawn": ":leftwards_arrow_with_hook: {Whose} request was withdrawn: {what}.{reason}",
    "grant-ended": ":checkered_flag: {Whose} access to {what} has ended{how}, {confirmed}. {used}",
}
NOTES = (APPROVED, *SENTENCES)


def note(state: Access, name: str) -> Message:
    """The message for the event of this name. The one about the approval can be acted on while access is active."""
    if name == APPROVED:
        return _approved(state)
    text = SENTENCES[name].format(**_words(state))
    pressed = _buttons(state, name)
    return message(text, section(text), *([buttons(*pressed)] if pressed else []))


def _buttons(state: Access, name: str) -> list[ButtonElement]:
    """What can be done at once about what is told."""
    if state.status != "active" or is_machine(state.requester):
        return []
    if name == "end-announced":
        return extend_buttons(state)
    return [get_button(state)] if name == "grant-started" else []


def _approved(state: Access) -> Message:
    words = _words(state)
    by = f" by {words['by']}" if state.reviews else ""
    more = "more time with " if state.extends else "access to "
    text = f":white_check_mark: {words['Whose']} {more}{words['what']} is approved{by}.{words['starts']} It ends {words['ends']}."
    if state.status != "active" or is_machine(state.requester):
        return message(text, section(text))
    return message(text, section(text), buttons(get_button(state)))


def _words(state: Access) -> dict[str, str]:
    grant = state.grant
    minted = sum(credential.was_minted for credential in state.credentials)
    machine = is_machine(state.requester)
    return {
        "whose": f"{mention(state.requester)}'s" if machine else "your",
        "Whose": f"{mention(state.requester)}'s" if machine else "Your",
        "what": f"*{plain(state.terms.title)}*",
        "by": mentions({review.reviewer for review in state.reviews}) or "Daypass",
        "stages": spell_stages(state.stuck),
        "escalated": ", and the request was escalated" if set(state.stuck) & set(state.escalated) else "",
        "reason": f" Reason: {cut(plain(state.reason), LONGEST_REASON)}" if state.reason else "",
        "more": " Need more time? Press *Extend*."
        if extend_buttons(state)
        else " Need more time? Use `/access`.",
        "starts": f" It starts {moment(grant.starts_at)}." if grant and state.extends else "",
        "ends": moment(grant.ends_at) if grant else "",
        "how": f" ({grant.how})" if grant and grant.how else "",
        "confirmed": spell_confirmed(confirmed_by(state)),
        "used": "It wasn't used." if not minted else f"Credentials created: {minted}.",
    }


def spell_stages(names: Collection[str]) -> str:
    """Stages by their names, such as “stage *security*”."""
    return f"stage{'s' if len(names) > 1 else ''} {' and '.join(f'*{plain(name)}*' for name in names)}"
