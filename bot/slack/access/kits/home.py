"""A kit in App Home: one item for all that was requested together."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access.kits.cards import (
    decide_buttons,
    details_button,
    headline,
    kit_buttons,
    member_lines,
    reason_line,
    strictest_line,
)
from bot.slack.blocks import buttons, fine_print, section, sections
from workflows.access.kits.whole import WholeKit
from workflows.approval.approvers import waits_for
from workflows.ports import Directory


def kit_waits_for(kit: WholeKit, directory: Directory, person: str) -> bool:
    """Whether this person's verdict would move any of it on."""
    return any(waits_for(one, directory, person) for one in kit.of("pending"))


def kit_waiting(kit: WholeKit, directory: Directory) -> list[Block]:
    """For whoever may decide on some of it."""
    return [
        section(headline(kit)),
        *sections(*member_lines(kit, directory)),
        fine_print(f"{strictest_line(kit)}\n{reason_line(kit)}"),
        buttons(*decide_buttons(kit), details_button(kit)),
    ]


def my_kit(kit: WholeKit, directory: Directory, again: ButtonElement) -> list[Block]:
    """For its requester; `again` is offered once all of it is over."""
    pressed = kit_buttons(kit, "requester")
    over = not kit.of("pending", "approved", "scheduled", "active", "ending")
    return [
        *sections(headline(kit, "requester"), *member_lines(kit, directory)),
        buttons(*pressed, *([again] if over else []), details_button(kit)),
    ]
