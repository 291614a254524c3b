"""The recipe of one minting (DESIGN.md, section 6): four or five calls in one thread, or nothing left.

Where Vault itself asks approvers, it is made in two turns, between which Vault waits for them: quorum.py.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from integrations.vault.clock import seconds_left
from integrations.vault.connection import Connection
from integrations.vault.ending import revoke_lease, revoke_token
from integrations.vault.errors import Failure, explained, without_values
from integrations.vault.names import HIGH_TOKEN_ROLE
from integrations.vault.validity import Lasting, engine_for, parameters_for, refuse_longer_lease, understand
from workflows.policy.engines import Engine
from workflows.policy.fields import HIGH_POLICIES
from workflows.ports import LeftBehind, Minted, MintOrder, Permanent, Retryable

log = logging.getLogger(__name__)

SOON_REVOKED = "Anything already created is revoked as soon as Vault allows."


@dataclass(frozen=True)
class MintingSettings:
    """What every minting has in common. One that takes longer than `within` seconds gives up.

    `reach` is told of each step, in the thread that does it.
    """

    token_role: str
    wrap_seconds: int
    within: float
    clock: Callable[[], datetime]
    vault_clock: Callable[[], datetime | None]
    reach: Callable[[str], None]
    high_token_role: str = HIGH_TOKEN_ROLE

    @property
    def token_roles(self) -> frozenset[str]:
        return frozenset({self.token_role, self.high_token_role})

    @property
    def settled_after(self) -> timedelta:
        """After this long, what came of a minting is in the ledger, or it is lost."""
        return timedelta(seconds=self.within * 1.5)


@dataclass
class Progress:
    """What exists of one minting by now, and would have to go again if the next step fails."""

    gives_up_at: float
    token: str = field(default="", repr=False)
    accessor: str = ""
    lease_id: str | None = None
    lasting: Lasting = field(default_factory=Lasting)

    def patience(self) -> float:
        """Seconds left for the next call. Raises Retryable if there are none."""
        seconds = self.gives_up_at - time.monotonic()
        if seconds <= 0:
            raise Retryable("Vault took too long to create the credential, so Daypass gave up.")
        return seconds


def mint(vault: Connection, recipe: MintingSettings, order: MintOrder) -> Minted:
    """Blocks. Raises Permanent if nothing is left of it, Retryable if `end` should make sure of that, and
    LeftBehind if something is that nothing can take back."""
    progress = Progress(time.monotonic() + recipe.within)
    engine = engine_for(order, time_left(order, recipe))

    def read() -> dict[str, Any]:
        create_token(vault, recipe, order, progress)
        recipe.reach("vault.token")
        return read_path(vault, recipe, order, engine, progress)

    return made_whole(vault, recipe, order, engine, progress, read)


def made_whole(
    vault: Connection,
    recipe: MintingSettings,
    order: MintOrder,
    engine: Engine,
    progress: Progress,
    read: Callable[[], dict[str, Any]],
) -> Minted:
    """Make of Vault's answer, which `read` gets, what can be handed over: its lease ends with the grant, and it is wrapped.

    Raises as `mint` does.
    """
    try:
        answer = read()
        account = _understood(recipe, order, engine, progress, answer)
        recipe.reach("vault.read")
        if progress.lease_id and answer.get("renewable"):
            _end_lease_with_grant(vault, recipe, order, progress)
            recipe.reach("vault.renewed")
        minted = _wrap(vault, recipe, order, progress, engine.secret(answer["data"]), account)
        recipe.reach("vault.wrapped")
        return minted
    except Exception as error:
        gone = taken_back(vault, progress)
        if until := progress.lasting.valid_until:
            raise _left_behind(error, engine, until) from error
        if gone or not isinstance(error, Permanent):
            raise
        raise Retryable(f"{error} {SOON_REVOKED}") from None


def _left_behind(error: Exception, engine: Engine, until: datetime) -> LeftBehind:
    why = str(error)
    if not isinstance(error, Retryable | Permanent):
        log.error("creating a credential failed after something irrevocable was created", exc_info=error)
        why = "Something went wrong in Daypass; the server's log has the details."
    return LeftBehind(
        f"{why} One was created, and {engine.makes} can't be revoked, so the grant is shown as ending "
        f"until {until:%Y-%m-%d %H:%M:%S} UTC. Nobody received it.",
        until,
    )


def create_token(
    vault: Connection,
    recipe: MintingSettings,
    order: MintOrder,
    progress: Progress,
    **further: Any,
) -> dict[str, Any]:
    """Make the grant's token, by which everything else is asked for; what Vault says of it.

    `further` is asked for besides. Raises Retryable or Permanent.
    """
    ttl = f"{time_left(order, recipe)}s"
    wanted = {
        "policies": [order.vault_policy],
        "no_default_policy": True,
        "ttl": ttl,
        "explicit_max_ttl": ttl,
        "meta": {"credential": order.credential, "grant": order.grant, "requester": order.requester},
        **further,
    }
    high = is_high(order)
    path = f"auth/token/create/{recipe.high_token_role if high else recipe.token_role}"
    try:
        auth: dict[str, Any] = vault.own("post", path, wanted, high=high, within=progress.patience())["auth"]
    except Failure as failure:
        remedy = (
            f"An operator has to allow Daypass's policy to update {path}, "
            f"and the token role to assign the policy {order.vault_policy}."
        )
        raise explained(failure, f"create a token for {order.path}", remedy) from None
    progress.token, progress.accessor = auth["client_token"], auth["accessor"]
    progress.lasting.ends += (_end_of(auth, recipe),)
    return auth


def is_high(order: MintOrder) -> bool:
    """Whether Daypass's second login makes its token."""
    return order.vault_policy.startswith(HIGH_POLICIES)


