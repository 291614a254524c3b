"""Runs a program with a login in its environment, for as long as it lives."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from daypass import connect, grants
from daypass.api import Daypass
from daypass.catalog import Offer, find_offer
from daypass.child import run_child
from daypass.errors import DaypassError
from daypass.grants import Login, Wish
from daypass.private_folder import private_files
from daypass.text import at, one_line, spell
from daypass.waiting import Tell

WARNINGS = (timedelta(minutes=5), timedelta(minutes=1))
"""Before the end; those longer than half of what is left at the start are left out."""
_LOOK_SECONDS = 5.0
"""The clock on the wall is looked at so often: it goes on while the computer sleeps, other clocks don't."""


def run(
    api: Daypass,
    wish: Wish,
    command: Sequence[str],
    tell: Tell,
    keep: bool,
    folder: Path,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Get access, run the command with a login, end the access that was requested for it; the exit code.

    `folder` is where programs of this user that share a grant know of each other. Raises DaypassError.
    """
    _refuse_unknown(command[0], environment)
    offer = find_offer(api, wish.entitlement)
    _refuse_untold(offer)
    with grants.use(api, wish, tell, folder, keep, offer) as (_, login):
        return _run_with(login, command, api.now, tell, environment, offer.id)


def _run_with(
    login: Login,
    command: Sequence[str],
    now: Callable[[], datetime],
    tell: Tell,
    environment: Mapping[str, str],
    what: str,
) -> int:
    with private_files(connect.contents(login.recipe, login.fields), environment) as paths:
        given = {**login.env, **paths}
        tell(f"{what} works {grants.time_left(login.expires_at, now())}.")
        watch = Watch(what, Path(command[0]).name, login.expires_at, now, tell)
        return run_child(command, {**connect.without_rivals(environment, given), **given}, watch)


@dataclass
class Watch:
    """Says how long the login still works: before its end, and at its end."""

    what: str
    program: str
    ends_at: datetime
    now: Callable[[], datetime]
    tell: Tell
    _due: list[datetime] = field(default_factory=list)
    _is_over: bool = False

    def __post_init__(self) -> None:
        left = self.ends_at - self.now()
        self._due = sorted(self.ends_at - one for one in WARNINGS if one <= left / 2)

    def __call__(self) -> float:
        """Say what is due by now; the seconds until it should be called again."""
        now = self.now()
        if not self._is_over and now >= self.ends_at:
            self._is_over, self._due = True, []
            self.tell(
                f"{self.what} ended at {at(self.ends_at)}: its login no longer works. {self.program} is still running."
            )
        if self._due and now >= self._due[0]:
            self._due = [one for one in self._due if one > now]
            self.tell(
                f"{self.what} ends in {spell(self.ends_at - now)}, at {at(self.ends_at)}. Save your work. "
                f"More time for the next run: daypass access extend {self.what}"
            )
        if self._is_over:
            return 3_600.0
        following = min([*self._due, self.ends_at])
        return max(0.01, min(_LOOK_SECONDS, (following - now).total_seconds()))


def _refuse_unknown(program: str, environment: Mapping[str, str]) -> None:
    """Nobody is asked to approve a typing error."""
    if shutil.which(program, path=environment.get("PATH")) is None:
        raise DaypassError(
            f"There's no program {one_line(program, 200)} here, so nothing was requested. Check its name, or install it."
        )


def _refuse_untold(offer: Offer) -> None:
    if offer.recipe.says_nothing:
        raise DaypassError(
            f"The policy bundle doesn't say how programs get the login of {offer.id}, so nothing was requested. "
            f"Ask Daypass's operators to add `env` to its `connect`; until then, use the login's token: "
            f"daypass access request {offer.id} --for … --because … --wrapped"
        )
