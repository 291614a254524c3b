"""How people write documents in Slack, ask for their approval, and approve them or send them back."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, DocumentOf, Shown
from bot.slack.context import ListenerContext, notice_modal, typed_behind
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.documents import cards, texts, windows
from bot.slack.texts import NOT_SEEN
from workflows.ledger.repository import Repository
from workflows.policy.terms.documents import DocumentTerms
from workflows.system.documents.commands import (
    DiscardDraft,
    ReviewDocument,
    SubmitDocument,
    WriteDocument,
)
from workflows.system.documents.state import Document, document_id
from workflows.system.documents.terms import document_terms
from workflows.system.documents.views import concerns
from workflows.workflow import Refused

SENDING_BACK = "document.sending-back"


async def _is_document(body: dict[str, Any]) -> bool:
    return typed_behind(body).casefold().split()[:1] == ["document"]


class Listeners:
    """The listeners of documents, over their parts. Attach them before those of releases."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/release", matchers=[_is_document])(self.typed)
        app.view(windows.CHOOSE)(self.chosen)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the card and of App Home."""
        return (
            Control(cards.REVIEW, Shown, self.review),
            Control(cards.SEND_BACK, Shown, self.ask_why),
            Control(cards.SUBMIT, Shown, self.submit),
            Control(cards.EDIT, About, self.edit),
            Control(cards.DISCARD, About, self.discard),
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows in which a document is written, approved, or sent back."""
        return (
            Control(windows.WRITE, DocumentOf, self.written),
            Control(cards.REVIEWING, Shown, self.approved),
            Control(SENDING_BACK, Shown, self.sent_back),
        )

    async def typed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._choose(body), body)

    async def chosen(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The window goes on with the fields of what was chosen."""
        template, service, version = windows.read_choice(body["view"])
        terms = self._terms(template, service)
        if terms is None:
            await ack(response_action="update", view=notice_modal(texts.NO_TEMPLATE).to_dict())
            return
        version = version if terms.template.about == "version" else ""
        subject = document_id(template, service, version)
        state = await self._reads.find(Document, subject)
        view = _write_modal(subject, version, terms, state)
        await ack(response_action="update", view=view.to_dict())

    async def written(self, ack: AsyncAck, body: Body, about: DocumentOf) -> None:
        values, due = windows.read_written(body["view"])
        command = WriteDocument(
            about.subject, about.template, about.service, about.version, values, due, about.base
        )
        await self._parts.submit(ack, body, command, _errors_of)

    async def edit(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._edit(about, body), body)

    async def submit(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await self._parts.act(ack, body, SubmitDocument(shown.subject, shown.digest))

    async def discard(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, DiscardDraft(about.subject))

    async def review(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await ack()
        self._parts.afterwards(self._review(shown, body), body)

    async def approved(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await self._parts.confirm(ack, body, ReviewDocument(shown.subject, "approve", shown.digest))

    async def ask_why(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        window = (SENDING_BACK, texts.SEND_BACK_TITLE, texts.WHY_SEND_BACK, texts.SEND_BACK_TITLE)
        await self._parts.ask_why(ack, body, shown, window)

    async def sent_back(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        reason = read_reason(body["view"])
        await self._parts.submit(ack, body, ReviewDocument(shown.subject, "send-back", shown.digest, reason))

    async def _choose(self, body: Body) -> None:
        world = self._parts.world()
        groups = world.directory.groups_of(person(body))
        found = [
            terms
            for template in world.bundle.templates
            for service in world.bundle.services
            if (terms := self._terms(template, service)) and groups & set(terms.writers)
        ]
        templates = {terms.template.name: terms.template for terms in found}
        services = {terms.service: world.bundle.services[terms.service] for terms in found}
        if not found:
            await self._parts.notice(texts.NOTHING_TO_WRITE, body)
            return
        view = windows.choose_modal(
            sorted(templates.values(), key=lambda one: one.title),
            sorted(services.values(), key=lambda one: one.title),
        )
        await self._parts.open(body, view)

    async def _edit(self, about: About, body: Body) -> None:
        state = await self._reads.find(Document, about.subject)
        terms = self._terms(state.terms.template.name, state.service) if state else None
        if state is None or terms is None:
            await self._parts.notice(texts.NO_TEMPLATE, body)
            return
        await self._parts.open(body, _write_modal(state.id, state.version, terms, state))

    async def _review(self, shown: Shown, body: Body) -> None:
        """The window shows what is stored now, and approving in it counts for that."""
        state = await self._reads.find(Document, shown.subject)
        directory = self._parts.world().directory
        if state is None or not concerns(state, directory, person(body)):
            await self._parts.notice(NOT_SEEN, body)
        elif state.status != "pending":
            await self._parts.notice(texts.GONE, body)
        else:
            await self._parts.open(body, cards.review_modal(state, directory))

    def _terms(self, template: str, service: str) -> DocumentTerms | None:
        return document_terms(self._parts.world().bundle, template, service)


def _write_modal(subject: str, version: str, terms: DocumentTerms, state: Document | None) -> View:
    """With what the document says now, as far as the template still asks for it."""
    names = {one.name for one in terms.template.fields}
    values = {name: said for name, said in (state.values if state else {}).items() if name in names}
    base = state.digest if state else ""
    about = DocumentOf(subject, terms.template.name, terms.service, version, base)
    return windows.write_modal(about, terms.template, values, state.due if state else None)


def _errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """Under the fields that it is about, or under the last one."""
    found = {windows.block_of(field, view): sentence for field, sentence in refusal.fields.items()}
    kept = {block: sentence for block, sentence in found.items() if block is not None}
    return kept or {windows.DUE: refusal.sentence}
