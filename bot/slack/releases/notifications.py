"""Short messages that tell the requester something has happened; the card says the rest."""

from bot.slack.access.notifications import spell_stages
from bot.slack.blocks import message, section
from bot.slack.mrkdwn import cut, mentions, moment, plain
from bot.slack.releases.cards import VOID, version_of, what
from integrations.slack.messages import Message
from workflows.releases.state import Release

LONGEST_REASON = 500
"""Characters; the card has all of it."""
SENTENCES = {
    "went-live": ":rocket: {what} is live{since}. {checks}",
    "rolled-back": ":leftwards_arrow_with_hook: {what} has been rolled back; {before} is live again.{reason}",
    "rejected": ":no_entry: {by} rejected {what}.{reason} To release it after all, propose it again with `/release`.",
    "lapsed": ":zzz: Nobody decided on {what} in time, so it has lapsed. Propose it again with `/release`.",
    "approvers-missing": ":warning: Nobody can decide {stages} of {what} any more: the approvers have left or changed "
    "teams. Daypass's operators have been told{escalated}.",
    "superseded": ":twisted_rightwards_arrows: {what} was to replace {before}, but {found} is live by now. "
    "Propose it again with `/release` if it is still wanted.",
    "approval-voided": ":warning: The approval of {what} is void: {voided}. It has to be approved again.",
    "check-failed": ":rotating_light: The checks of {what} have not passed. Its card offers to roll it back.",
    "drifted": ":rotating_light: Somebody has changed what is live of {what}, not through Daypass: {found} is "
    "live. Its card offers to restore what was approved.",
    "artifact-changed": ":rotating_light: The artifact that is live by {what} isn't what was approved. Its card says "
    "more, and offers the way back if there is one.",
    "artifact-not-read": ":rotating_light: The artifact that is live by {what} can't be read any more, so Daypass can't "
    "tell whether it is what was approved. Its card says why.",
    "move-stopped": ":no_entry: {what}: {stopped} wasn't made live again, because its artifact isn't what was approved. "
    "Propose another version with `/release`.",
}


def note(state: Release, name: str) -> Message:
    """The message for the event of this name."""
    text = SENTENCES[name].format(**_words(state))
    return message(text, section(text))


def _words(state: Release) -> dict[str, str]:
    return {
        "what": f"*{what(state)}*",
        "since": f" since {moment(state.live_at)}" if state.live_at else "",
        "checks": f"Its checks run {moment(state.checks_at)}." if state.checks_at else "",
        "stages": spell_stages(state.stuck),
        "escalated": ", and it has been escalated" if set(state.stuck) & set(state.escalated) else "",
        "before": _version(state.replaces),
        "found": _version(state.found),
        "stopped": _version(state.stopped),
        "by": mentions({review.reviewer for review in state.reviews}),
        "reason": f" Reason: {cut(plain(state.reason), LONGEST_REASON)}" if state.reason else "",
        "voided": " and ".join(VOID[one] for one in state.voided),
    }


def _version(version: str | None) -> str:
    return f"version {version_of(version)}" if version else "nothing"
