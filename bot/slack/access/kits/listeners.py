"""What Slack tells Daypass of kits: each click is for every request of the kit, and counts where its own rule lets it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.models.views import View
from ulid import ULID

from bot.slack.access import texts as access_texts
from bot.slack.access.form import Form, again
from bot.slack.access.kits import cards, texts, windows
from bot.slack.access.kits.delivery import PREFIX
from bot.slack.access.kits.form import extending
from bot.slack.answers import Body, person
from bot.slack.blocks import REASON, read_reason
from bot.slack.button_values import About, NewRequest, Shown
from bot.slack.context import SURFACE, ListenerContext, Why, notice_modal
from bot.slack.controls import Control
from workflows.access.commands import (
    GiveBack,
    RequestCredential,
    ReviewAccess,
    Revoke,
    WithdrawAccess,
)
from workflows.access.decide_request import unconfirmed
from workflows.access.kits.whole import WholeKit, with_its_kit
from workflows.access.state import KIND, Access
from workflows.approval.approvers import deciders, waits_for
from workflows.ledger.repository import Repository
from workflows.ledger.unusable_card import UseOutdatedCard
from workflows.ledger.work import Outcome
from workflows.policy.evaluation.objections import join_names
from workflows.workflow import Actor, Command

DENIAL = "access.kit-denial"
ENDING = "access.kit-ending"
REASONS: dict[str, Why] = {
    cards.DENY: (DENIAL, "Deny request", texts.WHY_DENY, "Deny"),
    cards.REVOKE: (ENDING, "Revoke access", access_texts.WHY_REVOKE, "Revoke"),
}
Draw = Callable[[Form, Access, str], View | None]
"""Draws the window in which this person requests more time."""


class KitListeners:
    """The listeners of kits, over their parts. Their buttons and windows are attached with those of access."""

    def __init__(
        self, parts: ListenerContext, reads: Repository, now: Callable[[], datetime], draw: Draw
    ) -> None:
        self._parts = parts
        self._reads = reads
        self._now = now
        self._draw = draw

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the card."""
        return (
            Control(cards.APPROVE, Shown, self.approve),
            Control(cards.DENY, Shown, self.ask_why),
            Control(cards.WITHDRAW, About, self.withdraw),
            Control(cards.GET_CREDENTIALS, About, self.get_credentials),
            Control(cards.EXTEND, About, self.extend),
            Control(cards.GIVE_BACK, About, self.give_back),
            Control(cards.REVOKE, About, self.ask_why),
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that those open."""
        return (
            Control(windows.CONFIRMATION, Shown, self.confirmed),
            Control(DENIAL, Shown, self.denied),
            Control(ENDING, About, self.revoked),
        )

    async def approve(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        kit = await self._as_shown(shown)
        if kit is None:
            await self._parts.act(ack, body, UseOutdatedCard(shown.subject))
            return
        theirs = self._theirs(kit, person(body))
        commands = [_approval(one) for one in theirs or _undecided(kit)]
        if any(unconfirmed(one, command) for one, command in zip(theirs, commands, strict=False)):
            await ack()
            self._parts.afterwards(self._parts.open(body, windows.confirmation_modal(kit, theirs)), body)
            return
        outcomes = await self._each(commands, body)
        await ack()
        if words := _uncounted(kit, outcomes):
            self._parts.afterwards(self._parts.notice(words, body), body)
        if not any(one.events and not one.refusal for one in outcomes):
            self._parts.afterwards(self._parts.drawing.subject(kit.id, again=True))

    async def confirmed(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        kit = await self._as_shown(shown)
        if kit is None:
            await self._parts.confirm(ack, body, UseOutdatedCard(shown.subject))
            return
        theirs = self._theirs(kit, person(body)) or _undecided(kit)
        outcomes = await self._each([_approval(one, confirmed=True) for one in theirs], body)
        if words := _uncounted(kit, outcomes):
            await ack(response_action="update", view=notice_modal(words).to_dict())
        else:
            await ack()

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def denied(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        """What this approver may decide is denied; the rest of what is pending is withdrawn with it."""
        kit = await self._as_shown(shown)
        if kit is None:
            await self._parts.submit(ack, body, UseOutdatedCard(shown.subject))
            return
        directory, who, reason = self._parts.world().directory, person(body), read_reason(body["view"])
        theirs = [one for one in kit.of("pending") if who in deciders(one, directory)]
        commands = [
            ReviewAccess(one.id, "deny", one.digest, one.terms.digest, reason)
            for one in theirs or _undecided(kit)
        ]
        await self._submitted(ack, body, commands)

    async def withdraw(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._act(ack, body, about, ("pending",), WithdrawAccess)

    async def give_back(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._act(ack, body, about, cards.STANDING, GiveBack)

    async def get_credentials(self, ack: AsyncAck, body: Body, about: About) -> None:
        self._parts.answers.note(body)
        window = f"{PREFIX}{body['trigger_id']}"
        await self._act(
            ack, body, about, ("active",), lambda one: RequestCredential(one, f"crd_{ULID()}", window)
        )

    async def revoked(self, ack: AsyncAck, body: Body, about: About) -> None:
        kit, reason = await self._kit(about.subject), read_reason(body["view"])
        standing = kit.of(*cards.STANDING) if kit else ()
        subjects = [one.id for one in standing] or [about.subject]
        await self._submitted(ack, body, [Revoke(one, reason) for one in subjects])

    async def extend(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._extend(about.subject, body), body)

    async def _extend(self, subject: str, body: Body) -> None:
        kit = await self._kit(subject)
        active = kit.of("active") if kit and kit.owner == person(body) else ()
        view = None
        if kit and active:
            opened = NewRequest(f"{KIND}_{ULID()}", extends=active[0].id, entitlement=kit.named.name)
            form = await extending(again(active[0], opened), active[0], self._reads)
            view = self._draw(form, active[0], person(body))
        if view is None:
            await self._parts.notice(texts.NOTHING_TO_EXTEND, body)
            return
        await self._parts.open(body, view)

    async def _act(
        self,
        ack: AsyncAck,
        body: Body,
        about: About,
        statuses: Sequence[str],
        command: Callable[[str], Command],
    ) -> None:
        """Do it to every request in one of these statuses; said why not where it can't be done to any."""
        kit = await self._kit(about.subject)
        subjects = [one.id for one in kit.of(*statuses)] if kit else []
        outcomes = await self._each([command(one) for one in subjects or [about.subject]], body)
        await ack()
        refused = [one for one in outcomes if one.refusal]
        if refused or not any(one.events for one in outcomes):
            self._parts.answer((refused or outcomes)[0], body)

    async def _submitted(self, ack: AsyncAck, body: Body, commands: Sequence[Command]) -> None:
        """A window with a reason: refused in place if nothing came of it."""
        outcomes = await self._each(commands, body)
        refusals = [one.refusal for one in outcomes if one.refusal]
        if len(refusals) == len(outcomes):
            await ack(response_action="errors", errors={REASON: refusals[0].sentence})
        else:
            await ack()

    async def _each(self, commands: Sequence[Command], body: Body) -> list[Outcome]:
        """Act as the person who clicked, on each; what one click says to each counts once."""
        actor, trigger = Actor.person(person(body)), body["trigger_id"]
        handling = (
            self._parts.ledger.handle(one, actor, SURFACE, f"slack/{trigger}/{one.subject}")
            for one in commands
        )
        return list(await asyncio.gather(*handling))

    async def _kit(self, subject: str) -> WholeKit | None:
        state = await self._reads.find(Access, subject)
        found = await with_its_kit(self._reads, state) if state else None
        return found if isinstance(found, WholeKit) else None

    async def _as_shown(self, shown: Shown) -> WholeKit | None:
        """The kit, if the card showed it as it is."""
        kit = await self._kit(shown.subject)
        return kit if kit and kit.shown_digest == shown.digest else None

    def _theirs(self, kit: WholeKit, who: str) -> list[Access]:
        """What waits for this person's approval."""
        directory = self._parts.world().directory
        return [one for one in kit.of("pending") if waits_for(one, directory, who)]


def _uncounted(kit: WholeKit, outcomes: Sequence[Outcome]) -> str:
    """What to say of a decision that doesn't count for all that is pending; empty if it does."""
    counted = {one.subject for one in outcomes if one.events and not one.refusal}
    refusal = next((one.refusal for one in outcomes if one.refusal), None)
    others = [one for one in kit.of("pending") if one.id not in counted]
    if not counted:
        return refusal.sentence if refusal else texts.NOTHING_LEFT
    if not others:
        return ""
    return texts.SOME_COUNTED.format(
        counted=_titles(one for one in kit.states if one.id in counted),
        others=_titles(others),
        why=refusal.sentence if refusal else texts.NOT_YOUR_STAGE,
    )


def _approval(state: Access, confirmed: bool = False) -> ReviewAccess:
    return ReviewAccess(state.id, "approve", state.digest, state.terms.digest, confirmed=confirmed)


def _undecided(kit: WholeKit) -> Sequence[Access]:
    """What a verdict is said to that nothing waits for: it is refused there, and recorded."""
    return kit.of("pending") or kit.states[:1]


def _titles(states: Iterable[Access]) -> str:
    return join_names([f"“{one.terms.title}”" for one in states])
