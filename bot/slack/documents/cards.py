"""The card of a document, and the window with all of its text: pure functions of its state."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.slack.blocks import (
    button,
    buttons,
    fine_print,
    fine_words,
    form_modal,
    message,
    section,
    sentences,
    sure,
)
from bot.slack.button_values import About, Page, Shown
from bot.slack.documents import texts
from bot.slack.layout import SHOW_ALL
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mentions, minute, plain
from bot.slack.presenter import CARD
from workflows.approval.approvers import to_ask
from workflows.approval.audiences import Role
from workflows.policy.terms.documents import TemplateTerms
from workflows.ports import Directory
from workflows.system.documents.state import OPEN, Document
from workflows.system.documents.values import read_values
from workflows.text import glimpse

WORD = "document"
REVIEW = "document.review"
SEND_BACK = "document.send-back"
SUBMIT = "document.submit"
EDIT = "document.edit"
DISCARD = "document.discard"
REVIEWING = "document.reviewing"
MAX_TITLE_CHARS = 150
MAX_REASON_CHARS = 300
MAX_MISSING = 5


def shown(state: Document) -> Shown:
    """What a card drawn now shows, and a decision on it applies to."""
    return Shown(state.id, state.digest, state.terms.digest)


def what(state: Document) -> str:
    """Template, service and version, in markup."""
    version = f" {plain(state.version)}" if state.version else ""
    title = cut(plain(state.terms.template.title), MAX_TITLE_CHARS)
    return f"{texts.WHAT.format(title=title, service=plain(state.service))}{version}"


def card(state: Document, role: Role, directory: Directory) -> Message:
    """The document's card for somebody in this role; its text is under *Details*."""
    opens = Page(state.id, CARD).value
    pressed = [*_buttons(state, role), button("Details", f"{WORD}.{SHOW_ALL}", opens)]
    reason = (
        [fine_words(f"{texts.SENT_BACK}: {glimpse(state.reason, MAX_REASON_CHARS)}")] if state.reason else []
    )
    blocks = [
        section(f"{texts.STANDING[state.status]} · *{what(state)}*"),
        fine_print("\n".join(_lines(state, directory))),
        *reason,
        buttons(*pressed),
    ]
    return message(f"{texts.STANDING[state.status]}: {what(state)}", *blocks)


def whole(state: Document, directory: Directory) -> list[Block]:
    """All that it says, for *Details*."""
    head = section(f"{texts.STANDING[state.status]} · *{what(state)}*")
    return [head, fine_print("\n".join(_lines(state, directory))), *_text(state)]


def review_modal(state: Document, directory: Directory) -> View:
    """All that is approved, as it is stored; pressing Approve here is the review."""
    blocks = [*whole(state, directory), fine_print(texts.CONFIRM)]
    return form_modal(REVIEWING, shown(state).value, texts.REVIEW_TITLE, "Approve", blocks)


def _text(state: Document) -> Iterator[Block]:
    """Each field with what it says, as text and nothing else."""
    values = state.values
    for one in state.terms.template.sections:
        said = [f"{field.title}: {values.get(field.name, texts.EMPTY)}" for field in one.fields]
        yield section(f"*{plain(one.title)}*")
        yield from sentences("\n\n".join(said))


def _lines(state: Document, directory: Directory) -> list[str]:
    facts = [
        texts.TEXT_NUMBER.format(number=state.number),
        texts.BY.format(who=mentions(state.authors)),
        *([texts.LAST_DAY.format(day=state.due.isoformat())] if state.due else []),
    ]
    return [" · ".join(facts), *_standing(state, directory)]


def _standing(state: Document, directory: Directory) -> Iterator[str]:
    approved = state.approved
    if state.status == "pending":
        people = frozenset[str]().union(*to_ask(state, directory).values())
        yield texts.WAITING.format(who=mentions(people))
    if state.status == "draft" and (missing := read_values(state.terms.template, state.values).missing):
        yield texts.MISSING.format(titles=_titles(state.terms.template, missing))
    if state.status in OPEN:
        yield (
            texts.COUNTS.format(number=approved.number, who=mentions(approved.approved_by))
            if approved and not approved.over
            else texts.NOTHING_COUNTS
        )
    elif approved:
        again = f" · {texts.AGAIN.format(at=minute(approved.expires_at))}" if approved.expires_at else ""
        yield f"{texts.APPROVED_BY.format(who=mentions(approved.approved_by))}{again}"


def _titles(template: TemplateTerms, names: tuple[str, ...]) -> str:
    titles = [plain(one.title) for one in template.fields if one.name in names]
    more = f", … ({len(titles) - MAX_MISSING} more)" if len(titles) > MAX_MISSING else ""
    return ", ".join(titles[:MAX_MISSING]) + more


def _buttons(state: Document, role: Role) -> Iterator[ButtonElement]:
    here = About(state.id).value
    if role == "approver" and state.status == "pending":
        yield button("Review…", REVIEW, shown(state).value, style="primary")
        yield button("Send back…", SEND_BACK, shown(state).value, style="danger")
    if role == "requester":
        if state.status == "draft":
            yield button(texts.SUBMIT, SUBMIT, shown(state).value, style="primary")
        yield button("Edit", EDIT, here)
        if state.status in OPEN:
            yield button("Discard", DISCARD, here, confirm=sure(texts.SURE_DISCARD))
