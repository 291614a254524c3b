"""Call a webhook, signed, with the incident's id and how it stands."""

from workflows.incidents.actions.action import ActionKind, Performing


async def _perform(performing: Performing) -> str:
    incident, step = performing.incident, performing.step
    body = {"incident": incident.id, "severity": incident.severity, "status": incident.status, "step": step}
    await performing.caller.call(performing.action.call, body, f"{incident.id}/{step}/{performing.run}")
    return "Called, and answered."


WEBHOOK = ActionKind(
    "webhook",
    describe=lambda incident, action: "calls a webhook",
    perform=_perform,
    reaches_outside=True,
)
