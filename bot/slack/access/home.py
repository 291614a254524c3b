"""A person's part of the App Home: the access that they hold or asked for, and what they can decide."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access.cards import APPROVE, DENY, GET_CREDENTIALS, GIVE_BACK, standing_of, value
from bot.slack.blocks import button, buttons, section
from bot.slack.mrkdwn import cut, mention, moment, plain
from bot.slack.presenter import HomePart
from workflows.access.state import KIND, Access
from workflows.approval import waits_for
from workflows.durations import spell_duration
from workflows.ledger.repository import Reads
from workflows.workflow import World

LISTED = 40
LONGEST_WHY = 500


async def home_part(reads: Reads, world: World, person: str) -> HomePart:
    mine = await reads.owned_by(Access, KIND, person, LISTED)
    pending = await reads.in_status(Access, KIND, ["pending"])
    return HomePart(
        title="Your access",
        empty="You have asked for nothing yet. Type `/access` in any channel to ask.",
        waiting=[_waiting(state) for state in pending if waits_for(state, world.directory, person)],
        mine=[_mine(state) for state in mine],
    )


def _waiting(state: Access) -> list[Block]:
    why = cut(plain(state.justification), LONGEST_WHY)
    text = (
        f"*{plain(state.terms.title)}* for {spell_duration(state.seconds)}, asked by {mention(state.requester)}\n"
        f">{why}\nLapses {moment(state.lapses_at)}"
    )
    return [
        section(text),
        buttons(_button(state, "Approve", APPROVE, "primary"), _button(state, "Deny", DENY, "danger")),
    ]


def _mine(state: Access) -> list[Block]:
    until = f", until {moment(state.grant.ends_at)}" if state.grant and state.status == "active" else ""
    text = f"*{plain(state.terms.title)}* for {spell_duration(state.seconds)}{until}\n{standing_of(state)}"
    if state.status != "active":
        return [section(text)]
    get = _button(state, "Get credentials", GET_CREDENTIALS, "primary")
    return [section(text), buttons(get, _button(state, "Give back", GIVE_BACK))]


def _button(state: Access, label: str, action: str, style: str | None = None) -> ButtonElement:
    return button(label, action, value(state), style)
