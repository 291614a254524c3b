"""What Slack tells Daypass of break-glass: access taken without approval, and reviewed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.slack.access import answers
from bot.slack.access.break_glass import lines, texts, windows
from bot.slack.access.break_glass.typed import without_break_glass
from bot.slack.access.form import Form, errors_of, opened_by, prefilled, read_form, typed_at
from bot.slack.access.texts import YOUR_REQUEST
from bot.slack.access.typed_command import parse_command
from bot.slack.answers import Body, marked, notice, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, NewRequest
from bot.slack.context import ListenerContext, Why
from bot.slack.controls import Control
from bot.slack.mrkdwn import plain
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.break_glass.history import taken_before
from workflows.access.objection import CHANGED
from workflows.access.state import Access
from workflows.durations import spell_duration
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import Ask, assess
from workflows.policy.evaluation.break_glass import as_taken
from workflows.policy.evaluation.objections import join_names
from workflows.policy.schema.kits import Kit
from workflows.workflow import World

JUSTIFYING = "access.break-glass-justifying"
NOT_JUSTIFYING = "access.break-glass-not-justifying"
REASONS: dict[str, Why] = {
    lines.JUSTIFIED: (JUSTIFYING, "Review break-glass", texts.WHY_JUSTIFIED, "Justified"),
    lines.UNJUSTIFIED: (NOT_JUSTIFYING, "Review break-glass", texts.WHY_UNJUSTIFIED, "Not justified"),
}


class BreakGlassListeners:
    """The listeners of break-glass, over their parts. Their buttons and windows are attached with those of access."""

    def __init__(self, parts: ListenerContext, reads: Repository, now: Callable[[], datetime]) -> None:
        self._parts = parts
        self._reads = reads
        self._now = now

    def attach(self, app: AsyncApp) -> None:
        """Attach the window that takes access to the Bolt app."""
        app.view(windows.TAKE)(self.taken)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards, and the one of the window in which access is requested."""
        return (
            Control(lines.OFFER, NewRequest, self.offered),
            Control(lines.JUSTIFIED, About, self.ask_why),
            Control(lines.UNJUSTIFIED, About, self.ask_why),
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that ask why."""
        return (
            Control(JUSTIFYING, About, self.justified),
            Control(NOT_JUSTIFYING, About, self.unjustified),
        )

    def typed(self, text: str, offered: Sequence[Entitlement], body: Body) -> View | None:
        """The window for a command with `break-glass`, or why there is none for a kit; None if it hasn't got that, or names
        nothing."""
        words = without_break_glass(text)
        if words is None:
            return None
        who = person(body)
        zone = self._parts.world().directory.zone_of(who)
        read = parse_command(words, offered, zone, self._now())
        if read.entitlement is None:
            return None
        if kit := self._parts.world().bundle.kits.get(read.entitlement.id):
            return notice(marked(_not_together(kit, who, self._parts.world())))
        opened = replace(opened_by(body), entitlement=read.entitlement.id)
        return self._view(prefilled(read, opened), read.entitlement, who)

    async def offered(self, ack: AsyncAck, body: Body, opened: NewRequest) -> None:
        await ack()
        self._parts.afterwards(self._instead(opened, body), body)

    async def taken(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        form, who, directory = read_form(body["view"]), person(body), self._parts.world().directory
        if form.seconds is None:
            await ack(response_action="errors", errors={form.duration_block: form.fault})
            return
        entitlement = form.entitlement or ""
        before = await taken_before(self._reads, directory, who, entitlement, self._now())
        command = TakeAccess(
            form.opened.subject,
            entitlement,
            form.seconds,
            form.justification,
            form.ticket or None,
            before=before,
            inputs=form.inputs,
        )
        state = await self._parts.propose(ack, body, command, errors_of, _named)
        if state and (typed := typed_at(form.opened, who)):
            words = marked(answers.requested(state, directory))
            self._parts.afterwards(self._parts.answers.tell(typed, words, window=False))

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def justified(self, ack: AsyncAck, body: Body, about: About) -> None:
        command = ReviewBreakGlass(about.subject, "justified", read_reason(body["view"]))
        await self._parts.submit(ack, body, command)

    async def unjustified(self, ack: AsyncAck, body: Body, about: About) -> None:
        command = ReviewBreakGlass(about.subject, "unjustified", read_reason(body["view"]))
        await self._parts.submit(ack, body, command)

    async def _instead(self, opened: NewRequest, body: Body) -> None:
        """The window to take it in, with what was typed in the one before."""
        chosen = self._parts.world().bundle.entitlements.get(opened.entitlement)
        if chosen is None or chosen.rule.break_glass is None:
            await self._parts.notice(CHANGED, body)
            return
        before = read_form(body["view"])
        longest = chosen.rule.break_glass.longest
        fits = before.seconds is not None and before.seconds <= longest
        form = replace(
            before,
            opened=opened,
            entitlement=chosen.id,
            duration=before.duration if fits else spell_duration(longest),
        )
        await self._parts.update(body, self._view(form, chosen, person(body)))

    def _view(self, form: Form, chosen: Entitlement, who: str) -> View:
        world = self._parts.world()
        rule = chosen.rule.break_glass
        seconds = form.seconds or (rule.longest if rule else chosen.rule.default)
        ask = Ask(who, chosen.id, seconds, form.justification, form.ticket, inputs=form.inputs)
        seen = as_taken(assess(world.bundle, world.directory, ask, self._now()), world.directory)
        return windows.take_modal(form, chosen, seen, world.directory)


def _not_together(kit: Kit, who: str, world: World) -> str:
    """Why a kit isn't taken as a whole, and what of it this person can take, in markup."""
    groups = world.directory.groups_of(who)
    rules = {one: world.bundle.entitlements[one].rule.break_glass for one in kit.entitlements}
    theirs = [one for one, rule in rules.items() if rule and groups & {*rule.taken_by}]
    if not theirs:
        return texts.NONE_OF_IT.format(kit=plain(kit.title))
    return texts.ONE_AT_A_TIME.format(kit=plain(kit.title), names=join_names(theirs, "or"), first=theirs[0])


def _named(state: Access) -> str:
    return YOUR_REQUEST.format(what=state.terms.title, id=state.id)
