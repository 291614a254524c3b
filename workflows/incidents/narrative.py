"""What happens in an incident, as sentences; the timeline of its review takes most of them."""

from workflows.incidents.events import IncidentEvent
from workflows.incidents.state import Incident, number_of
from workflows.narrative import Replies, Reply, Sentences, listed, replies_to
from workflows.workflow import Effect

_REASONS = {
    "resolved": "the incident is resolved",
    "cancelled": "the incident is cancelled",
    "handed over": "the role was handed over",
    "step": "a step revoked it",
}
_BECAME = {
    "active": "granted",
    "ending": "is being revoked",
    "ended": "ended, confirmed by Vault",
    "refused": "wasn't granted",
}

SENTENCES: Sentences = {
    "declared": lambda f, n: (
        f"{n.who} declared {number_of(f['id'], f.get('number'))}, a {f['severity']} {'drill' if f['drill'] else 'incident'}"
    ),
    "role-taken": lambda f, n: (
        f"{n.of(f['person'])} took over {f['role']} from {n.of(f['before'])}"
        if f.get("before")
        else f"{n.of(f['person'])} is {f['role']}"
    ),
    "role-offered": lambda f, n: f"{n.who} offered the role {f['role']} to {n.of(f['to'])}",
    "role-declined": lambda f, n: f"{n.who} declined the role {f['role']}",
    "role-vacated": lambda f, n: f"{n.of(f['person'])} left; {f['role']} is vacant",
    "severity-changed": lambda f, n: f"{n.who} changed the severity from {f['before']} to {f['severity']}",
    "mitigated": lambda f, n: f"{n.who} marked it as mitigated",
    "resolved": lambda f, n: f"{n.who} resolved it",
    "reopened": lambda f, n: f"{n.who} reopened it",
    "cancelled": lambda f, n: f"{n.who} cancelled it",
    "reviewed": lambda f, n: f"{n.who} closed its review",
    "note-added": lambda f, n: "📌 Pinned" if f.get("pin") else "Note",
    "follow-up-added": lambda f, n: f"{n.who} added a follow-up for {n.of(f['owner'])}",
    "playbook-started": lambda f, n: f"Playbook “{f['playbook']['title']}” started",
    "step-started": lambda f, n: f"{n.of(f['by'])} started step {f['step']}",
    "step-done": lambda f, n: f"Step {f['step']} done. {f.get('note') or ''}".strip(),
    "step-failed": lambda f, n: f"Step {f['step']} failed: {f['reason']}",
    "step-delayed": lambda f, n: f"Step {f['step']} is waiting: {f['reason']}",
    "step-skipped": lambda f, n: f"{n.of(f['by'])} skipped step {f['step']}",
    "step-became-overdue": lambda f, n: f"Step {f['step']} is overdue",
    "step-escalated": lambda f, n: f"Step {f['step']} escalated to {' and '.join(f['to'])}",
    "access-requested": lambda f, n: (
        f"{n.of(f['by'])} requested {f['entitlement']} for {n.of(f['person'])} ({f['role']})"
    ),
    "access-changed": lambda f, n: f"Access {f['access'][-6:]} {_BECAME.get(f['status'], f['status'])}",
    "access-end-started": lambda f, n: f"Revoking access {f['access'][-6:]}: {_REASONS[f['reason']]}",
    "releases-frozen": lambda f, n: f"Releases of {f['service']} stopped",
    "releases-unfrozen": lambda f, n: f"Releases of {', '.join(f['services'])} resumed",
    "merged-from": lambda f, n: f"{f['number']} was merged into this incident",
    "channel-opened": lambda f, n: f"Channel {f['channel']} opened",
    "people-invited": lambda f, n: (
        f"Invited: {n.all(f['people'])}"
        + (f"; couldn't be invited: {n.all(one for one, _ in f['refused'])}" if f["refused"] else "")
    ),
    "message-pinned": lambda f, n: f"{n.who} pinned a message",
    "follow-up-done": lambda f, n: f"{n.who} completed a follow-up",
    "duplicates-found": lambda f, n: f"Possible duplicates: {listed(f['others'].values())}",
    "page-sent": lambda f, n: f"Paged {f['pager']} ({f['severity']})",
    "page-delayed": lambda f, n: f"Paging {f['pager']} is delayed: {f['reason']}",
    "page-failed": lambda f, n: f"Paging {f['pager']} failed: {f['reason']}",
    "channel-delayed": lambda f, n: f"The channel isn't ready: {f['reason']}",
}

REPLIES: Replies = {
    name: Reply(SENTENCES[name])
    for name in ("severity-changed", "mitigated", "resolved", "reopened", "cancelled")
}
"""What the thread of an incident's announcement tells."""


def replies(state: Incident, event: IncidentEvent) -> tuple[Effect, ...]:
    """What is told of the event in the thread; nothing of an incident that isn't announced."""
    announced = state.terms.announce and not state.private
    return replies_to(event, state.id, REPLIES) if announced else ()
