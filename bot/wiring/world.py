"""The rules and the people as Daypass knows them now, kept fresh; the last good ones stay in force."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from workflows.clock_skew import utc_now
from workflows.policy.accounts import NO_ADDRESSES, addresses_of, dispute
from workflows.policy.bundle import Bundle
from workflows.policy.directory import (
    Doubt,
    after_hand_over,
    build_directory,
    by_user_group,
    nobody_on_call,
    unresolved,
    without,
)
from workflows.policy.groups import Usergroups
from workflows.policy.loading.files import STILL_SECONDS, digest_now
from workflows.policy.loading.load import load_bundle
from workflows.policy.on_call import NOT_READ_YET, Rosters, Shift, shifts_at
from workflows.policy.problems import BundleErrors
from workflows.policy.provisioned import (
    IN_DOUBT,
    NOTHING_PROVISIONED,
    OUT,
    UNCONFIRMED_LEAVER,
    Leaver,
    LeavingAccounts,
    Provisioned,
    accounts_in,
    leaving,
)
from workflows.ports import Directory, Person
from workflows.system.absences.rights import heeding_absences
from workflows.system.absences.state import Absence
from workflows.workflow import World

log = logging.getLogger(__name__)

PROBLEMS_TOLD = 5
MAX_PROBLEM_CHARS = 400


class PolicyAndPeople:
    """What decisions look at. `world()` is cheap; what it is made of is brought in by periodic jobs, also from threads."""

    def __init__(
        self,
        directory: Path,
        values: Mapping[str, str],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`now` says who is on call. Raises BundleErrors: there is no starting on a broken bundle."""
        self._directory = directory
        self._values = values
        self._now = now
        self._people: Mapping[str, Person] = {}
        self._usergroups: Usergroups = {}
        self._addresses = NO_ADDRESSES
        self._provisioned = NOTHING_PROVISIONED
        self._leavers: tuple[LeavingAccounts, ...] = ()
        """Who has left, as the identity provider says, whatever Slack says."""
        self._everybody = Directory()
        """The directory with those who have left."""
        self._rosters: Rosters = {}
        self._turn = Lock()
        self._swapping = Lock()
        self.has_people = False
        self.taken: frozenset[str] = frozenset()
        """Who has lost what the directory gave them, which isn't part of what it is made of yet."""
        self.warning: str | None = None
        """What is wrong with the bundle on disk, while an older one stays in force."""
        self.absences: tuple[Absence, ...] = ()
        """Who is away, as last read: for what is shown. Decisions read it anew."""
        self._heeded: tuple[World, list[Absence], World] | None = None
        self._world = World(load_bundle(directory, values, STILL_SECONDS), Directory())
        self._shifts = self._shifts_now(self.bundle)

    @property
    def bundle(self) -> Bundle:
        return self._world.bundle

    def world(self) -> World:
        """The rules and the people at this moment: whoever is on call has it from the moment of the hand-over."""
        now = self._now()
        if not all(shift.holds_at(now) for shift in self._shifts.values()):
            self._hand_over()
        return self._heeding(self._world, now)

    def _heeding(self, world: World, now: datetime) -> World:
        """Made anew only when something of it has changed: the world, or who is away."""
        away = [one for one in self.absences if one.holds_at(now)]
        if self._heeded is None or self._heeded[0] is not world or self._heeded[1] != away:
            self._heeded = (world, away, heeding_absences(world, now, away))
        return self._heeded[2]

    def person(self, id: str) -> Person | None:
        """Somebody as Slack last described them, also if they don't belong here."""
        return self._people.get(id)

    def user_group(self, name: str) -> frozenset[str]:
        """Whom Slack has in this user group, by its id or handle."""
        return frozenset(self._usergroups.get(name, ()))

    @property
    def uses_user_groups(self) -> bool:
        return any(group.slack_usergroup for group in self.bundle.groups.values())

    @property
    def in_user_groups(self) -> frozenset[str]:
        """Who is in a group of the bundle by a user group of Slack's."""
        return by_user_group(self.bundle, self._world.directory)

    @property
    def leaver_doubts(self) -> tuple[Doubt, ...]:
        """About whom the identity provider says that they have left, and nobody has confirmed it yet."""
        doubtful = accounts_in(self._leavers, IN_DOUBT)
        return (Doubt(UNCONFIRMED_LEAVER, only=doubtful),) if doubtful else ()

    def accounts_of_leavers(self, leavers: Iterable[Leaver]) -> tuple[LeavingAccounts, ...]:
        """Give every account that may be one of these leavers', each with its leaver."""
        return leaving(leavers, self._people.values(), self._everybody)

    @property
    def dispute(self) -> str | None:
        """What is to be said of e-mail addresses that several accounts have."""
        return dispute(self._addresses)

    @property
    def nobody_on_call(self) -> str | None:
        """What is to be said of groups of people on call that have nobody."""
        world = self.world()
        return nobody_on_call(world.bundle, world.directory, self._shifts) if self.has_people else None

    @property
    def reads_who_is_on_call(self) -> bool:
        """Whether a schedule that is kept elsewhere hasn't been asked yet: what waits for it isn't stuck for that."""
        return any(shift.unknown == NOT_READ_YET for shift in self._shifts.values())

    def reload_bundle(self) -> None:
        """Take a changed bundle into force; if it is broken keep the last good one, with a warning."""
        try:
            if not self.warning and digest_now(self._directory) == self.bundle.digest:
                return
            bundle = load_bundle(self._directory, self._values, STILL_SECONDS)
        except BundleErrors as problems:
            self.warning = _warning(problems, self.bundle.short_digest)
            return
        self.warning = None
        if bundle.digest != self.bundle.digest:
            with self._turn:
                self._join(bundle)
                self._warn()

    def know(
        self,
        people: Mapping[str, Person],
        usergroups: Usergroups,
        settled: frozenset[str],
        provisioned: Provisioned = NOTHING_PROVISIONED,
    ) -> None:
        """Take these people into force. `settled`: whom `take_away` named, and who are described so by now."""
        with self._turn:
            self._people, self._usergroups, self._provisioned = people, usergroups, provisioned
            self._addresses = addresses_of(people.values(), self._addresses)
            self._join(self.bundle, settled)
            self.has_people = True
            self._warn()

    def know_on_call(self, rosters: Rosters) -> None:
        """Take into force what schedules that are kept elsewhere say."""
        with self._turn:
            self._rosters = rosters
            if self._shifts_now(self.bundle) != self._shifts:
                self._hand_over()

    def take_away(self, id: str) -> None:
        """Somebody may have left: until it is known how they stand now, they have nothing by the directory."""
        with self._swapping:
            self.taken |= {id}
            self._world = replace(self._world, directory=without(self._world.directory, {id}))

    def _join(self, bundle: Bundle, settled: frozenset[str] = frozenset()) -> None:
        """It takes a while; what is taken away meanwhile stays so."""
        shifts = self._shifts_now(bundle)
        everybody, pushed = self._people.values(), self._provisioned
        directory = build_directory(bundle, everybody, self._usergroups, self._addresses, shifts, pushed)
        leavers = leaving(pushed.leavers, everybody, directory)
        with self._swapping:
            self.taken -= settled
            out = self.taken | accounts_in(leavers, OUT)
            self._world = World(bundle, without(directory, out) if out else directory)
            self._leavers, self._everybody = leavers, directory
            self._shifts = shifts

    def _hand_over(self) -> None:
        with self._swapping:
            world, shifts = self._world, self._shifts_now(self._world.bundle)
            self._world = replace(world, directory=after_hand_over(world.bundle, world.directory, shifts))
            self._shifts = shifts

    def _shifts_now(self, bundle: Bundle) -> Mapping[str, Shift]:
        return shifts_at(bundle.on_call, self._now(), self._rosters)

    def _warn(self) -> None:
        """Say in the process's log whom the bundle names and Slack doesn't know, once people are known at all."""
        known = (
            self._people.values(),
            self._usergroups,
            self._addresses,
            self._shifts,
            self._provisioned,
        )
        for sentence in unresolved(self.bundle, *known) if self.has_people else ():
            log.warning("policy bundle: %s", sentence)


def _warning(broken: BundleErrors, kept: str) -> str:
    """The first problems; `daypass check` lists them all."""
    told = [str(problem)[:MAX_PROBLEM_CHARS] for problem in broken.problems[:PROBLEMS_TOLD]]
    left = len(broken.problems) - len(told)
    more = [f"… and {left} more. `daypass check` lists them all."] if left else []
    first = f"The policy bundle has errors, so the last good one ({kept}) stays in force."
    return "\n".join([first, *told, *more])
