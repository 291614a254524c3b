"""Until when what an engine has made works, and whether that is longer than its grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflows.durations import spell_duration
from workflows.policy.engines import ENGINES, Engine, Made, Unfit
from workflows.ports import MintOrder, Permanent

_RESOLUTION = timedelta(seconds=1)
"""Vault and its engines count whole seconds."""


@dataclass
class Lasting:
    """What is known so far of how long a credential lasts; empty while nothing was made."""

    ends: tuple[datetime, ...] = ()
    """Every end that was named: of the token, of the lease, of the credential itself."""
    valid_until: datetime | None = None
    """Set from when on something exists that nothing can take back."""


def engine_for(order: MintOrder, left: int) -> Engine:
    """The engine, before anything is asked of it. Raises Permanent if it makes nothing for so short a time."""
    engine = ENGINES.get(order.secrets_engine)
    if engine is None or engine.never:
        why = engine.never if engine else "Daypass doesn't support its secrets engine."
        raise Permanent(f"Daypass can't give credentials of {order.path}. {why}")
    if not engine.makes_at(order.path):
        raise Permanent(
            f"Daypass can't give credentials of {order.path}: {engine.makes} aren't created there. "
            "Correct the path or the engine in the policy bundle."
        )
    if left < engine.shortest_grant:
        raise Permanent(
            f"{engine.makes[:1].upper()}{engine.makes[1:]} can't be created for less than "
            f"{spell_duration(engine.shortest_grant)}, and this grant has {spell_duration(left)} left. "
            "Request access again if you still need it."
        )
    return engine


def parameters_for(engine: Engine, given: Mapping[str, str], left: int) -> dict[str, str]:
    """The policy's parameters. Whatever ttl they name is replaced, so that the credential ends with its grant."""
    if engine.static:
        return {}  # with parameters, the call would write
    others = {name: value for name, value in given.items() if name != "ttl"}
    return others | ({"ttl": f"{left - engine.grace}s"} if engine.takes_ttl else {})


def understand(
    engine: Engine, order: MintOrder, answer: Mapping[str, Any], lease_ends: datetime | None, lasting: Lasting
) -> Made:
    """Read what was made, and until when it works. Raises Permanent; then `lasting` says what is left."""
    unread = _lives_on(engine, lease_ends or order.ends_at)
    try:
        made = engine.read(answer["data"])
    except Unfit as unfit:
        if unfit.lasting:
            lasting.valid_until = _lives_on(engine, unfit.validity) if unfit.validity else unread
        raise Permanent(
            f"{order.path} returned something the policy bundle doesn't expect. {unfit}"
        ) from None
    validity = _lives_on(engine, made.validity) if made.validity else None
    if not engine.revocable and not engine.static:
        lasting.valid_until = validity or unread
    if validity:
        lasting.ends += (validity,)
        _refuse_longer(order, validity)
    if engine.leased and lease_ends is None:
        raise Permanent(
            f"Credentials of {order.path} have no lease, so nothing would end them. "
            "An operator has to give the entitlement a path whose credentials have one."
        )
    return made


def refuse_longer_lease(order: MintOrder, seconds: int, left: int) -> None:
    """Refuse a lease that Vault didn't cut to the grant. Raises Permanent."""
    if seconds > left:
        _refuse_longer(order, order.ends_at + timedelta(seconds=seconds - left) + _RESOLUTION)


def _lives_on(engine: Engine, validity: datetime) -> datetime:
    return validity + timedelta(seconds=engine.grace)


def _refuse_longer(order: MintOrder, ends: datetime) -> None:
    if ends <= order.ends_at + _RESOLUTION:
        return
    longer = spell_duration(max(1, round((ends - order.ends_at).total_seconds())))
    raise Permanent(
        f"A credential of {order.path} would work for {longer} after the grant ends, so it wasn't handed out. "
        "An operator has to let its role in Vault use the requested ttl, "
        "and compare Vault's clock with Daypass's."
    )
