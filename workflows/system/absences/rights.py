"""Who may decide for whom, by the policy, and who is away: what decisions heed of absences."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from workflows.policy.bundle import Bundle
from workflows.ports import Away, Directory
from workflows.system.absences.state import Absence
from workflows.workflow import World


def delegable(
    bundle: Bundle, directory: Directory, approver: str, delegate: str, seconds: int
) -> tuple[str, ...]:
    """The groups of the approver for which the delegate may decide, for as long as this."""
    return tuple(
        sorted(
            {
                group
                for rule in bundle.delegation.rules
                if seconds <= rule.max and any(delegate in directory.members(one) for one in rule.to)
                for group in rule.groups
                if approver in directory.members(group)
            }
        )
    )


def longest(bundle: Bundle, directory: Directory, approver: str, delegate: str) -> int | None:
    """For how many seconds at most the delegate may decide for the approver; None if they may not at all."""
    rules = (one for one in bundle.delegation.rules if _fits(one.groups, directory, approver))
    return max((one.max for one in rules if _fits(one.to, directory, delegate)), default=None)


def may_delegate(bundle: Bundle, directory: Directory, approver: str) -> bool:
    """Whether some rule lets them ask anyone."""
    return any(_fits(one.groups, directory, approver) for one in bundle.delegation.rules)


def heeding_absences(world: World, now: datetime, absences: Iterable[Absence] | None = None) -> World:
    """The world with those who are away, and with those who may decide for others.

    `absences` are those in force, by default the world's own.
    """
    stand_in = _stand_in(world.bundle)
    found = world.in_force if absences is None else absences
    away = _away(world, [one for one in found if isinstance(one, Absence) and one.holds_at(now)])
    if (away, stand_in) == (world.directory.away, world.directory.stand_in):
        return world
    return replace(world, directory=replace(world.directory, away=away, stand_in=stand_in))


def _away(world: World, absences: Iterable[Absence]) -> dict[str, Away]:
    found: dict[str, Away] = {}
    for one in absences:
        groups = _still(world, one)
        away = Away(one.id, one.owner, one.since, one.until, one.delegate if groups else None, groups)
        found |= dict.fromkeys(world.directory.accounts_of(one.owner), away)
    return found


def _still(world: World, absence: Absence) -> frozenset[str]:
    """The groups for which its delegate may decide by the rules and people of now."""
    if absence.delegate is None:
        return frozenset()
    now = delegable(world.bundle, world.directory, absence.owner, absence.delegate, absence.seconds)
    return frozenset(absence.groups) & frozenset(now)


def _stand_in(bundle: Bundle) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for rule in bundle.delegation.rules:
        for group in rule.groups:
            found[group] = found.get(group, frozenset()) | frozenset(rule.to)
    return found


def _fits(groups: Iterable[str], directory: Directory, person: str) -> bool:
    return any(person in directory.members(one) for one in groups)
