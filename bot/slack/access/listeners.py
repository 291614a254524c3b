"""What Slack tells Daypass of access: each listener parses, calls the workflow, and renders.

What changes state is committed before it is acknowledged; what only shows something is acknowledged first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from ulid import ULID

from bot.slack import reviews
from bot.slack.access import answers, cards, home, modals, texts
from bot.slack.access.break_glass.listeners import BreakGlassListeners
from bot.slack.access.credential_listener import CredentialListener
from bot.slack.access.form import (
    HOW_LONG,
    WHAT,
    Form,
    again,
    errors_of,
    opened_by,
    read_form,
    typed_at,
)
from bot.slack.access.form_views import LOOKED_AT, FormViews
from bot.slack.access.input_fields import INPUT
from bot.slack.access.kits import form as kit_form
from bot.slack.access.kits.listeners import KitListeners
from bot.slack.access.links import OPEN, link_line
from bot.slack.access.on_behalf.field import named_holder, offered_to
from bot.slack.access.request_command import command_of
from bot.slack.access.status import status_line
from bot.slack.answers import Body, in_window, marked, notice, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, NewRequest, Shown
from bot.slack.context import ListenerContext, Why, offer, say, typed_behind
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.passkeys import way_to_taking
from bot.slack.texts import NOT_SHOWN
from workflows.access.commands import (
    GiveBack,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    Revoke,
    WithdrawAccess,
)
from workflows.access.decide_request import unconfirmed
from workflows.access.extensions import extended, extension_of
from workflows.access.objection import CHANGED
from workflows.access.on_behalf.refusals import ON_BEHALF
from workflows.access.refusals import UNKNOWN
from workflows.access.runs import Runs
from workflows.access.state import KIND, Access
from workflows.access.taking import lacks_signature
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository
from workflows.policy.evaluation.catalog import search

REASONS: dict[str, Why] = {
    cards.DENY: (modals.DENIAL, "Deny request", texts.WHY_DENY, "Deny"),
    cards.REVOKE: (modals.ENDING, "Revoke access", texts.WHY_REVOKE, "Revoke"),
}

APPROVING = reviews.Approving(unconfirmed, modals.confirmation_modal, status_line)


class Listeners:
    """The listeners of access, over their parts."""

    def __init__(
        self,
        parts: ListenerContext,
        reads: Repository,
        now: Callable[[], datetime],
        runs: Mapping[str, Runs],
    ) -> None:
        """`runs` are the systems whose runs access can end with, by kind."""
        self._parts = parts
        self._reads = reads
        self._runs = runs
        self._now = now
        self._forms = FormViews(lambda: parts.world(), reads, now)
        self._break_glass = BreakGlassListeners(parts, reads, now)
        self._credentials = CredentialListener(parts, reads)
        self._kits = KitListeners(parts, reads, now, self._forms.extending)

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/access")(self.access)
        app.action(home.START)(self.access)
        app.action(OPEN)(self.access)
        app.options(WHAT)(self.suggest)
        app.action(WHAT)(self.changed)
        app.action(HOW_LONG)(self.changed)
        app.action(INPUT)(self.changed)
        app.action(ON_BEHALF)(self.changed)
        app.view(modals.ASK)(self.asked)
        self._break_glass.attach(app)
        self._credentials.attach(app)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards."""
        return (
            Control(cards.APPROVE, Shown, self.approve),
            Control(cards.DENY, Shown, self.ask_why),
            Control(cards.WITHDRAW, About, self.withdraw),
            Control(cards.GET_CREDENTIALS, About, self.get_credentials),
            Control(cards.EXTEND, About, self.extend),
            Control(modals.EXTEND_INSTEAD, About, self.extend),
            Control(modals.MORE, NewRequest, self.more),
            Control(home.ASK_AGAIN, About, self.ask_again),
            Control(cards.GIVE_BACK, About, self.give_back),
            Control(cards.REVOKE, About, self.ask_why),
            *self._break_glass.buttons,
            *self._kits.buttons,
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that those open."""
        return (
            Control(modals.CONFIRMATION, Shown, self.confirmed),
            Control(modals.DENIAL, Shown, self.denied),
            Control(modals.ENDING, About, self.revoked),
            *self._break_glass.windows,
            *self._kits.windows,
        )

    async def access(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        text = typed_behind(body) or link_line(body)
        if text.casefold() == "help":
            await say(ack, texts.HELP)
            return
        await ack()
        self._parts.afterwards(self._open(text, body), body)

    async def suggest(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        world, holder = self._parts.world(), read_form(body["view"]).on_behalf_of
        found = search(
            offered_to(world.bundle, world.directory, person(body), holder), body.get("value") or ""
        )
        await offer(ack, list(map(modals.option, found)))

    async def changed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._update(read_form(body["view"]), body), body)

    async def more(self, ack: AsyncAck, body: Body, opened: NewRequest) -> None:
        await ack()
        form = replace(read_form(body["view"]), more=True)
        self._parts.afterwards(self._update(form, body), body)

    async def asked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        form = read_form(body["view"])
        form = await kit_form.extending(form, await self._before(form), self._reads)
        command = await command_of(form, self._reads, self._runs, self._now())
        if not isinstance(command, RequestAccess):
            await ack(response_action="errors", errors=command)
            return
        command = kit_form.with_kit(command, form.members, self._parts.world().bundle)
        state = await self._parts.propose(ack, body, command, errors_of, _named)
        if state and (typed := typed_at(form.opened, person(body))):
            words = marked(answers.requested(state, self._parts.world().directory))
            self._parts.afterwards(self._parts.answers.tell(typed, words, window=False))

    async def extend(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._extend(about.subject, body), body)

    async def ask_again(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._ask_again(about.subject, body), body)

    async def approve(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await reviews.approve(self._parts, ack, body, _approval(shown), APPROVING)

    async def confirmed(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await reviews.confirm(self._parts, ack, body, _approval(shown))

    async def withdraw(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, WithdrawAccess(about.subject))

    async def give_back(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, GiveBack(about.subject))

    async def get_credentials(self, ack: AsyncAck, body: Body, about: About) -> None:
        state = await self._reads.find(Access, about.subject)
        theirs = state is not None and state.status == "active" and state.requester == person(body)
        if state and theirs and lacks_signature(state, self._now()):
            await ack()
            self._parts.afterwards(self._parts.open(body, way_to_taking(state.id, self._parts.console)), body)
            return
        self._parts.answers.note(body)
        command = RequestCredential(about.subject, f"crd_{ULID()}", body["trigger_id"])
        await self._parts.act(ack, body, command)

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def denied(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        reason = read_reason(body["view"])
        command = ReviewAccess(shown.subject, "deny", shown.digest, shown.policy, reason)
        await self._parts.submit(ack, body, command)

    async def revoked(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, Revoke(about.subject, read_reason(body["view"])))

    async def _open(self, text: str, body: Body) -> None:
        world, who = self._parts.world(), person(body)
        named = named_holder(text, world.directory)
        offered = offered_to(world.bundle, world.directory, who, named.holder)
        if not (offered or named.holder):
            await self._parts.open(body, notice(marked(answers.nothing_eligible(world))))
            return
        taking = None if named.holder else self._break_glass.typed(named.text, offered, body)
        await self._parts.open(
            body, taking or await self._forms.prefilled(named, who, offered, opened_by(body))
        )

    async def _update(self, form: Form, body: Body) -> None:
        before = await self._before(form)
        form = await kit_form.extending(form, before, self._reads)
        form = replace(form, inputs=before.inputs if before else form.inputs)
        form = replace(form, duration=form.duration_for(self._parts.world().bundle))
        if form.opened.extends:
            if before and (view := self._forms.extending(form, before, person(body))):
                await self._parts.update(body, view)
            return
        await self._parts.update(body, await self._forms.asking(form, person(body)))

    async def _before(self, form: Form) -> Access | None:
        """The request whose grant the form extends; None if it extends none."""
        return await self._reads.find(Access, form.opened.extends) if form.opened.extends else None

    async def _extend(self, subject: str, body: Body) -> None:
        """The form with the duration, or why there is nothing to extend."""
        who = person(body)
        try:
            state = await self._reads.find(Access, subject)
            mine = await self._reads.owned_by(Access, KIND, who, LOOKED_AT)
        except DatabaseAway:
            await self._parts.notice(NOT_SHOWN, body)
            return
        extension = extension_of(subject, mine)
        theirs = state if state and state.owner == who else None
        if theirs is None or extension or extended(theirs, self._now()) is None:
            words = answers.cant_extend(theirs, extension, self._parts.world().directory)
            await self._parts.answers.tell(body, marked(words))
            return
        opened = NewRequest(f"{KIND}_{ULID()}", extends=subject, entitlement=theirs.terms.entitlement)
        view = self._forms.extending(again(theirs, opened), theirs, who)
        if view is None:
            await self._parts.notice(CHANGED, body)
            return
        await (self._parts.update(body, view) if in_window(body) else self._parts.open(body, view))

    async def _ask_again(self, subject: str, body: Body) -> None:
        """The form as it was filled in before."""
        who = person(body)
        try:
            state = await self._reads.find(Access, subject)
        except DatabaseAway:
            await self._parts.notice(NOT_SHOWN, body)
            return
        if state is None or state.owner != who:
            await self._parts.notice(UNKNOWN.sentence, body)
            return
        form = kit_form.again_with_kit(again(state, NewRequest(f"{KIND}_{ULID()}")), state)
        await self._parts.open(body, await self._forms.asking(form, who))


def _named(state: Access) -> str:
    return texts.YOUR_REQUEST.format(what=state.terms.title, id=state.id)


def _approval(shown: Shown) -> ReviewAccess:
    return ReviewAccess(shown.subject, "approve", shown.digest, shown.policy)
