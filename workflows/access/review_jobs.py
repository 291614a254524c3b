"""What access reviews do by themselves: open in time, notice reviewers who left, and see the bundle catch up with removals."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.evaluation.review_schedule import last_opening, next_opening
from workflows.policy.terms.reviews import ReviewTerms
from workflows.system.access_reviews import refusals
from workflows.system.access_reviews.commands import CheckReviewers, OpenReview
from workflows.system.access_reviews.decide import MAX_ITEMS, check_reviewers, is_known, items_of
from workflows.system.access_reviews.removals import IN_FORCE, CheckRemovals, Removals, settled
from workflows.system.access_reviews.removals import KIND as REMOVALS
from workflows.system.access_reviews.state import KIND, OPEN, AccessReview
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm, changes
from workflows.workflow import CLOCKWORK, Actor, Command, World, derived

log = logging.getLogger(__name__)

REVIEWS_SECONDS = 60.0
SETTLING_SECONDS = 5.0
REQUESTS_READ = 200
"""Of each person, newest first, to see when they used what."""
ALARM = "access-review:"
UNREVIEWABLE = (
    "Nobody can review all items of {entitlements} in the access review {title} ({review}). Its reviewers have left, or it "
    "would be their own access. Add someone to the reviewing groups in the policy bundle."
)


@dataclass
class ReviewJobs:
    """Its parts, and the job."""

    ledger: Ledger
    reads: Repository
    world: Callable[[], World]
    now: Callable[[], datetime]

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob("keep access reviews", self.run, REVIEWS_SECONDS, first_after=SETTLING_SECONDS),)

    async def run(self) -> datetime | None:
        """Open what is to open, and look at what is open; when the next one opens."""
        world, now = self.world(), self.now()
        raised = await self.reads.in_status(Alarm, ALARMS, ("raised",))
        told = {one.key: one.sentence for one in raised}
        alarms = {**await self._open_in_time(world, now, told), **await self._check_reviewers(world)}
        for command in changes(raised, ALARM, alarms):
            await self._handle(command)
        await self._check_removals(world, now)
        return min(_openings(world, now), default=None)

    async def _open_in_time(self, world: World, now: datetime, told: Mapping[str, str]) -> dict[str, str]:
        """Open what is to open; why some can't be, by their alarms.

        While it isn't known who is here, nobody can tell, so what was `told` before stays.
        """
        alarms: dict[str, str] = {}
        for terms, at in _to_open(world, now):
            key = f"{ALARM}{terms.name}"
            if world.doubts or not is_known(terms, world.directory):
                trouble = told.get(key)
            else:
                trouble = await self._open(terms, at, world)
            if trouble:
                alarms[key] = trouble
        return alarms

    async def _open(self, terms: ReviewTerms, at: datetime, world: World) -> str | None:
        """Open it, unless it was opened in this period; why it can't be."""
        subject = derived(KIND, at, terms.name)
        if await self.reads.exists(subject):
            return None
        count = sum(1 for _ in items_of(terms, world.directory))
        if count > MAX_ITEMS:
            return refusals.too_many(count, MAX_ITEMS).sentence
        outcome = await open_review(
            self.ledger, self.reads, world, subject, terms.name, CLOCKWORK, "clockwork"
        )
        if outcome.refusal:
            log.warning("the access review %s wasn't opened: %s", terms.name, outcome.refusal.sentence)
        return None

    async def _check_reviewers(self, world: World) -> dict[str, str]:
        """Notice reviewers who left or came back; what nobody can review, by the alarms about it."""
        alarms: dict[str, str] = {}
        for review in await self.reads.in_status(AccessReview, KIND, OPEN):
            found = review
            if check_reviewers(review, world.directory):
                found = (await self._handle(CheckReviewers(review.id))).state
            if found.unreviewable:
                alarms[f"{ALARM}{found.id}"] = _unreviewable(found)
        return alarms

    async def _check_removals(self, world: World, now: datetime) -> None:
        for one in await self.reads.in_status(Removals, REMOVALS, sorted(IN_FORCE)):
            if any(settled(one, world, now)):
                await self._handle(CheckRemovals(one.id))

    async def _handle(self, command: Command) -> Outcome:
        return await self.ledger.handle(command, CLOCKWORK, "clockwork")


async def open_review(
    ledger: Ledger, reads: Repository, world: World, subject: str, name: str, actor: Actor, surface: str
) -> Outcome:
    """Open the review of this name under this id, with what the log knows of who used what."""
    terms = world.bundle.reviews.get(name)
    listed = list(items_of(terms, world.directory)) if terms else []
    used = await last_used(reads, {person for person, _ in listed})
    known = {what: used[what] for what in listed if what in used}
    return await ledger.handle(OpenReview(subject, name, known), actor, surface)


async def last_used(reads: Repository, people: Collection[str]) -> dict[tuple[str, str], datetime]:
    """When each of them last got a credential of each entitlement, as far as their newest requests say."""
    found: dict[tuple[str, str], datetime] = {}
    for person in sorted(people):
        for access in await reads.owned_by(Access, ACCESS, person, REQUESTS_READ):
            what = (person, access.terms.entitlement)
            for credential in access.credentials:
                if credential.was_minted:
                    found[what] = max(found.get(what, credential.asked_at), credential.asked_at)
    return found


def _to_open(world: World, now: datetime) -> Iterator[tuple[ReviewTerms, datetime]]:
    """What was to open, and still can: its time isn't over, so that a deployment in the middle of a year opens no old ones."""
    for terms in world.bundle.reviews.values():
        if terms.schedule:
            at = last_opening(terms.schedule, now)
            if now < at + timedelta(seconds=terms.within):
                yield terms, at


def _openings(world: World, now: datetime) -> Iterator[datetime]:
    for terms in world.bundle.reviews.values():
        if terms.schedule:
            yield next_opening(terms.schedule, now)


def _unreviewable(review: AccessReview) -> str:
    return UNREVIEWABLE.format(
        entitlements=", ".join(review.unreviewable), title=review.terms.title, review=review.id
    )
