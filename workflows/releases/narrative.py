"""What happens to a release, as sentences."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import (
    QUESTION_REPLIES,
    QUESTION_SENTENCES,
    Replies,
    Reply,
    Sentences,
    listed,
    spell_delegated,
    spell_signed,
    untold_on_call,
)
from workflows.releases.exceptions import narrative as exceptions

_BOUND = {
    "policy": "the policy",
    "gates": "a check's result",
    "approvers": "who can approve",
    "tier": "the service's tier, or the answers behind it,",
}


WHY_TIER = {
    "approved": "approved answers to the risk questionnaire lead there",
    "draft": "answers that aren't approved yet lead there, and a higher tier counts at once",
    "none": "it has no approved answers to the risk questionnaire, so the highest counts",
    "overdue": "its answers to the risk questionnaire are overdue, so the highest counts",
    "older": "the risk questionnaire has changed since it was answered, so the highest counts",
    "own": "only authors of the answers or of this release approved the answers, so the highest counts",
}
"""Why a tier counts, by `TierStanding.why`."""


def _gates(facts: Mapping[str, Any]) -> str:
    failed = [one["gate"] for one in facts["results"] if one["verdict"] not in ("passed", "excepted")]
    excepted = [one["gate"] for one in facts["results"] if one["verdict"] == "excepted"]
    besides = f", {listed(excepted)} by exception" if excepted else ""
    return (f"{listed(failed)} didn't pass" if failed else "all passed") + besides


def _version(version: Any) -> str:
    return f"version {version}" if version else "nothing"


def _times(facts: Mapping[str, Any]) -> str:
    return "in one look" if facts["looks"] == 1 else f"in {facts['looks']} looks in a row"


def _why_stopped(facts: Mapping[str, Any]) -> str:
    if not facts["found"]:
        return "its artifact can't be read and compared with the approved one"
    return "its artifact isn't the approved one"


SENTENCES: Sentences = {
    "proposed": lambda f, n: (
        f"{n.of(f['requester'])} proposed version {f['version']} of {f['terms']['title']}"
        + (f", owned by {n.all(f['behind'])}" if f.get("behind") else "")
    ),
    "evidence-read": lambda f, n: f"{len(f['results'])} checks ran: {_gates(f)}",
    "evidence-not-read": lambda f, n: f"The evidence couldn't be read: {f['reason']}",
    "approval-voided": lambda f, n: (
        f"Approval by {n.all(f['reviewers'])} voided: "
        f"{listed(_BOUND.get(one, f'the {one}') for one in f['changed'])} changed"
    ),
    "terms-revised": lambda f, n: "The policy changed; the new terms apply",
    "tier-determined": lambda f, n: (
        f"The service is in tier {f['standing']['tier']}: {WHY_TIER[f['standing']['why']]}"
    ),
    "reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} {'approved' if f['verdict'] == 'approve' else 'rejected'} it"
        + spell_signed(f)
        + spell_delegated(f, n)
    ),
    "review-withdrawn": lambda f, n: f"{n.of(f['reviewer'])} took their decision back",
    **QUESTION_SENTENCES,
    "approved": lambda f, n: "Approved",
    "rejected": lambda f, n: "Rejected",
    "withdrawn": lambda f, n: f"{n.who} withdrew it",
    "lapsed": lambda f, n: "Expired: no response",
    "superseded": lambda f, n: f"Superseded: {_version(f.get('live'))} went live",
    "approvers-missing": lambda f, n: (
        f"Not enough eligible approvers for {listed(f['stages'])}{untold_on_call(f)}"
    ),
    "approvers-found": lambda f, n: "Enough eligible approvers again",
    "escalated": lambda f, n: f"Stage {f['stage']} escalated to {listed(f['to'])}",
    "move-started": lambda f, n: (
        f"The policy rolls it back, because live check {f['rule']} failed: "
        f"{_version(f.get('expected'))} → {_version(f.get('to'))}"
        if f.get("rule")
        else f"{n.of(f['by'])} started the {f['why']}: {_version(f.get('expected'))} → {_version(f.get('to'))}"
    ),
    "move-delayed": lambda f, n: f"Not possible yet: {f['reason']}",
    "went-live": lambda f, n: f"{_version(f.get('to')).capitalize()} is live (confirmed)",
    "rolled-back": lambda f, n: f"Rolled back: {_version(f.get('to'))} is live again (confirmed)",
    "restored": lambda f, n: f"Restored: {_version(f.get('to'))} is live again (confirmed)",
    "not-moved": lambda f, n: f"Nothing was changed: {_version(f.get('found'))} was live instead",
    "check-started": lambda f, n: "Post-release checks started",
    "check-passed": lambda f, n: "Post-release checks passed",
    "check-failed": lambda f, n: (
        f"Post-release checks failed: {_gates(f)}"
        + ("; an incident is being declared" if f.get("incident") else "")
    ),
    "live-check-passed": lambda f, n: f"Live check {f['check']} passes: {f['result']['sentence']}",
    "live-check-failed": lambda f, n: (
        f"Live check {f['check']} failed {_times(f)}: {f['result']['sentence']}"
        + ("; an incident is being declared" if f.get("incident") else "")
    ),
    "live-check-not-read": lambda f, n: (
        f"Live check {f['check']} couldn't be evaluated {_times(f)}: {f['result']['sentence']}"
    ),
    "incident-declared": lambda f, n: f"Incident {f['number']} was declared for it",
    "attested": lambda f, n: "The verdict was signed, and can be downloaded",
    "drifted": lambda f, n: f"{_version(f.get('found')).capitalize()} went live outside Daypass",
    "drift-ended": lambda f, n: "The approved version is live again",
    "artifact-confirmed": lambda f, n: (
        f"The live artifact of version {f['version']} matches the approved one"
    ),
    "artifact-changed": lambda f, n: (
        f"The live artifact of version {f['version']} isn't the approved one: SHA-256 {f['found'][:12]} "
        f"instead of {f['approved'][:12]}"
    ),
    "artifact-not-read": lambda f, n: (
        f"The live artifact of version {f['version']} can no longer be read: {f['reason']}"
    ),
    "move-stopped": lambda f, n: (
        f"Version {f['version']} wasn't made live again: {_why_stopped(f)}"
        + (f" (SHA-256 {f['found'][:12]} instead of {f['approved'][:12]})" if f["found"] else "")
    ),
    "replaced": lambda f, n: f"Replaced by release {f['by']}",
    **exceptions.SENTENCES,
}

REPLIES: Replies = {
    "reviewed": Reply(SENTENCES["reviewed"], when=lambda event: event.verdict == "reject"),
    **QUESTION_REPLIES,
    "approvers-missing": Reply(SENTENCES["approvers-missing"], when=lambda event: event.unknown),
    "approval-voided": Reply(
        lambda f, n: f"{SENTENCES['approval-voided'](f, n)}. It needs approval again", broadcast=True
    ),
    "check-failed": Reply(lambda f, n: f"Post-release checks failed: {_gates(f)}", broadcast=True),
    "drifted": Reply(SENTENCES["drifted"], broadcast=True),
    "drift-ended": Reply(SENTENCES["drift-ended"]),
    "artifact-changed": Reply(
        lambda f, n: f"The live artifact of version {f['version']} isn't the approved one", broadcast=True
    ),
    "artifact-not-read": Reply(
        lambda f, n: f"The live artifact of version {f['version']} can't be compared with the approved one",
        broadcast=True,
    ),
    "move-stopped": Reply(
        lambda f, n: f"Version {f['version']} wasn't made live again: {_why_stopped(f)}",
        broadcast=True,
    ),
    "live-check-passed": Reply(SENTENCES["live-check-passed"]),
    "live-check-failed": Reply(SENTENCES["live-check-failed"], broadcast=True),
    "live-check-not-read": Reply(SENTENCES["live-check-not-read"], broadcast=True),
    "move-started": Reply(
        lambda f, n: (
            f"The policy rolls it back, because live check {f['rule']} failed"
            if f.get("rule")
            else f"{n.of(f['by'])} started the rollback"
        ),
        when=lambda event: event.why == "rollback",
    ),
    "rolled-back": Reply(SENTENCES["rolled-back"]),
    "restored": Reply(SENTENCES["restored"]),
    **exceptions.REPLIES,
}
"""What the thread of a release's card tells."""
