"""The card of an emergency stop: what was stopped, how far it is, and what can't be ended yet."""

from slack_sdk.models.blocks import Block

from bot.slack.blocks import button, buttons, fine_print, message, sections, typed
from bot.slack.button_values import About
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, minute, plain
from bot.slack.stops import texts
from workflows.system.stops.aim import Aim
from workflows.system.stops.progress import spell_progress
from workflows.system.stops.state import Stop
from workflows.workflow import CLOCKWORK, Actor

LIFT = "stop.lift"
MAX_TROUBLES, MAX_TROUBLE_CHARS = 6, 600
MAX_REASON_CHARS = 600


def card(stop: Stop) -> Message:
    """What the alarms channel and whoever pressed it see."""
    title = texts.PRESSED.format(who=_actor(stop.owner), what=spell_aim(stop.aim), when=minute(stop.at))
    lines = [title, f"*{spell_progress(stop, minute)}*", _until(stop), *_troubles(stop)]
    blocks: list[Block] = [*sections(*lines), typed("Reason", stop.reason, MAX_REASON_CHARS)]
    if stop.refuses:
        blocks.append(buttons(button("Lift", LIFT, About(stop.id).value)))
    return message(title, *blocks, fine_print(stop.id))


def spell_aim(aim: Aim) -> str:
    """What is stopped, in markup."""
    if aim.person:
        return texts.EVERYTHING_OF.format(who=mention(aim.person))
    return texts.ALL_OF.format(what=plain(aim.target or ""))


def _until(stop: Stop) -> str:
    if stop.lifted_at is None:
        return texts.REFUSES.format(until=minute(stop.until))
    by = stop.lifted_by or ""
    said = texts.EXPIRED if by == CLOCKWORK.id else texts.LIFTED
    return said.format(who=_actor(by), when=minute(stop.lifted_at))


def _troubles(stop: Stop) -> list[str]:
    troubled = stop.troubled
    lines = [
        texts.TROUBLE.format(what=f"`{one.request}`", why=cut(plain(one.trouble or ""), MAX_TROUBLE_CHARS))
        for one in troubled[:MAX_TROUBLES]
    ]
    more = len(troubled) - MAX_TROUBLES
    return [*lines, *([texts.MORE.format(number=more)] if more > 0 else [])]


def _actor(id: str) -> str:
    """An operator at the command line has no name in Slack."""
    return texts.OPERATOR if Actor(id).is_daypass else mention(id)
