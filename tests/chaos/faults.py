"""What goes wrong in the chaos run, one after the other, and who has to say so in which words."""

import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.ground import Ground

Deed = Callable[[Ground], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """`part` of `/readyz` says `reason` (a pattern) while it lasts, and so does `daypass status` if it `is_in_status`."""

    name: str
    begin: Deed
    end: Deed
    reason: str
    part: str
    is_in_status: bool = True


def _scope(method: str, scope: str) -> tuple[Deed, Deed]:
    async def begin(ground: Ground) -> None:
        fault = {"method": method, "error": "missing_scope", "needed": scope, "times": -1}
        await ground.slack(fail=fault)

    async def end(ground: Ground) -> None:
        await ground.slack(heal=method)

    return begin, end


def _token(word: str) -> tuple[Deed, Deed]:
    async def begin(ground: Ground) -> None:
        await ground.slack(token=word)

    async def end(ground: Ground) -> None:
        await ground.slack(token=None)

    return begin, end


async def _slack_away(ground: Ground) -> None:
    await ground.slack(down=True)


async def _slack_back(ground: Ground) -> None:
    await ground.slack(down=False)


async def _seal(ground: Ground) -> None:
    ground.stage.bao.seal()


async def _unseal(ground: Ground) -> None:
    await ground.stage.bao.unseal()


async def _vault_hangs(ground: Ground) -> None:
    ground.stage.bao.server.process.send_signal(signal.SIGSTOP)


async def _vault_goes_on(ground: Ground) -> None:
    ground.stage.bao.server.process.send_signal(signal.SIGCONT)


async def _read_only(ground: Ground) -> None:
    ground.own_database(f"ALTER DATABASE {ground.database} SET default_transaction_read_only = on")
    await _cut(ground)


async def _writable(ground: Ground) -> None:
    ground.own_database(f"ALTER DATABASE {ground.database} RESET default_transaction_read_only")
    await _cut(ground)


async def _cut(ground: Ground) -> None:
    ground.own_database(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{ground.database}'"
    )


async def _refuse(ground: Ground) -> None:
    ground.own_database(f"ALTER DATABASE {ground.database} ALLOW_CONNECTIONS false")
    await _cut(ground)


async def _let_in(ground: Ground) -> None:
    ground.own_database(f"ALTER DATABASE {ground.database} ALLOW_CONNECTIONS true")


async def _break_bundle(ground: Ground) -> None:
    (ground.bundle / "broken.yaml").write_text("groups: [")


async def _mend_bundle(ground: Ground) -> None:
    (ground.bundle / "broken.yaml").unlink()


async def _kill(ground: Ground) -> None:
    ground.stage.daypass.kill()


async def _start_again(ground: Ground) -> None:
    await ground.stage.start_daypass_again()


PROCESS = "the process"
"""Not a part: nobody answers."""

FAULTS = (
    Fault("Slack's token is revoked", *_token("token_revoked"), "token_revoked", "slack"),
    Fault("Vault is sealed", _seal, _unseal, "sealed", "vault"),
    Fault("Slack is away", _slack_away, _slack_back, "doesn't answer as it should", "slack"),
    Fault("Daypass's database is read-only", _read_only, _writable, "read-only", "database", False),
    Fault("the app lacks a scope", *_scope("chat.update", "chat:write"), "chat:write", "slack"),
    Fault("Vault hangs", _vault_hangs, _vault_goes_on, "answer|reach|time", "vault"),
    Fault("the policy bundle can't be read", _break_bundle, _mend_bundle, "broken.yaml", "policy bundle"),
    Fault("Daypass is killed", _kill, _start_again, "", PROCESS, False),
    Fault("Daypass's database is away", _refuse, _let_in, "can't reach its database", "database", False),
    Fault("the account is suspended", *_token("account_inactive"), "account_inactive", "slack"),
)
