"""What a request knows of the kit that it was made with."""

from ulid import ULID

from workflows.workflow import Part, derived


class KitMember(Part):
    """One entitlement of a kit, with the id of its request and for how many seconds it is asked for."""

    request: str
    entitlement: str
    seconds: int


class RequestedKit(Part):
    """A kit as it was requested: by its name in the policy, with all that was chosen of it."""

    name: str
    title: str
    members: tuple[KitMember, ...]

    @property
    def first(self) -> str:
        """The id of the first request, which the kit goes by."""
        return self.members[0].request

    @property
    def requests(self) -> tuple[str, ...]:
        """The ids of all its requests."""
        return tuple(one.request for one in self.members)


class KitRefusal(Part):
    """An entitlement of a kit whose request was refused after the first one was made, by the refusal's code."""

    entitlement: str
    code: str


def member_id(first: str, entitlement: str) -> str:
    """The id of the request for this entitlement, in the kit whose first request this is: always the same."""
    kind, _, ulid = first.partition("_")
    return derived(kind, ULID.from_str(ulid).datetime, first, entitlement)
