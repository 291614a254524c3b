"""What a stop is aimed at: a person under all their accounts, or a resource or entitlement."""

from workflows.ports import Directory
from workflows.workflow import Part


class Aim(Part):
    """Exactly one of `person` and `target` is set. `accounts` are all that may be the person's."""

    person: str | None = None
    accounts: tuple[str, ...] = ()
    target: str | None = None

    def covers(self, holder: str, resource: str, entitlement: str) -> bool:
        """Whether it is for this access."""
        return holder in self.accounts or self.target in (resource, entitlement)


def aim_at(directory: Directory, person: str | None, target: str | None) -> Aim:
    """Aim at one of the two. Machines are a person's own affair: a machine's owners keep what is theirs."""
    if person is None:
        return Aim(target=target)
    accounts = {person} if person in directory.machines else directory.may_be(person)
    return Aim(person=person, accounts=tuple(sorted(accounts)), target=target)
