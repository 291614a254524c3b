"""A kit in the window in which people request access: what of it they request, and what will happen to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextObject,
)

from bot.slack.access.form import KIT, Form
from bot.slack.access.kits import texts
from bot.slack.blocks import sentences
from bot.slack.mrkdwn import short
from workflows.access.commands import RequestAccess
from workflows.access.kits.commands import chosen_of
from workflows.access.kits.whole import WholeKit, with_its_kit
from workflows.access.scheduling import judged_at
from workflows.access.state import Access
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.assess import Ask, Assessment, assess, explained
from workflows.policy.evaluation.catalog import may_request
from workflows.policy.evaluation.kits import as_entitlement, together
from workflows.policy.evaluation.objections import not_eligible
from workflows.workflow import World

_HELD = ("pending", "approved", "scheduled", "active")


def members_field(form: Form, who: str, world: World, mine: Sequence[Access] = ()) -> list[Block]:
    """What the chosen kit includes, all of it chosen but what they have already; nothing if no kit is chosen."""
    kit = world.bundle.kits.get(form.entitlement or "")
    if kit is None or form.opened.extends:
        return []
    theirs = [world.bundle.entitlements[one] for one in _eligible(world, kit.entitlements, who)]
    held = _held(mine)
    options = [_option(one, one.id in held) for one in theirs]
    chosen = form.members or tuple(one.id for one in theirs if one.id not in held)
    field = InputBlock(
        block_id=f"{KIT}:{form.entitlement}",
        label=texts.FIELD,
        hint=texts.FIELD_HINT,
        dispatch_action=False,
        element=CheckboxesElement(
            action_id=KIT,
            options=options,
            initial_options=[one for one in options if one.value in chosen] or None,
        ),
    )
    others = [world.bundle.entitlements[one] for one in kit.entitlements if one not in {e.id for e in theirs}]
    said = [texts.NOT_YOURS.format(why=not_eligible(one.title, one.rule.eligible).sentence) for one in others]
    return [field, *(block for words in said for block in sentences(words))]


def look_at_kit(form: Form, who: str, world: World, now: datetime) -> tuple[Entitlement, Assessment] | None:
    """The kit as it is offered, and what would happen if it were requested now; None if no kit is chosen."""
    kit = world.bundle.kits.get(form.entitlement or "")
    if kit is None or form.entitlement is None:
        return None
    offered = as_entitlement(world.bundle, form.entitlement, kit)
    chosen = form.members or tuple(_eligible(world, kit.entitlements, who))
    seconds = form.seconds if form.seconds is not None else offered.rule.default
    asked = chosen_of(world.bundle, form.entitlement, chosen, seconds)
    seen = [
        explained(world.bundle, world.directory, assess(world.bundle, world.directory, ask, at))
        for at in [judged_at(form.starts_at, now)]
        for one, length in asked.members
        if (ask := Ask(who, one, length, form.justification, form.ticket))
    ]
    return (offered, together(seen)) if seen else None


def with_kit(command: RequestAccess, chosen: tuple[str, ...], bundle: Bundle) -> RequestAccess:
    """The request for what was chosen of a kit; the command itself if it names none."""
    kit = bundle.kits.get(command.entitlement)
    if kit is None:
        return command
    asked = chosen_of(bundle, command.entitlement, chosen or kit.entitlements, command.seconds)
    first, seconds = asked.members[0]
    return replace(command, entitlement=first, seconds=seconds, kit=asked)


def again_with_kit(form: Form, state: Access) -> Form:
    """The form as it was filled in for a kit; the same form if it was for none."""
    if state.kit is None:
        return form
    return replace(
        form, entitlement=state.kit.name, members=tuple(one.entitlement for one in state.kit.members)
    )


async def extending(form: Form, before: Access | None, reads: Repository) -> Form:
    """The form with what it extends of a kit: all that is active of it, what the form names first. Raises DatabaseAway.

    It is the same form if `before`, the request that it extends, is in no kit.
    """
    kit = await with_its_kit(reads, before) if before else None
    if not isinstance(kit, WholeKit):
        return form
    active = sorted(kit.of("active"), key=lambda one: one.id != form.opened.extends)
    return replace(form, entitlement=kit.named.name, members=tuple(one.terms.entitlement for one in active))


def _eligible(world: World, entitlements: Sequence[str], who: str) -> list[str]:
    groups = world.directory.groups_of(who)
    return [one for one in entitlements if may_request(world.bundle.entitlements[one], groups)]


def _held(mine: Sequence[Access]) -> frozenset[str]:
    return frozenset(one.terms.entitlement for one in mine if one.status in _HELD)


def _option(entitlement: Entitlement, held: bool) -> Option:
    description = texts.HAVE_ALREADY if held else entitlement.description
    return Option(
        value=entitlement.id,
        text=PlainTextObject(text=short(entitlement.title, 75), emoji=False),
        description=PlainTextObject(text=short(description, 75), emoji=False),
    )
