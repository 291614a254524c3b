"""The form of a request as it is shown: filled in, assessed, and beside what one has already."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from slack_sdk.models.views import View

from bot.slack.access import answers, modals
from bot.slack.access.form import Form, prefilled
from bot.slack.access.kits import form as kit_form
from bot.slack.access.modals import Held
from bot.slack.access.on_behalf.field import NamedHolder, asked_for
from bot.slack.access.typed_command import not_theirs, parse_command
from bot.slack.button_values import NewRequest
from workflows.access.scheduling import judged_at
from workflows.access.state import KIND, Access
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import Ask, Assessment, assess, explained
from workflows.workflow import World

LOOKED_AT = 40
"""Of somebody's newest requests, in search of what they have already."""


class FormViews:
    """Makes the views, by the rules and people of the moment."""

    def __init__(self, world: Callable[[], World], reads: Repository, now: Callable[[], datetime]) -> None:
        self._world = world
        self._reads = reads
        self._now = now

    async def asking(self, form: Form, who: str, note: str = "") -> View:
        """The form, with what they have or have requested already, unless that can't be looked up."""
        chosen, seen = self._look(form, who)
        try:
            mine = await self._reads.owned_by(Access, KIND, who, LOOKED_AT) if chosen else []
        except DatabaseAway:
            mine = []
        world = self._world()
        found = answers.already_has(mine, chosen.id) if chosen and not form.on_behalf_of else None
        held = Held(found, answers.held_line(found, world.directory)) if found else None
        members = kit_form.members_field(form, who, world, mine)
        return modals.ask_modal(form, chosen, seen, note, held, members)

    def extending(self, form: Form, before: Access, who: str) -> View | None:
        """The form with the duration; None if the policy no longer has it."""
        chosen, seen = self._look(form, who)
        return modals.extend_modal(form, before, chosen, seen) if chosen and before.grant else None

    async def prefilled(
        self, named: NamedHolder, who: str, offered: list[Entitlement], opened: NewRequest
    ) -> View:
        """The form with what was typed behind `/access`, and a note on what of it can't be read."""
        zone = self._world().directory.zone_of(who)
        read = parse_command(named.text, offered, zone, self._now())
        note = named.note or not_theirs(named.text, offered, self._world().bundle) or read.note
        form = prefilled(read, opened, named.holder)
        return await self.asking(replace(form, more=form.more or bool(named.note)), who, note)

    def _look(self, form: Form, who: str) -> tuple[Entitlement | None, Assessment | None]:
        """What was chosen, and what would happen if it were asked for now."""
        world = self._world()
        if kit := kit_form.look_at_kit(form, who, world, self._now()):
            return kit
        chosen = world.bundle.entitlements.get(form.entitlement or "")
        if chosen is None:
            return None, None
        seconds = form.seconds if form.seconds is not None else chosen.rule.default
        ask = Ask(who, chosen.id, seconds, form.justification, form.ticket, (), form.inputs)
        ask = asked_for(who, form.on_behalf_of, ask)
        seen = assess(world.bundle, world.directory, ask, judged_at(form.starts_at, self._now()))
        return chosen, explained(world.bundle, world.directory, seen)
