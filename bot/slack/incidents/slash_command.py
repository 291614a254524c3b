"""`/incident`: declares one, lists them, and does in an incident's channel what the buttons of its card do."""

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from ulid import ULID

from bot.slack.answers import Body, channel_of, person
from bot.slack.context import ListenerContext, already, offer, say, typed_behind
from bot.slack.incidents import cards, modals, texts
from bot.slack.incidents.form import PLAYBOOK, SERVICE, Form, errors_of, read_form
from bot.slack.incidents.lists import figures_text, list_text, standing_text
from bot.slack.incidents.typed_command import playbook_for, read_typed, read_words
from bot.slack.incidents.windows import OPENS, Windows
from bot.slack.mrkdwn import plain
from workflows.incidents.commands import AddNote, DeclareIncident, Mitigate
from workflows.incidents.metrics import figures
from workflows.incidents.refusals import NO_RULES, UNKNOWN
from workflows.incidents.state import EVERY, GOING, KIND, Incident
from workflows.incidents.views import sees
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome

NOTES = ("note", "update")
ALWAYS_WORDS = frozenset((*NOTES, "resolve"))
"""Words that nobody begins the title of an incident with."""
VERBS = frozenset((*NOTES, "mitigate", *OPENS.values()))
"""Words that mean the incident in whose channel they are typed."""


class SlashCommand:
    """The listeners of the command, and of the window to declare in."""

    def __init__(self, parts: ListenerContext, reads: Repository, windows: Windows) -> None:
        self._parts = parts
        self._reads = reads
        self._windows = windows

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/incident")(self.incident)
        app.options(f"incident.{SERVICE}")(self.suggest_service)
        app.options(f"incident.{PLAYBOOK}")(self.suggest_playbook)
        app.action(f"incident.{SERVICE}")(self.chose_service)
        app.view(modals.DECLARE)(self.declared)

    async def incident(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        text = typed_behind(body)
        typed = read_words(text)
        match typed.verb:
            case verb if typed.number and (not verb or verb in VERBS):
                await self._do(verb, await self._windows.called(typed.number), typed.rest, ack, body)
            case _ if typed.number:
                await self._declare(ack, body, text)
            case "help":
                await say(ack, texts.HELP)
            case "list":
                going = await self._reads.in_status(Incident, KIND, GOING)
                directory = self._parts.world().directory
                await say(ack, list_text([one for one in going if sees(one, directory, person(body))]))
            case "figures":
                await say(ack, figures_text(figures(await self._reads.in_status(Incident, KIND, EVERY))))
            case verb if verb in VERBS and (found := await self._windows.in_channel(channel_of(body))):
                await self._do(verb, found, typed.rest, ack, body)
            case verb if verb in ALWAYS_WORDS or (verb in VERBS and not typed.rest):
                await say(ack, texts.IN_CHANNEL)
            case _:
                await self._declare(ack, body, text)

    async def suggest_service(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        titles = {name: one.title for name, one in self._parts.world().bundle.services.items()}
        await offer(ack, modals.matching(titles, body.get("value") or ""))

    async def suggest_playbook(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        titles = {name: one.title for name, one in self._parts.world().bundle.playbooks.items()}
        await offer(ack, modals.matching(titles, body.get("value") or ""))

    async def chose_service(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A service brings its playbook; what else was typed stays."""
        await ack()
        bundle, form = self._parts.world().bundle, read_form(body["view"])
        if bundle.incidents:
            form = replace(form, playbook=playbook_for(form.service, bundle) or form.playbook)
            view = modals.declare_modal(form, bundle, bundle.incidents)
            self._parts.afterwards(self._parts.update(body, view), body)

    async def declared(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        command = _declaration(read_form(body["view"]))
        await self._parts.propose(ack, body, command, errors_of, _named)

    async def _do(self, verb: str, found: Incident | None, rest: str, ack: AsyncAck, body: Body) -> None:
        """What a button of the card does, typed as a word; without a word, how the incident stands."""
        if found is None:
            await say(ack, plain(UNKNOWN.sentence))
        elif not verb:
            seen = sees(found, self._parts.world().directory, person(body))
            await say(ack, standing_text(found) if seen else plain(UNKNOWN.sentence))
        elif verb in NOTES:
            await _tell(ack, await self._parts.handle(AddNote(found.id, rest), body), texts.NOTED)
        elif verb == "mitigate":
            await _tell(ack, await self._parts.handle(Mitigate(found.id), body), texts.MITIGATED)
        else:
            await ack()
            self._parts.afterwards(self._windows.show(verb, found, body, rest), body)

    async def _declare(self, ack: AsyncAck, body: Body, text: str) -> None:
        """At once if severity and title were typed, otherwise in a window."""
        bundle = self._parts.world().bundle
        if bundle.incidents is None:
            await say(ack, plain(NO_RULES.sentence))
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
            await say(ack, texts.ALREADY)
        else:
            state: Incident = outcome.state
            await say(ack, texts.HAS_BEEN_DECLARED.format(headline=cards.headline(state)))


async def _tell(ack: AsyncAck, outcome: Outcome, done: str) -> None:
    await say(ack, plain(outcome.refusal.sentence) if outcome.refusal else done)


def _named(state: Incident) -> str:
    return f"{state.number} · {state.severity.upper()}: {state.title}"


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
