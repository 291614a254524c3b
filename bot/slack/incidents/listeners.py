"""What Slack tells Daypass of incidents: each listener parses, calls the workflow, and renders.

What changes state is committed before it is acknowledged; what only shows something is acknowledged first.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason, read_shown
from bot.slack.context import SURFACE, ListenerContext, Why, value_of
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
from bot.slack.incidents.windows import OPENS, Windows
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
    checklist.SKIP: (modals.SKIPPING, "Skip this step", texts.WHY_SKIP, "Skip"),
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
        app.action(cards.TAKE_COMMAND)(self.take)
        app.action(cards.ACCEPT)(self.accept)
        app.action(cards.DECLINE)(self.decline)
        app.action(cards.MITIGATE)(self.mitigate)
        app.action(cards.CLOSE)(self.close)
        app.action(cards.MERGE)(self.merge)
        app.action(checklist.RUN)(self.run)
        for action in OPENS:
            app.action(action)(self.ask)
        app.action(cards.DONE)(self.finish)
        for action in REASONS:
            app.action(action)(self.ask_why)
        app.view(modals.FILL)(self.filled)
        app.view(modals.RATE)(self.rated)
        app.view(modals.BEGIN)(self.begun)
        app.view(modals.FOLLOW)(self.followed)
        app.view(modals.RESOLUTION)(self.resolved)
        app.view(modals.REOPENING)(self.reopened)
        app.view(modals.CANCELLATION)(self.cancelled)
        app.view(modals.SKIPPING)(self.skipped)
        app.event("reaction_added")(self.pinned)

    async def take(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, ClaimRole(shown.subject, shown.digest))

    async def accept(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, AcceptRole(shown.subject, shown.digest))

    async def decline(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, DeclineRole(shown.subject, shown.digest))

    async def mitigate(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.act(ack, body, Mitigate(read_shown(value_of(body)).subject))

    async def close(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.act(ack, body, CloseReview(read_shown(value_of(body)).subject))

    async def merge(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, MergeInto(shown.subject, shown.digest))

    async def run(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, RunStep(shown.subject, shown.digest))

    async def finish(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(value_of(body))
        await self._parts.act(ack, body, FinishFollowUp(shown.subject, shown.digest))

    async def ask(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._windows.ask(ack, body)

    async def ask_why(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.ask_why(ack, body, REASONS[body["actions"][0]["action_id"]])

    async def filled(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        view, me = body["view"], person(body)
        subject = read_shown(view["private_metadata"]).subject
        role = read_choice(view, ROLE) or ""
        who = read_person(view, WHO) or me
        command: Command = ClaimRole(subject, role)
        if who != me:
            command = OfferRole(subject, role, who, read_text(view, BRIEF))
        await self._parts.submit(ack, body, command, errors_of)

    async def rated(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        severity = read_choice(body["view"], SEVERITY) or ""
        await self._parts.submit(ack, body, ChangeSeverity(_subject(body), severity), errors_of)

    async def begun(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        playbook = read_choice(body["view"], PLAYBOOK) or ""
        await self._parts.submit(ack, body, StartPlaybook(_subject(body), playbook), errors_of)

    async def followed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body["view"]
        owner = read_person(view, OWNER) or ""
        what, due = read_text(view, WHAT), read_date(view, DUE)
        command = AddFollowUp(_subject(body), view["id"], what, owner, due)
        await self._parts.submit(ack, body, command, errors_of)

    async def resolved(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.submit(ack, body, Resolve(_subject(body), read_reason(body["view"])))

    async def reopened(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.submit(ack, body, Reopen(_subject(body), read_reason(body["view"])))

    async def cancelled(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.submit(ack, body, Cancel(_subject(body), read_reason(body["view"])))

    async def skipped(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = read_shown(body["view"]["private_metadata"])
        await self._parts.submit(ack, body, SkipStep(shown.subject, shown.digest, read_reason(body["view"])))

    async def pinned(self, event: dict[str, Any]) -> None:
        """📌 under a message in the channel of an incident."""
        item = event.get("item") or {}
        if event.get("reaction") != PIN or item.get("type") != "message":
            return
        if found := await self._windows.in_channel(str(item.get("channel"))):
            command = PinMessage(found.id, str(item["ts"]))
            await self._parts.ledger.handle(command, Actor.person(str(event["user"])), SURFACE)


def _subject(body: Body) -> str:
    return read_shown(body["view"]["private_metadata"]).subject
