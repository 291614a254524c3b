"""Groups of a draft whose recorded members still count: those that it defines as the bundle before did."""

from dataclasses import dataclass

from workflows.policy.bundle import Bundle


@dataclass(frozen=True)
class KnownGroups:
    """`changed` are groups that the draft brings or defines otherwise: who would have been in them isn't on record."""

    changed: frozenset[str]
    schedules: frozenset[str] = frozenset()
    """On-call schedules of which the same is so."""

    def surely(self, groups: tuple[str, ...]) -> frozenset[str]:
        """Of the groups that somebody was in, those that they would also be in under the draft."""
        return frozenset(groups) - self.changed

    def perhaps(self, groups: tuple[str, ...]) -> frozenset[str]:
        """The groups that they may be in under the draft."""
        return frozenset(groups) | self.changed


def known_groups(draft: Bundle, before: Bundle) -> KnownGroups:
    """Compare the draft's groups with those of the bundle that is in force."""
    same = {
        name
        for name, group in draft.groups.items()
        if before.groups.get(name) == group
        and (group.on_call is None or draft.on_call.get(group.on_call) == before.on_call.get(group.on_call))
    }
    schedules = {name for name, one in draft.on_call.items() if before.on_call.get(name) != one}
    return KnownGroups(frozenset(draft.groups.keys() - same), frozenset(schedules))
