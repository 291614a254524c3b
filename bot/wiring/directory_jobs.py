"""What Daypass does by itself about people: knows who is here, and looks at what waits for people who have left."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.wiring.directory import People
from bot.wiring.world import PolicyAndPeople
from workflows.access.break_glass.state import REVIEW
from workflows.access.commands import ReassessAccess
from workflows.access.state import KIND, UPCOMING, Access
from workflows.approval.approvers_check import CheckApprovers
from workflows.incidents.commands import CheckCrew
from workflows.incidents.state import KIND as INCIDENTS
from workflows.incidents.state import OPEN as OPEN_INCIDENTS
from workflows.incidents.state import Incident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import Release
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm, alarm, changes
from workflows.workflow import CLOCKWORK

PEOPLE = "keep up with people"
PEOPLE_EVERY = 5.0
"""Seconds until what another replica has heard of people is known here; Slack is asked far less often."""
DISPUTED_ADDRESSES = "addresses"
STALE_DIRECTORY = "directory"
NOBODY_ON_CALL = "on-call"
ALARMS_OF_PEOPLE = (STALE_DIRECTORY, DISPUTED_ADDRESSES, NOBODY_ON_CALL)
NO_APPROVERS = "approvers:"
STUCK = (
    "Nobody can approve stage {} of a pending request: {} ({}). Its approvers have left Slack or the group, "
    "or nobody is on call. Add someone to the group in the policy bundle; otherwise the request expires without a decision."
)
UNREVIEWABLE = (
    "Nobody can review access that was taken without approval: {} ({}). Its reviewers have left Slack or the group. "
    "Add someone to the group in the policy bundle; until then the person who took it can't use break-glass again."
)
CHECKED_TWICE = 2
"""What is escalated may be decided by others, so it is looked at once more."""


@dataclass
class KeepingPeople:
    """The periodic job, and what it has reported already."""

    ledger: Ledger
    reads: Repository
    known: PolicyAndPeople
    people: People
    _told: tuple[str | None, ...] = ()
    _stuck: set[str] = field(default_factory=set)
    """The alarms about what nobody can decide."""
    _checked: Directory | None = None
    """The directory against which all that waits for people was looked at last."""

    async def load(self) -> None:
        """Take up who is here by what Slack has said before. Raises DatabaseAway."""
        await self.people.load()

    async def run(self) -> datetime | None:
        """Keep up with what Slack has said; when to run again, if soon."""
        again = await self.people.refresh()
        await self._people_changed()
        return again

    async def run_now(self) -> None:
        """Ask Slack now who is here, however fresh that is, and see what that means."""
        await self.people.refresh(forced=True)
        await self._people_changed()

    async def _people_changed(self) -> None:
        """Alarm about what is wrong with the directory, and look at what waits for people who may have left."""
        if self.known.reads_who_is_on_call:
            return
        told = (self.people.alarm(), self.known.dispute, self.known.nobody_on_call)
        if told != self._told:
            for key, sentence in zip(ALARMS_OF_PEOPLE, told, strict=True):
                await self._alarm(key, sentence)
            self._told = told
        directory = self.known.world().directory
        if not self.known.has_people or (directory is self._checked and not self._stuck):
            return
        await self._check_approvers()
        if directory is self._checked:
            return
        for access in await self.reads.in_status(Access, KIND, UPCOMING):
            await self.ledger.handle(ReassessAccess(access.id), CLOCKWORK, "clockwork")
        for incident in await self.reads.in_status(Incident, INCIDENTS, OPEN_INCIDENTS):
            await self.ledger.handle(CheckCrew(incident.id), CLOCKWORK, "clockwork")
        self._checked = directory

    async def _check_approvers(self) -> None:
        """See whether what waits can still be decided, and alarm about each that can't."""
        waiting: list[Access | Release] = [
            *await self.reads.in_status(Access, KIND, ["pending"]),
            *await self.reads.in_status(Release, RELEASES, ["pending"]),
            *await self.reads.awaiting(Access, KIND, REVIEW),
        ]
        looked_at = {NO_APPROVERS + one.id: await self._stuck_sentence(one) for one in waiting}
        stuck = {key: sentence for key, sentence in looked_at.items() if sentence}
        raised = await self.reads.in_status(Alarm, ALARMS, ["raised"])
        for command in changes(raised, NO_APPROVERS, stuck):
            await self.ledger.handle(command, CLOCKWORK, "clockwork")
        self._stuck = set(stuck)

    async def _stuck_sentence(self, waiting: Access | Release) -> str | None:
        """What to alarm about, if too few people are left to decide it; it is escalated and told on the way."""
        state = waiting
        for _ in range(CHECKED_TWICE):
            outcome = await self.ledger.handle(CheckApprovers(waiting.id), CLOCKWORK, "clockwork")
            state = outcome.state
            if not outcome.events:
                break
        if isinstance(state, Access) and state.break_glass and state.break_glass.short:
            return UNREVIEWABLE.format(state.terms.title, state.id)
        if state is None or state.status != "pending" or not state.stuck:
            return None
        return STUCK.format(" and ".join(state.stuck), state.terms.title, state.id)

    async def _alarm(self, key: str, sentence: str | None) -> None:
        await self.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")
