"""What Slack tells Daypass of releases: each listener parses, calls the workflow, and renders.

What changes state is committed before it is acknowledged; what only shows something is acknowledged first.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from ulid import ULID

from bot.slack import reviews
from bot.slack.answers import Body, person
from bot.slack.blocks import read_reason
from bot.slack.button_values import About, Shown
from bot.slack.context import ListenerContext, Why, offer, say, typed_behind
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.mrkdwn import short
from bot.slack.releases import cards, modals, repairs, rollback, texts
from bot.slack.releases.exceptions.listeners import ExceptionListeners
from bot.slack.releases.form import SERVICE, VERSION, Form, errors_of, read_form
from bot.slack.releases.home import START
from bot.slack.releases.modals import Preview
from bot.slack.releases.version_cache import Catalog
from bot.wiring.releases import Releasing
from workflows.ledger.repository import Repository
from workflows.policy import version_names
from workflows.policy.evaluation.tiers import gates_of_all_tiers
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases import decide_proposal
from workflows.releases.commands import (
    CheckAgain,
    ProposeRelease,
    Restore,
    ReviewRelease,
    RollBack,
    WithdrawRelease,
)
from workflows.releases.decide_tier import terms_as_read
from workflows.releases.gates import evaluate
from workflows.releases.performers import Incidents, read_for
from workflows.releases.refusals import UNKNOWN
from workflows.releases.state import KIND, Release

REASONS: dict[str, Why] = {
    cards.REJECT: (modals.REJECTION, "Reject", texts.WHY_REJECT, "Reject"),
}

APPROVING = reviews.Approving(
    decide_proposal.unconfirmed,
    lambda state: modals.confirmation_modal(state, cards.shown(state).value),
    lambda state, directory: cards.standing(state),
)


class Listeners:
    """The listeners of releases, over their parts."""

    def __init__(
        self,
        parts: ListenerContext,
        releasing: Releasing,
        incidents: Incidents,
        catalog: Catalog,
        reads: Repository,
        now: Callable[[], datetime],
    ) -> None:
        self._parts = parts
        self._releasing = releasing
        self._incidents = incidents
        self._catalog = catalog
        self._reads = reads
        self._now = now
        self._exceptions = ExceptionListeners(parts)

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/release")(self.release)
        app.action(START)(self.release)
        app.options(f"release.{SERVICE}")(self.suggest_service)
        app.options(f"release.{VERSION}")(self.suggest_version)
        app.action(f"release.{SERVICE}")(self.changed)
        app.action(f"release.{VERSION}")(self.changed)
        app.view(modals.PROPOSE)(self.proposed)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons of the cards."""
        return (
            Control(cards.APPROVE, Shown, self.approve),
            Control(cards.REJECT, Shown, self.ask_why),
            Control(cards.WITHDRAW, About, self.withdraw),
            Control(repairs.CHECK_AGAIN, About, self.check_again),
            Control(repairs.RESTORE, About, self.restore),
            Control(repairs.ROLL_BACK, About, self.ask_way_back),
            *self._exceptions.buttons,
        )

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The windows that those open."""
        return (
            Control(modals.CONFIRMATION, Shown, self.confirmed),
            Control(modals.REJECTION, Shown, self.rejected),
            Control(rollback.ROLLBACK, About, self.rolled_back),
            *self._exceptions.windows,
        )

    async def release(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        text = typed_behind(body)
        if text.casefold() == "help":
            await say(ack, texts.HELP)
            return
        await ack()
        self._parts.afterwards(self._open(text, body), body)

    async def suggest_service(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        wanted = (body.get("value") or "").casefold()
        found = [
            one for one in self._proposable(person(body)) if wanted in f"{one.title} {one.service}".casefold()
        ]
        await offer(ack, list(map(modals.service_option, found)))

    async def suggest_version(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        terms = self._terms(read_form(body["view"]), person(body))
        found = self._catalog.versions(terms.model, body.get("value") or "") if terms else []
        await offer(
            ack, [modals.version_option(one) for one in found if version_names.VERSION.fullmatch(one)]
        )

    async def changed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._show_gates(body), body)

    async def proposed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        form = read_form(body["view"])
        command = ProposeRelease(form.subject, form.service, form.version, form.note)
        await self._parts.propose(ack, body, command, errors_of, _named)

    async def approve(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        """Decides at once, or opens the window in which what is risky is confirmed."""
        await reviews.approve(self._parts, ack, body, _approval(shown), APPROVING)

    async def confirmed(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        await reviews.confirm(self._parts, ack, body, _approval(shown))

    async def ask_why(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.ask_why(ack, body, about, REASONS[body["actions"][0]["action_id"]])

    async def ask_way_back(self, ack: AsyncAck, body: Body, about: About) -> None:
        """Open the window that asks to which version to go back, and why."""
        await ack()
        self._parts.afterwards(self._open_ways_back(about, body), body)

    async def rejected(self, ack: AsyncAck, body: Body, shown: Shown) -> None:
        reason = read_reason(body["view"])
        command = ReviewRelease(shown.subject, "reject", shown.digest, shown.policy, reason)
        await self._parts.submit(ack, body, command)

    async def withdraw(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, WithdrawRelease(about.subject))

    async def rolled_back(self, ack: AsyncAck, body: Body, about: About) -> None:
        view = body["view"]
        command = RollBack(about.subject, read_reason(view), rollback.read_version(view))
        await self._parts.submit(ack, body, command, rollback.errors_of)

    async def check_again(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, CheckAgain(about.subject))

    async def restore(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, Restore(about.subject))

    async def _open(self, text: str, body: Body) -> None:
        """The window, filled in from what was typed: service, version, and after that what changes.

        It opens at once, for Slack waits three seconds; its gates follow when MLflow has told them.
        """
        service, _, rest = text.partition(" ")
        version, _, note = rest.strip().partition(" ")
        words = note.strip().removeprefix("because ")
        form = Form(f"{KIND}_{ULID()}", service.casefold(), version.removeprefix("v"), words)
        terms = self._terms(form, person(body))
        hint = ""
        if terms is None and service:
            form = replace(form, service="", version="")
            hint = texts.NO_SERVICE.format(typed=short(service, 60))
        elif version and not version_names.VERSION.fullmatch(form.version):
            form = replace(form, version="")
            hint = texts.NO_VERSION.format(typed=short(version, 60))
        opened = await self._parts.open(body, modals.propose_modal(form, terms, None, hint))
        if opened and (preview := await self._preview(form, terms, person(body))):
            await self._parts.update(body, modals.propose_modal(form, terms, preview, hint), opened)
        await self._catalog.refresh(self._proposable(person(body)))

    async def _open_ways_back(self, about: About, body: Body) -> None:
        state = await self._reads.find(Release, about.subject)
        if state is None:
            await self._parts.notice(UNKNOWN.sentence, body)
        else:
            await self._parts.open(body, rollback.rollback_modal(state, about.value))

    async def _show_gates(self, body: Body) -> None:
        form = read_form(body["view"])
        terms = self._terms(form, person(body))
        preview = await self._preview(form, terms, person(body))
        await self._parts.update(body, modals.propose_modal(form, terms, preview))

    async def _preview(self, form: Form, terms: ReleaseTerms | None, who: str) -> Preview | None:
        """How the gates stand now. It decides nothing: they are read again, bytes and all, when it is proposed."""
        if terms is None or not form.version:
            return None
        registries, targets = self._releasing.registries, self._releasing.targets
        try:
            evidence = await read_for(
                registries,
                targets,
                self._incidents,
                self._reads,
                terms,
                form.version,
                gates_of_all_tiers(terms),
                since=None,
            )
        except (Retryable, Permanent) as error:
            return Preview(trouble=str(error))
        directory, now = self._parts.world().directory, self._now()
        results = evaluate(terms_as_read(terms, evidence, who, directory, now), evidence, directory, now)
        return Preview(results, evidence.live)

    def _proposable(self, who: str) -> list[ReleaseTerms]:
        world = self._parts.world()
        groups = world.directory.groups_of(who)
        found = [one for one in world.bundle.services.values() if groups & set(one.eligible)]
        return sorted(found, key=lambda one: one.title.casefold())

    def _terms(self, form: Form, who: str) -> ReleaseTerms | None:
        return next((one for one in self._proposable(who) if one.service == form.service), None)


def _approval(shown: Shown) -> ReviewRelease:
    return ReviewRelease(shown.subject, "approve", shown.digest, shown.policy)


def _named(state: Release) -> str:
    return texts.THE_RELEASE.format(title=state.terms.title, version=state.version, id=state.id)
