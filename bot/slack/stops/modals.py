"""The window in which the red button is pressed: it lists what will end, and asks why."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.slack.blocks import REASON, fine_print, form_modal, section, sections
from bot.slack.button_values import PressOf
from bot.slack.mrkdwn import cut, mention, plain
from bot.slack.stops import texts
from bot.slack.stops.cards import spell_aim
from workflows.access.state import Access
from workflows.system.stops.aim import Aim
from workflows.system.stops.decide import MAX_REASON_CHARS

PRESS = "stop.press"
LIFTING = "stop.lifting"
MAX_LISTED, MAX_TITLE_CHARS = 20, 160
"""Of the requests that are listed; the console has all of them."""


def press_modal(pressed: PressOf, aim: Aim, found: Sequence[Access], reason: str) -> View:
    """Confirms what will end; submitting it is the press."""
    blocks: list[Block] = [section(texts.ENDS.format(what=spell_aim(aim))), *_listed(found)]
    blocks.append(fine_print(f"{texts.SESSIONS} {texts.PRIVATE}" if aim.person else texts.PRIVATE))
    element = PlainTextInputElement(
        action_id=REASON,
        multiline=True,
        min_length=3,
        max_length=MAX_REASON_CHARS,
        initial_value=reason[:MAX_REASON_CHARS] or None,
    )
    blocks.append(InputBlock(block_id=REASON, label=texts.WHY, element=element))
    return form_modal(PRESS, pressed.value, "Emergency stop", "Stop now", blocks)


def _listed(found: Sequence[Access]) -> list[Block]:
    if not found:
        return sections(texts.NOTHING_OPEN)
    counted = {name: sum(one.status == name for one in found) for name in ("active", "ending")}
    pending = len(found) - sum(counted.values())
    lines = [texts.COUNTED.format(pending=pending, **counted)]
    lines += [
        texts.LINE.format(what=cut(plain(one.terms.title), MAX_TITLE_CHARS), who=mention(one.requester))
        for one in found[:MAX_LISTED]
    ]
    more = len(found) - MAX_LISTED
    return sections(*lines, *([texts.MORE.format(number=more)] if more > 0 else []))