def read_path(
    vault: Connection, recipe: MintingSettings, order: MintOrder, engine: Engine, progress: Progress
) -> dict[str, Any]:
    """Vault's answer at the entitlement's path, whatever it is. Raises Retryable or Permanent."""
    parameters = parameters_for(engine, order.parameters, time_left(order, recipe))
    method = "post" if parameters else "get"
    deed = f"create a credential at {order.path}"
    remedy = _remedy(order, parameters)
    return with_token(vault, progress, method, order.path, parameters, deed=deed, remedy=remedy)


def _remedy(order: MintOrder, parameters: Mapping[str, str]) -> str:
    return (
        f"An operator has to check that {order.path} exists, "
        f"that the policy {order.vault_policy} allows to {'update' if parameters else 'read'} it"
        + (f", and that its role allows a ttl of {parameters['ttl']}." if "ttl" in parameters else ".")
    )


def _understood(
    recipe: MintingSettings, order: MintOrder, engine: Engine, progress: Progress, answer: Mapping[str, Any]
) -> str | None:
    """The credential's name at the target, once it is sure that it doesn't outlive its grant. Raises Permanent."""
    seconds = time_left(order, recipe)
    progress.lease_id = answer.get("lease_id") or None
    if not answer.get("data"):
        remedy = _remedy(order, parameters_for(engine, order.parameters, seconds))
        raise Permanent(f"{order.path} returned no credential. {remedy}")
    lease_ends = _end_of(answer, recipe) if progress.lease_id else None
    made = understand(engine, order, answer, lease_ends, progress.lasting)
    if lease_ends and not answer.get("renewable"):
        progress.lasting.ends += (lease_ends,)
        refuse_longer_lease(order, answer["lease_duration"], seconds)
    return made.account


def _end_lease_with_grant(
    vault: Connection, recipe: MintingSettings, order: MintOrder, progress: Progress
) -> None:
    """A fresh lease has its role's default length; renewed, it and the database's own validity are cut."""
    path = "sys/leases/renew"
    seconds = time_left(order, recipe)
    wanted = {"lease_id": progress.lease_id, "increment": seconds}
    remedy = f"An operator has to allow the policy {order.vault_policy} to update {path}."
    lease = with_token(
        vault, progress, "put", path, wanted, deed="end the lease with the grant", remedy=remedy
    )
    progress.lasting.ends += (_end_of(lease, recipe),)
    refuse_longer_lease(order, lease["lease_duration"], seconds)
    for warning in lease.get("warnings") or ():
        log.warning("Vault says of the lease of %s under %s: %s", order.credential, order.path, warning)


def _wrap(
    vault: Connection,
    recipe: MintingSettings,
    order: MintOrder,
    progress: Progress,
    data: Mapping[str, Any],
    account: str | None,
) -> Minted:
    path = "sys/wrapping/wrap"
    seconds = min(time_left(order, recipe), recipe.wrap_seconds)
    remedy = f"An operator has to allow the policy {order.vault_policy} to update {path}."
    answer = with_token(
        vault, progress, "post", path, data, wrap_seconds=seconds, deed="wrap the credential", remedy=remedy
    )
    wrapped = answer["wrap_info"]
    return Minted(
        accessor=progress.accessor,
        lease_id=progress.lease_id,
        wrapping_accessor=wrapped["accessor"],
        wrapping_token=SecretStr(wrapped["token"]),
        wrapped_for=wrapped["ttl"],
        expires_at=min(order.ends_at, *progress.lasting.ends),
        valid_until=progress.lasting.valid_until,
        account=account,
    )


def with_token(
    vault: Connection,
    progress: Progress,
    method: str,
    path: str,
    body: Mapping[str, Any],
    *,
    deed: str,
    remedy: str,
    wrap_seconds: int | None = None,
) -> dict[str, Any]:
    """A call with the grant's token. Raises Retryable or Permanent, in words that hold no secret."""
    try:
        return vault.call(
            method,
            path,
            body or None,
            token=progress.token,
            wrap_seconds=wrap_seconds,
            within=progress.patience(),
        )
    except Failure as failure:
        raise explained(without_values(failure), deed, remedy) from None


def _end_of(given: Mapping[str, Any], recipe: MintingSettings) -> datetime:
    """When what Vault has just given for `lease_duration` seconds is over."""
    return recipe.clock() + timedelta(seconds=given["lease_duration"])


def time_left(order: MintOrder, recipe: MintingSettings) -> int:
    """Whole seconds for which it may live, by Daypass's clock and by Vault's. Raises Permanent if there is none."""
    now = recipe.clock()
    seconds = seconds_left(order.ends_at, order.granted, now, recipe.vault_clock() or now)
    if seconds <= 0:
        raise Permanent(
            f"The grant ended at {order.ends_at:%H:%M:%S} UTC, so no more credentials can be created. "
            "Request access again."
        )
    return seconds


def taken_back(vault: Connection, progress: Progress) -> bool:
    """Whether nothing is left. What is dies with its token, or is found by its metadata before."""
    if not progress.accessor:
        return True
    try:
        if progress.lease_id:
            revoke_lease(vault, progress.lease_id)
        revoke_token(vault, progress.accessor)
    except Failure:
        return False
    return True
