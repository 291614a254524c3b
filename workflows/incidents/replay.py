"""Could this have happened in an incident? Told from what its events recorded, without asking anybody."""

from workflows.audit.possibility import judged
from workflows.incidents import replay_incident, replay_playbook, replay_roles
from workflows.incidents.events import Declared
from workflows.incidents.pagers.replay import JUDGES as PAGES

impossible = judged(
    Declared,
    {**replay_incident.JUDGES, **replay_roles.JUDGES, **replay_playbook.JUDGES, **PAGES},
    "nobody had declared it",
)
"""Why an event could not have happened to an incident in this state, after this past; None if it could."""
