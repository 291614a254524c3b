"""What `/readyz` asks of each part."""

from bot.web.health import Check
from bot.wiring.core import Core
from bot.wiring.jobs import Jobs
from bot.wiring.outside import Outside
from bot.wiring.scim import scim_check
from workflows.database.heartbeat import unwritable


def readiness_checks(core: Core, outside: Outside, jobs: Jobs) -> dict[str, Check]:
    """A check for each part, by the name that `/readyz` gives it."""

    async def database() -> str | None:
        return await unwritable(outside.store, outside.now())

    async def slack() -> str | None:
        return " ".join(filter(None, (outside.client.standing.reason, core.people.fault()))) or None

    async def bundle() -> str | None:
        return outside.known.warning

    async def targets() -> str | None:
        missing = sorted(outside.known.bundle.targets - outside.targets.keys())
        sentence = (
            f"DAYPASS_TARGETS has no login for {', '.join(missing)}, which the policy bundle names as a target: "
            "Daypass can't confirm there that access has ended. Add the login."
        )
        return sentence if missing else None

    async def tickets() -> str | None:
        missing = sorted(outside.known.bundle.ticket_sources - outside.tickets.keys())
        sentence = (
            f"DAYPASS_TICKETS lacks {', '.join(missing)}, which the policy bundle names: no access that needs a ticket "
            "from there is given. Add it."
        )
        return sentence if missing else None

    async def clock() -> str | None:
        return core.clocks.refusal

    async def audit_log() -> str | None:
        return jobs.log_fault

    return {
        "database": database,
        "vault": outside.vault.ready,
        "targets": targets,
        "tickets": tickets,
        "slack": slack,
        "policy bundle": bundle,
        "clocks": clock,
        "audit log": audit_log,
        **({"identity provider": scim_check(outside)} if outside.settings.daypass_scim_tokens else {}),
    }
