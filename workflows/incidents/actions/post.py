"""Post a set text, to a channel or to the incident's own."""

from workflows.incidents.actions.action import ActionKind, Performing


async def _perform(performing: Performing) -> str:
    """What is private or practised stays in the incident's own channel."""
    incident = performing.incident
    channel = "" if incident.private or incident.drill else performing.action.channel
    name = f"step/{performing.step}/{performing.run}"
    await performing.room.post(incident, channel, name, performing.action.text)
    return "Posted."


POST = ActionKind("post", describe=lambda incident, action: "posts an update", perform=_perform)
