"""What Slack tells Daypass of incidents: each listener parses, calls the workflow, and renders.

What changes state is committed before it is acknowledged; what only shows something is acknowledged first.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from ulid import ULID

from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason, read_shown
from bot.slack.context import SURFACE, Parts, Why, already, offer, say, typed_behind, value_of
from bot.slack.incidents import cards, checklist, modals
from bot.slack.incidents.form import (
    BRIEF,
    DUE,
    OWNER,
    PLAYBOOK,
    ROLE,
    SERVICE,
    SEVERITY,
    WHAT,
    WHO,
    Form,
    errors_of,
    read_choice,
    read_date,
    read_form,
    read_person,
    read_text,
)
from bot.slack.incidents.help import HELP
from bot.slack.incidents.home import START
from bot.slack.incidents.lists import figures_text, list_text
from bot.slack.incidents.typed_command import read_typed
from bot.slack.mrkdwn import plain
from workflows.incidents.commands import (
    AcceptRole,
    AddFollowUp,
    AddNote,
    Cancel,
    ChangeSeverity,
    ClaimRole,
    CloseReview,
    DeclareIncident,
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
from workflows.incidents.decide import UNKNOWN
from workflows.incidents.metrics import figures
from workflows.incidents.state import EVERY, GOING, KIND, Incident
from workflows.incidents.views import sees
from workflows.ledger.repository import Reads
from workflows.workflow import Actor, Command

PIN = "pushpin"
NO_RULES = "Incidents aren't set up here: the policy bundle has no incidents.yaml."
ALREADY = "You've already declared that; a command counts once."
REASONS: dict[str, Why] = {
    cards.RESOLVE: (modals.RESOLUTION, "Resolve", "What was it, and what ended it?", "Resolve"),
    cards.REOPEN: (modals.REOPENING, "Open again", "Why? It stands on the card.", "Open again"),
    cards.CANCEL: (modals.CANCELLATION, "Cancel", "Why was it no incident?", "Cancel it"),
    checklist.SKIP: (modals.SKIPPING, "Skip this step", "Why? It stands in the timeline.", "Skip"),
}


class Listeners:
    """The listeners of incidents, over their parts."""

    def __init__(self, parts: Parts, reads: Reads) -> None:
        self._parts = parts
        self._reads = reads

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/incident")(self.incident)
        app.action(START)(self.incident)
        app.options(f"incident.{SERVICE}")(self.suggest_service)
        app.options(f"incident.{PLAYBOOK}")(self.suggest_playbook)
        app.view(modals.DECLARE)(self.declared)
        app.action(cards.TAKE_COMMAND)(self.take)
        app.action(cards.ACCEPT)(self.accept)
        app.action(cards.DECLINE)(self.decline)
        app.action(cards.MITIGATE)(self.mitigate)
        app.action(cards.CLOSE)(self.close)
        app.action(cards.MERGE)(self.merge)
        app.action(checklist.RUN)(self.run)
        app.action(cards.ROLES)(self.ask_for_role)
        app.action(cards.SEVERITY)(self.ask_for_severity)
        app.action(cards.PLAYBOOK)(self.ask_for_playbook)
        app.action(cards.FOLLOW_UP)(self.ask_for_follow_up)
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

    async def incident(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        text = typed_behind(body)
        word, _, rest = text.partition(" ")
        match word.casefold():
            case "help":
                await say(ack, HELP)
            case "list":
                going = await self._reads.in_status(Incident, KIND, GOING)
                directory = self._parts.world().directory
                await say(ack, list_text([one for one in going if sees(one, directory, person(body))]))
            case "figures":
                await say(ack, figures_text(figures(await self._reads.in_status(Incident, KIND, EVERY))))
            case "note":
                await self._note(ack, body, rest)
            case _:
                await self._declare(ack, body, text)

    async def suggest_service(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        titles = {name: one.title for name, one in self._parts.world().bundle.services.items()}
        await offer(ack, modals.matching(titles, body.get("value") or ""))

    async def suggest_playbook(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        titles = {name: one.title for name, one in self._parts.world().bundle.playbooks.items()}
        await offer(ack, modals.matching(titles, body.get("value") or ""))

    async def _declare(self, ack: AsyncAck, body: Body, text: str) -> None:
        """At once if severity and title were typed, otherwise in a window."""
        bundle = self._parts.world().bundle
        if bundle.incidents is None:
            await say(ack, NO_RULES)
            return
        form = read_typed(f"{KIND}_{ULID()}", text, bundle)
        if not (form.severity and form.title):
            await ack()
            view = modals.declare_modal(form, bundle, bundle.incidents)
            self._parts.afterwards(self._parts.open(body, view), body)
            return
        outcome = await self._parts.start(_declaration(form), body)
        if outcome.refusal:
            await say(ack, plain(outcome.refusal.sentence))
        elif outcome.state and outcome.subject != form.subject:
            await say(ack, plain(already(_named(outcome.state))))
        elif outcome.state is None:
            await say(ack, ALREADY)
        else:
            state: Incident = outcome.state
            await say(ack, f"Declared: *{cards.headline(state)}*. Its channel is being made.")

    async def _note(self, ack: AsyncAck, body: Body, text: str) -> None:
        found = await self._in_channel(str(body.get("channel_id") or ""))
        if found is None:
            await say(ack, "Type that in the channel of an incident.")
            return
        outcome = await self._parts.handle(AddNote(found.id, text), body)
        said = outcome.refusal.sentence if outcome.refusal else "Noted in the timeline."
        await say(ack, plain(said))

    async def declared(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        command = _declaration(read_form(body["view"]))
        await self._parts.propose(ack, body, command, errors_of, _named)

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

    async def ask_for_role(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._ask(ack, body, lambda state: modals.roles_modal(state, value_of(body)))

    async def ask_for_severity(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._ask(ack, body, lambda state: modals.severity_modal(state, value_of(body)))

    async def ask_for_playbook(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        playbooks = self._parts.world().bundle.playbooks
        if not playbooks:
            await ack()
            self._parts.afterwards(self._parts.notice("The policy bundle has no playbooks.", body), body)
            return

        def window(state: Incident) -> View:
            fits = (name for name, one in sorted(playbooks.items()) if state.service in one.services)
            return modals.playbook_modal(value_of(body), playbooks, next(fits, None))

        await self._ask(ack, body, window)

    async def ask_for_follow_up(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._parts.open(body, modals.follow_up_modal(value_of(body))), body)

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
        if found := await self._in_channel(str(item.get("channel"))):
            command = PinMessage(found.id, str(item["ts"]))
            await self._parts.ledger.handle(command, Actor.person(str(event["user"])), SURFACE)

    async def _in_channel(self, channel: str) -> Incident | None:
        going = await self._reads.in_status(Incident, KIND, GOING)
        return next((one for one in going if channel and one.channel == channel), None)

    async def _ask(self, ack: AsyncAck, body: Body, window: Callable[[Incident], View]) -> None:
        """Open a window about the incident of the button, for whoever may see it."""
        await ack()
        self._parts.afterwards(self._open(body, window), body)

    async def _open(self, body: Body, window: Callable[[Incident], View]) -> None:
        state = await self._reads.find(Incident, read_shown(value_of(body)).subject)
        if state and sees(state, self._parts.world().directory, person(body)):
            await self._parts.open(body, window(state))
        else:
            await self._parts.notice(UNKNOWN.sentence, body)


def _named(state: Incident) -> str:
    return f"{state.severity.upper()}: {state.title} ({state.id})"


def _subject(body: Body) -> str:
    return read_shown(body["view"]["private_metadata"]).subject


def _declaration(form: Form) -> DeclareIncident:
    return DeclareIncident(
        form.subject,
        title=form.title,
        severity=form.severity,
        service=form.service,
        private=form.kind == "private",
        drill=form.kind == "drill",
        playbook=form.playbook,
    )
