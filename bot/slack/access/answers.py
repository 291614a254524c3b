"""What somebody is told, for their eyes only, about access that they requested, decided or may not request."""

from collections.abc import Iterable

from bot.slack.access import texts
from bot.slack.access.kits import texts as kits
from bot.slack.access.on_behalf import texts as on_behalf
from bot.slack.access.status import status_line
from bot.slack.approvers import either
from bot.slack.mrkdwn import mention, plain
from workflows.access.kits.whole import is_in_kit
from workflows.access.refusals import OVER, UNKNOWN
from workflows.access.state import Access
from workflows.durations import spell_duration
from workflows.policy.evaluation.objections import join_names
from workflows.ports import Directory
from workflows.workflow import World


def requested(state: Access, directory: Directory) -> str:
    """Say right after *Ask* who was asked, in markup."""
    if is_in_kit(state) and state.kit:
        return kits.REQUESTED.format(kit=plain(state.kit.title))
    what = f"*{plain(state.terms.title)}*, {spell_duration(state.approved_seconds)}"
    if state.status == "proposed":
        return on_behalf.SENT.format(holder=mention(state.requester), what=what)
    if state.status == "pending":
        return texts.REQUESTED.format(what=what, status=status_line(state, directory))
    granted = texts.SCHEDULED if state.status == "scheduled" else texts.GRANTED
    return granted.format(what=what, status=status_line(state))


def nothing_eligible(world: World) -> str:
    """Say to whom nothing is open which groups there are and whom to ask, in markup."""
    bundle = world.bundle
    groups = sorted({group for one in bundle.entitlements.values() for group in one.rule.eligible})
    operators = world.directory.all_members_of(bundle.settings.console.operators)
    ask = texts.ASK_SOMEONE.format(who=either(operators)) if operators else texts.ASK_ANYONE
    return f"{texts.NOTHING_ELIGIBLE} {ask}: {plain(join_names(groups, 'or'))}."


def already_has(states: Iterable[Access], entitlement: str) -> Access | None:
    """The newest request for this that is pending, active or scheduled, of somebody's own, newest first."""
    return next((one for one in states if one.terms.entitlement == entitlement and _is_held(one)), None)


def cant_extend(state: Access | None, extension: Access | None, directory: Directory) -> str:
    """Why a grant can't be extended now, in markup."""
    if extension is not None:
        scheduled = extension.status == "scheduled"
        begun = texts.EXTENSION_APPROVED if scheduled else texts.EXTENSION_REQUESTED
        return f"{texts.ALREADY.format(begun=begun, status=status_line(extension, directory))}."
    return OVER.sentence if state else UNKNOWN.sentence


def held_line(state: Access, directory: Directory) -> str:
    """Warn before a request is sent that it's for what one has or has requested already, in markup."""
    scheduled = texts.ALREADY_SCHEDULED if state.status == "scheduled" else texts.ALREADY_ACTIVE
    begun = texts.ALREADY_REQUESTED if state.status == "pending" else scheduled
    return texts.ALREADY.format(begun=begun, status=status_line(state, directory))


def _is_held(state: Access) -> bool:
    """An extension is told with what it extends."""
    return state.status in ("pending", "active") or (state.status == "scheduled" and state.extends is None)
