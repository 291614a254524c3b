"""What cards, Details, the App Home and messages say of access that was taken without approval."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access.break_glass import texts
from bot.slack.blocks import beside, button, buttons, message, section
from bot.slack.button_values import About, NewRequest
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, minute, moment, plain
from workflows.access.break_glass.decide import unreviewed
from workflows.access.break_glass.state import REVIEWABLE, BreakGlass
from workflows.access.state import Access
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import Assessment

JUSTIFIED = "access.break-glass-justified"
UNJUSTIFIED = "access.break-glass-unjustified"
OFFER = "break-glass.instead"
"""A button of the window in which access is requested."""
MAX_REASON_CHARS = 200


def taken_lines(state: Access) -> list[str]:
    """What is special about it, one line each: an earlier denial, its incident, where its review is."""
    taken = state.break_glass
    if taken is None:
        return []
    denied = taken.denied
    return [
        *(
            [texts.DENIED_BEFORE.format(who=mention(denied.by), at=minute(denied.at))]
            if denied and denied.by
            else []
        ),
        *([texts.INCIDENT.format(number=plain(taken.incident))] if taken.incident else []),
        *([texts.NO_REVIEWERS] if taken.short else []),
        review_line(taken),
    ]


def review_line(taken: BreakGlass) -> str:
    """Where its review is, in markup."""
    review = taken.review
    if review:
        why = cut(plain(review.reason), MAX_REASON_CHARS)
        return texts.REVIEWED[review.verdict].format(who=mention(review.reviewer), why=why)
    line = texts.REVIEW_OVERDUE if taken.overdue else texts.REVIEW_DUE
    return line.format(at=moment(taken.review_by))


def review_buttons(state: Access) -> list[ButtonElement]:
    """For reviewers, once it is over."""
    if not unreviewed(state) or state.status not in REVIEWABLE:
        return []
    return [
        button("Justified", JUSTIFIED, About(state.id).value, style="primary"),
        button("Not justified", UNJUSTIFIED, About(state.id).value, style="danger"),
    ]


def offer(opened: NewRequest, chosen: Entitlement, seen: Assessment) -> list[Block]:
    """A way to take it instead, for those whom its rule lets."""
    rule = chosen.rule.break_glass
    if rule is None or not set(seen.groups) & set(rule.taken_by):
        return []
    carried = NewRequest(
        opened.subject, entitlement=chosen.id, channel=opened.channel, answer_url=opened.answer_url
    )
    return [beside(texts.OFFER, button("Break glass…", OFFER, carried.value))]


def taken_note(state: Access, name: str) -> Message:
    """The message for the event of this name."""
    taken = state.break_glass
    text = texts.NOTES[name].format(
        who=mention(state.requester),
        what=f"*{plain(state.terms.title)}*",
        due=moment(taken.review_by) if taken else "",
        review=review_line(taken) if taken else "",
    )
    blocks: list[Block] = [section(text)]
    pressed = review_buttons(state) if name.startswith("break-glass-review-") else []
    return message(text, *blocks, *([buttons(*pressed)] if pressed else []))
