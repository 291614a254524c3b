"""Access as the client holds it: what is live already is used, what isn't is asked for, and a login is got."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from daypass import catalog, connect
from daypass.accepting import Agree
from daypass.api import Daypass
from daypass.catalog import Offer
from daypass.connect import Recipe
from daypass.errors import DaypassError, Refused
from daypass.inputs import Inputs, has_inputs, spell_inputs
from daypass.sharing import Share, forget_request, note_request, shared
from daypass.text import at, parsed, spell
from daypass.vault import unwrap
from daypass.waiting import ExitVerdict, Tell, insist, wait

CONFIRM_SECONDS = 5.0
"""Seconds for which an end that was asked for is watched until it is confirmed."""
GIVING_BACK_SECONDS = 10.0
"""Seconds for which a Daypass that doesn't answer is asked again to end something that ends by itself."""
SHORT = timedelta(seconds=20)
"""Access that ends sooner isn't worth starting with."""
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Wish:
    """What somebody wants. Without `because`, only what they have or have requested already will do.

    `duration` is in words, such as `1h30m`, by default what the policy says; `timeout` in seconds.
    """

    entitlement: str
    duration: str | None = None
    because: str | None = None
    ticket: str | None = None
    timeout: float = 4 * 3_600
    inputs: Inputs = field(default_factory=dict)
    """What the entitlement asks for besides; only access with these will do."""
    agree: Agree | None = None
    """Asks whoever waits whether they accept an approver's conditions; without it they are told how to."""


@dataclass(frozen=True)
class Held:
    """A live grant. `asked_here` says whether it was requested just now, for this use."""

    id: str
    offer: Offer
    ends_at: datetime
    asked_here: bool
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True)
class Login(Mapping[str, str]):
    """A credential: its fields by name, such as `login["username"]`. It works until `expires_at`.

    `revocable` is false if it works until then whatever anybody does. Nothing secret is in its representation.
    """

    fields: Mapping[str, str] = field(repr=False)
    recipe: Recipe = field(repr=False)
    expires_at: datetime
    revocable: bool = True

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    @property
    def env(self) -> dict[str, str]:
        """The variables that programs read it from."""
        return connect.variables(self.recipe, self.fields)

    @property
    def url(self) -> str | None:
        """SQLAlchemy's URL, password included, if there is one."""
        return connect.url(self.recipe, self.fields)


@contextmanager
def use(
    api: Daypass, wish: Wish, tell: Tell, folder: Path, keep: bool = False, offer: Offer | None = None
) -> Iterator[tuple[Held, Login]]:
    """Have access and a login while the block lasts. What was requested for it is given back after it, unless `keep`.

    `folder` is where programs of this user that share a grant know of each other: the last gives it back.
    Raises DaypassError.
    """
    held = hold(api, wish, tell, folder, offer)
    login: Login | None = None
    with shared(folder, held.id) as share:
        try:
            login = get_login(api, held)
            yield held, login
        finally:
            _leave(api, held, keep, tell, login, share)


def hold(api: Daypass, wish: Wish, tell: Tell, folder: Path, offer: Offer | None = None) -> Held:
    """Use what is live, wait for what is pending, or ask and wait. Raises DaypassError: Denied, Over, NotInTime, …

    What is requested here is noted in `folder`, so that it is given back even by whoever waits for it later.
    """
    offer = offer or catalog.find_offer(api, wish.entitlement)
    own = [one for one in catalog.mine(api, "active", "pending") if has_inputs(one, wish.inputs)]
    found = catalog.live(own, offer.id)
    if found is not None and parsed(found["grant"]["ends_at"]) > api.now() + SHORT:
        held = _held(found, offer, asked_here=False)
        tell(
            f"You have {offer.id}{spell_inputs(found)} until {at(held.ends_at)}: using that.{_shorter(wish)}"
        )
        return held
    if (waiting := catalog.pending(own, offer.id)) is not None:
        tell(f"You've already requested {offer.id} ({waiting['id']}): waiting for that one.")
    found = waiting or _asked(api, wish, offer)
    id = str(found["id"])
    if waiting is None:
        note_request(folder, id)
        tell(f"Requested {offer.id}: {api.story(id)}")
    verdict, found = wait(
        api, f"requests/{quote(id, safe='')}", time.monotonic() + wish.timeout, tell, agree=wish.agree
    )
    if verdict in (ExitVerdict.DENIED, ExitVerdict.OVER):
        forget_request(folder, id)
    insist(verdict, found, offer.id)
    return _held(found, offer, asked_here=waiting is None)


