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
        why = engine.never if engine else "Daypass doesn't know its secrets engine."
        raise Permanent(f"No credential is given of {order.path}. {why}")
    if not engine.makes_at(order.path):
        raise Permanent(
            f"No credential is given of {order.path}: {engine.makes} aren't made there. "
            "Whoever keeps the policy bundle has to correct the path or the engine."
        )
    if left < engine.shortest_grant:
        raise Permanent(
            f"{engine.makes[:1].upper()}{engine.makes[1:]} can't be made for less than "
            f"{spell_duration(engine.shortest_grant)}, and this grant has {spell_duration(left)} left. "
            "Ask for access again if you still need it."
        )
    return engine


def parameters_for(engine: Engine, given: Mapping[str, str], left: int) -> dict[str, str]:
    """The policy's parameters. Whatever ttl they name is replaced, so that the credential ends with its grant."""
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
        raise Permanent(f"{order.path} didn't make what the policy bundle expects. {unfit}") from None
    validity = _lives_on(engine, made.validity) if made.validity else None
    if not engine.revocable:
        lasting.valid_until = validity or unread
    if validity:
        lasting.ends += (validity,)
        _refuse_longer(order, validity)
    if engine.leased and lease_ends is None:
        raise Permanent(
            f"Nothing would end a credential of {order.path}: it has no lease. "
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
        f"A credential of {order.path} would work for {longer} after the grant has ended, so none is handed out. "
        "An operator has to let its role in Vault take the ttl that it is asked for, "
        "and compare Vault's clock with Daypass's."
    )
