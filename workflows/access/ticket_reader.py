"""Looks a ticket up before what depends on it is decided."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import RequestAccess, ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.kits.commands import AskedKit
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.state import Access
from workflows.access.tickets import read_ticket
from workflows.approval.staged import UNDECIDED
from workflows.ledger.repository import Repository
from workflows.policy.conditions import matches
from workflows.policy.evaluation.catalog import may_request
from workflows.policy.evaluation.tickets import TICKET_LIMIT, seen_for
from workflows.policy.terms.tickets import TicketTerms, stricter_ticket
from workflows.policy.tickets import TicketReading, Tickets
from workflows.text import is_text
from workflows.workflow import Actor, Command, World

LOOK_SECONDS = 1.5
"""In which a ticket has to be seen: Slack waits for the answer."""


class TicketReader:
    """Puts into commands what is seen of the ticket that they depend on."""

    def __init__(
        self,
        tickets: Mapping[str, Tickets],
        reads: Repository,
        world: Callable[[], World],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        """`tickets` are the systems by name."""
        self._tickets = tickets
        self._reads = reads
        self._world = world
        self._seconds = seconds

    async def inform(self, command: Command, actor: Actor) -> Command:
        """Put what is seen of its ticket into a command that may lead to access; any other stays as it is.

        Raises DatabaseAway. Where nobody has tickets looked up, nothing is read.
        """
        if not (self._tickets or self._world().bundle.ticket_sources):
            return command
        match command:
            case RequestAccess(kit=AskedKit(first=None) as kit):
                return await self._asked_with(kit, command, command.requester(actor))
            case RequestAccess() | TakeAccess():
                requester = command.requester(actor) if isinstance(command, RequestAccess) else actor.id
                found = await self._look(self._rule(requester, command.entitlement), command.ticket)
            case ReviewAccess(verdict="approve") | AcceptConditions() | AcceptProposal() | StartGrant():
                found = await self._again(command.subject)
            case _:
                return command
        return replace(command, ticket_found=found)

    async def _asked_with(self, kit: AskedKit, command: RequestAccess, requester: str) -> RequestAccess:
        """The first request of a kit depends on what the rules of all its members say; each system is asked once."""
        own, *others = (self._rule(requester, one) for one in (command.entitlement, *dict(kit.members)))
        rules = {rule.source: rule for rule in others if rule and _fits(rule, command.ticket)}
        found = await asyncio.gather(*(self._look(rule, command.ticket) for rule in rules.values()))
        tickets = {one.source: one for one in found if one}
        mine = tickets.get(own.source or "") if own else None
        return replace(command, ticket_found=mine, kit=replace(kit, tickets=tickets))

    def _rule(self, requester: str, entitlement: str) -> TicketTerms | None:
        """What the rule says of tickets; None if this person may not ask for it."""
        world = self._world()
        known = world.bundle.entitlements.get(entitlement)
        if known is None or not may_request(known, world.directory.groups_of(requester)):
            return None
        return known.rule.ticket

    async def _again(self, subject: str) -> TicketReading | None:
        state = await self._reads.find(Access, subject)
        known = self._world().bundle.entitlements.get(state.terms.entitlement) if state else None
        if state is None or known is None or state.status not in (*UNDECIDED, "scheduled"):
            return None
        rule = stricter_ticket(state.terms.ticket, known.rule.ticket)
        if (found := seen_for(rule, state.ticket_found)) and rule.source:
            return await read_ticket(self._tickets, rule.source, found.key, self._seconds)
        return await self._look(rule, state.ticket)

    async def _look(self, rule: TicketTerms | None, typed: str | None) -> TicketReading | None:
        if rule is None or rule.source is None or not _fits(rule, typed):
            return None
        return await read_ticket(self._tickets, rule.source, (typed or "").strip(), self._seconds)


def _fits(rule: TicketTerms, typed: str | None) -> bool:
    """Whether what was typed looks like a ticket."""
    key = (typed or "").strip()
    readable = bool(key) and len(key) <= TICKET_LIMIT and is_text(key)
    return readable and all(matches(one, key) for one in rule.patterns)