def get_login(api: Daypass, held: Held) -> Login:
    """Have a credential made and unwrap it here, at Vault. Raises DaypassError."""
    made = _made(api, held.id)
    secret = unwrap(str(made["vault_addr"]), str(made["wrapping_token"]))
    return Login(secret, held.offer.recipe, parsed(made["expires_at"]), bool(made["revocable"]))


def give_back(api: Daypass, id: str) -> dict[str, Any]:
    """End the access, and look for a few seconds whether that is confirmed; the grant. Raises DaypassError."""
    path = f"grants/{quote(id, safe='')}"
    grant, until = api.post(f"{path}/give-back"), time.monotonic() + CONFIRM_SECONDS
    with suppress(DaypassError):  # it was taken; that nobody can be asked how it went is no failure of that
        while grant["status"] != "ended" and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            grant = api.get(path)
    return grant


def _leave(
    api: Daypass, held: Held, keep: bool, tell: Tell, login: Login | None, share: Share | None
) -> None:
    """End what was requested for it, and say what becomes of it. Raises nothing of Daypass's."""
    what = held.offer.id
    if held.ends_at <= api.now():
        return
    is_last = share is None or share.is_last()
    if not keep and not is_last:
        tell(f"Another program here still uses {what}, so your access stays until that ends.")
    elif keep or not (held.asked_here or (share is not None and share.is_marked)):
        tell(
            f"Your access to {what} stays until {at(held.ends_at)}. To end it: daypass access give-back {what}"
        )
    else:
        _give_back_now(api, held, tell, login)


def _give_back_now(api: Daypass, held: Held, tell: Tell, login: Login | None) -> None:
    what = held.offer.id
    api.patience = GIVING_BACK_SECONDS
    try:
        tell(how_it_ends(what, give_back(api, held.id), held.ends_at))
    except DaypassError as error:
        works = login.expires_at if login else held.ends_at
        tell(
            f"Your access to {what} wasn't given back: {error} It ends by itself at {at(works)}. "
            f"To try again: daypass access give-back {what}"
        )


def how_it_ends(entitlement: str, grant: Mapping[str, Any], ends_at: datetime | str) -> str:
    """Say what has become of access that was given back; “ended” only if that is confirmed."""
    if grant["status"] == "ended":
        return f"Gave {entitlement} back: your access has ended, and its logins no longer work."
    if grant.get("works_until"):
        return f"Gave {entitlement} back. Its login can't be revoked, so it works until {at(grant['works_until'])}."
    return (
        f"Gave {entitlement} back. It isn't confirmed yet that the login is gone; Daypass keeps trying, and at "
        f"{at(ends_at)} it ends by itself."
    )


def time_left(ends_at: datetime, now: datetime) -> str:
    """Say until when something works and how long that is."""
    return f"until {at(ends_at)} ({spell(ends_at - now)} left)"


def _asked(api: Daypass, wish: Wish, offer: Offer) -> dict[str, Any]:
    duration = wish.duration or offer.default_duration
    if not wish.because or not duration:
        raise DaypassError(
            f"You don't have {offer.id} now. Say for how long and why, and it is requested: "
            f'--for 1h --because "…" (in Python: hours=1, because="…").'
        )
    asked: dict[str, Any] = {
        "entitlement": offer.id,
        "duration": duration,
        "justification": wish.because,
        "ticket": wish.ticket,
    }
    if wish.inputs:
        asked["inputs"] = dict(wish.inputs)
    return api.post("requests", asked)


def _made(api: Daypass, id: str) -> dict[str, Any]:
    path = f"grants/{quote(id, safe='')}/credentials"
    try:
        return api.post(path)
    except Refused as error:
        if error.code != "handed-over":
            raise
        return api.post(path)  # its answer was lost on the way: nobody has it, and it ends with the grant


def _held(found: Mapping[str, Any], offer: Offer, asked_here: bool) -> Held:
    ends_at = parsed(found["grant"]["ends_at"])
    return Held(str(found["id"]), offer, ends_at, asked_here, found.get("inputs") or {})


def _shorter(wish: Wish) -> str:
    return f" For more time: daypass access extend {wish.entitlement}" if wish.duration else ""
