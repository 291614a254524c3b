"""What Slack tells Daypass of incidents: each listener parses, calls the workflow, and renders.

What changes state is committed before it is acknowledged; what only shows something is acknowledged first.
"""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, DuplicateOf, FollowUpOf, RoleOf, StepOf
from bot.slack.context import SURFACE, ListenerContext, Why
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.incidents import cards, checklist, modals, texts
from bot.slack.incidents.form import (
    BRIEF,
    DUE,
    OWNER,
    PLAYBOOK,
    ROLE,
    SEVERITY,
    WHAT,
    WHO,
    errors_of,
    read_choice,
    read_date,
    read_person,
    read_text,
)
from bot.slack.incidents.slash_command import SlashCommand
from bot.slack.incidents.windows import Windows
from workflows.incidents.commands import (
    AcceptRole,
    AddFollowUp,
    Cancel,
    ChangeSeverity,
    ClaimRole,
    CloseReview,
    DeclineRole,
    FinishFollowUp,
    MergeInto,
    Mitigate,
    OfferRole,
    PinMessage,
    Reopen,
    Resolve,
    RunStep,
    SkipStep,
    StartPlaybook,
)
from workflows.ledger.repository import Repository
from workflows.workflow import Actor, Command

PIN = "pushpin"
REASONS: dict[str, Why] = {
    cards.REOPEN: (modals.REOPENING, "Reopen", texts.WHY_REOPEN, "Reopen"),
    checklist.SKIP: (modals.SKIPPING, texts.SKIP, texts.WHY_SKIP, "Skip"),
}


class Listeners:
    """The listeners of incidents, over their parts."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads
        self._windows = Windows(parts, reads)

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        SlashCommand(self._parts, self._reads, self._windows).attach(app)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)
        app.event("reaction_added")(self.pinned)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards."""
        return (
            Control(cards.TAKE_COMMAND, RoleOf, self.take),
            Control(cards.ACCEPT, RoleOf, self.accept),
            Control(cards.DECLINE, RoleOf, self.decline),
            Control(cards.MITIGATE, About, self.mitigate),
            Control(cards.CLOSE, About, self.close),
            Control(cards.REOPEN, About, self.ask_why),
            Control(cards.MERGE, DuplicateOf, self.merge),
            Control(cards.DONE, FollowUpOf, self.finish),
            Control(checklist.RUN, StepOf, self.run),
            Control(checklist.SKIP, StepOf, self.ask_why),
            *self._windows.buttons,
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that those open."""
        return (
            Control(modals.FILL, About, self.filled),
            Control(modals.RATE, About, self.rated),
            Control(modals.BEGIN, About, self.begun),
            Control(modals.FOLLOW, About, self.followed),
            Control(modals.RESOLUTION, About, self.resolved),
            Control(modals.REOPENING, About, self.reopened),
            Control(modals.CANCELLATION, About, self.cancelled),
            Control(modals.SKIPPING, StepOf, self.skipped),
        )

    async def take(self, ack: AsyncAck, body: Body, wanted: RoleOf) -> None:
        await self._parts.act(ack, body, ClaimRole(wanted.subject, wanted.role))

    async def accept(self, ack: AsyncAck, body: Body, offered: RoleOf) -> None:
        await self._parts.act(ack, body, AcceptRole(offered.subject, offered.role))

    async def decline(self, ack: AsyncAck, body: Body, offered: RoleOf) -> None:
        await self._parts.act(ack, body, DeclineRole(offered.subject, offered.role))

    async def mitigate(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, Mitigate(about.subject))

    async def close(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, CloseReview(about.subject))

    async def merge(self, ack: AsyncAck, body: Body, duplicate: DuplicateOf) -> None:
        await self._parts.act(ack, body, MergeInto(duplicate.subject, duplicate.other))

    async def run(self, ack: AsyncAck, body: Body, chosen: StepOf) -> None:
        await self._parts.act(ack, body, RunStep(chosen.subject, chosen.step))

    async def finish(self, ack: AsyncAck, body: Body, chosen: FollowUpOf) -> None:
        await self._parts.act(ack, body, FinishFollowUp(chosen.subject, chosen.follow_up))

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def filled(self, ack: AsyncAck, body: Body, about: About) -> None:
        view, me = body["view"], person(body)
        role = read_choice(view, ROLE) or ""
        who = read_person(view, WHO) or me
        command: Command = ClaimRole(about.subject, role)
        if who != me:
            command = OfferRole(about.subject, role, who, read_text(view, BRIEF))
        await self._parts.submit(ack, body, command, errors_of)

    async def rated(self, ack: AsyncAck, body: Body, about: About) -> None:
        severity = read_choice(body["view"], SEVERITY) or ""
        await self._parts.submit(ack, body, ChangeSeverity(about.subject, severity), errors_of)

    async def begun(self, ack: AsyncAck, body: Body, about: About) -> None:
        playbook = read_choice(body["view"], PLAYBOOK) or ""
        await self._parts.submit(ack, body, StartPlaybook(about.subject, playbook), errors_of)

    async def followed(self, ack: AsyncAck, body: Body, about: About) -> None:
        view = body["view"]
        owner = read_person(view, OWNER) or ""
        what, due = read_text(view, WHAT), read_date(view, DUE)
        command = AddFollowUp(about.subject, view["id"], what, owner, due)
        await self._parts.submit(ack, body, command, errors_of)

    async def resolved(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, Resolve(about.subject, read_reason(body["view"])))

    async def reopened(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, Reopen(about.subject, read_reason(body["view"])))

    async def cancelled(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.submit(ack, body, Cancel(about.subject, read_reason(body["view"])))

    async def skipped(self, ack: AsyncAck, body: Body, chosen: StepOf) -> None:
        await self._parts.submit(ack, body, SkipStep(chosen.subject, chosen.step, read_reason(body["view"])))

    async def pinned(self, event: dict[str, Any]) -> None:
        """📌 under a message in the channel of an incident."""
        item = event.get("item") or {}
        if event.get("reaction") != PIN or item.get("type") != "message":
            return
        if found := await self._windows.in_channel(str(item.get("channel"))):
            command = PinMessage(found.id, str(item["ts"]))
            await self._parts.ledger.handle(command, Actor.person(str(event["user"])), SURFACE)
