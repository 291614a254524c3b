"""What happens in an incident, as sentences; the timeline of its review takes most of them."""

from workflows.narrative import Sentences, listed

_REASONS = {
    "resolved": "the incident is resolved",
    "cancelled": "the incident is cancelled",
    "handed over": "its role was handed over",
    "step": "a step takes it back",
}
_BECAME = {
    "active": "is granted",
    "ending": "is ending",
    "ended": "has ended, confirmed by Vault",
    "refused": "was not granted",
}

SENTENCES: Sentences = {
    "declared": lambda f, n: f"{n.who} declared it as {f['severity']}{' (drill)' if f['drill'] else ''}",
    "role-taken": lambda f, n: (
        f"{n.of(f['person'])} took over as {f['role']} from {n.of(f['before'])}"
        if f.get("before")
        else f"{n.of(f['person'])} is {f['role']}"
    ),
    "role-offered": lambda f, n: f"{n.who} offered the role {f['role']} to {n.of(f['to'])}",
    "role-declined": lambda f, n: f"{n.who} declined the role {f['role']}",
    "role-vacated": lambda f, n: f"{n.of(f['person'])} has left; nobody is {f['role']}",
    "severity-changed": lambda f, n: f"{n.who} changed the severity from {f['before']} to {f['severity']}",
    "mitigated": lambda f, n: f"{n.who} marked it as mitigated",
    "resolved": lambda f, n: f"{n.who} resolved it",
    "reopened": lambda f, n: f"{n.who} opened it again",
    "cancelled": lambda f, n: f"{n.who} cancelled it",
    "reviewed": lambda f, n: f"{n.who} closed its review",
    "note-added": lambda f, n: "📌 Pinned" if f.get("pin") else "Note",
    "follow-up-added": lambda f, n: f"{n.who} added a follow-up for {n.of(f['owner'])}",
    "playbook-started": lambda f, n: f"The playbook “{f['playbook']['title']}” was started",
    "step-started": lambda f, n: f"{n.of(f['by'])} began the step {f['step']}",
    "step-done": lambda f, n: f"The step {f['step']} is done. {f.get('note') or ''}".strip(),
    "step-failed": lambda f, n: f"The step {f['step']} failed: {f['reason']}",
    "step-delayed": lambda f, n: f"The step {f['step']} waits: {f['reason']}",
    "step-skipped": lambda f, n: f"{n.of(f['by'])} skipped the step {f['step']}",
    "step-became-overdue": lambda f, n: f"The step {f['step']} is overdue",
    "step-escalated": lambda f, n: f"The step {f['step']} is long overdue; told {' and '.join(f['to'])}",
    "access-requested": lambda f, n: (
        f"{n.of(f['by'])} had {f['entitlement']} asked for {n.of(f['person'])} as {f['role']}"
    ),
    "access-changed": lambda f, n: f"Access {f['access'][-6:]} {_BECAME.get(f['status'], f['status'])}",
    "access-end-started": lambda f, n: f"Access {f['access'][-6:]} is to end: {_REASONS[f['reason']]}",
    "releases-frozen": lambda f, n: f"Releases of {f['service']} are stopped",
    "releases-unfrozen": lambda f, n: f"Releases of {', '.join(f['services'])} may go on",
    "merged-from": lambda f, n: "Another incident was merged into this one",
    "channel-opened": lambda f, n: f"Its channel {f['channel']} was opened",
    "people-invited": lambda f, n: (
        f"Called in: {n.all(f['people'])}"
        + (f"; could not be invited: {n.all(one for one, _ in f['refused'])}" if f["refused"] else "")
    ),
    "message-pinned": lambda f, n: f"{n.who} pinned a message",
    "follow-up-done": lambda f, n: f"{n.who} finished a follow-up",
    "duplicates-found": lambda f, n: f"Others may be the same: {listed(f['others'])}",
    "channel-delayed": lambda f, n: f"Slack refused its channel: {f['reason']}",
}
