"""All the requests of a kit together, for whoever shows or decides them at once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import rfc8785

from workflows.access.kits.state import RequestedKit
from workflows.access.state import KIND, Access
from workflows.ledger.repository import Repository


class WholeKit(Access):
    """The first request of a kit, with the requests that there are of it, itself included, in the kit's order."""

    states: tuple[Access, ...]

    @property
    def named(self) -> RequestedKit:
        """The kit as it was requested."""
        assert self.kit is not None
        return self.kit

    def of(self, *statuses: str) -> tuple[Access, ...]:
        """Its requests in one of these statuses."""
        return tuple(one for one in self.states if one.status in statuses)

    @property
    def strictest(self) -> Access:
        """The request whose rule asks for the most approvals."""
        return max(self.states, key=lambda one: (sum(stage.quorum for stage in one.terms.stages), one.id))

    @property
    def shown_digest(self) -> str:
        """Of all that its card shows of the requests and of their rules, as SHA-256 (RFC 8785)."""
        shown = [[one.id, one.digest, one.terms.digest] for one in self.states]
        return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()


def is_in_kit(state: Access) -> bool:
    """Whether it was requested together with others."""
    return state.kit is not None and len(state.kit.members) > 1


def whole_kit(first: Access, found: Mapping[str, Access]) -> WholeKit:
    """The kit of this request, which is its first, with those that were found of it by id."""
    assert first.kit is not None
    states = tuple(found[one] for one in first.kit.requests if one in found)
    return WholeKit.model_construct(**dict(first), states=states)


async def members_of(reads: Repository, kit: RequestedKit) -> dict[str, Access]:
    """The requests of a kit that there are, by id."""
    found = await reads.find_all({KIND: Access}, kit.requests)
    return {id: one for id, one in found.items() if isinstance(one, Access)}


async def with_its_kit(reads: Repository, state: Access) -> Access:
    """The whole kit that it belongs to; the request itself if it belongs to none."""
    return (await with_their_kits(reads, [state]))[0]


async def with_their_kits(reads: Repository, states: Sequence[Access]) -> list[Access]:
    """The same requests, in their order, with a whole kit once in place of all that belong to it."""
    wanted = {one: None for state in states if is_in_kit(state) and state.kit for one in state.kit.requests}
    rows = await reads.find_all({KIND: Access}, list(wanted)) if wanted else {}
    found = {id: one for id, one in rows.items() if isinstance(one, Access)}
    return list(_together(states, found))


def _together(states: Iterable[Access], found: Mapping[str, Access]) -> Iterable[Access]:
    seen: set[str] = set()
    for state in states:
        first = found.get(state.kit.first) if is_in_kit(state) and state.kit else None
        if first is None:
            yield state
        elif first.id not in seen:
            seen.add(first.id)
            yield whole_kit(first, found)
