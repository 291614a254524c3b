"""What happens to a release, as sentences."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Sentences, listed

_BOUND = {"policy": "the policy", "gates": "the gates' outcome", "approvers": "who may approve"}


def _gates(facts: Mapping[str, Any]) -> str:
    failed = [one["gate"] for one in facts["results"] if one["verdict"] != "passed"]
    return f"not passed: {listed(failed)}" if failed else "all passed"


def _version(version: Any) -> str:
    return f"version {version}" if version else "nothing"


SENTENCES: Sentences = {
    "proposed": lambda f, n: (
        f"{n.of(f['requester'])} proposed version {f['version']} of {f['terms']['title']}"
        + (f"; {n.all(f['behind'])} answers for it" if f.get("behind") else "")
    ),
    "evidence-read": lambda f, n: f"Its evidence was read and {len(f['results'])} gates checked: {_gates(f)}",
    "evidence-not-read": lambda f, n: f"Its evidence can't be read: {f['reason']}",
    "approval-voided": lambda f, n: (
        f"The approval of {n.all(f['reviewers'])} is void, for "
        f"{listed(_BOUND.get(one, f'the {one}') for one in f['changed'])} changed"
    ),
    "terms-revised": lambda f, n: "The policy has changed; the release stands under its new terms",
    "reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} {'approved' if f['verdict'] == 'approve' else 'rejected'} it"
    ),
    "approved": lambda f, n: "With that it was approved",
    "rejected": lambda f, n: "With that it was rejected",
    "withdrawn": lambda f, n: f"{n.who} withdrew it",
    "lapsed": lambda f, n: "Nobody decided in time, so it lapsed",
    "superseded": lambda f, n: f"It was superseded: {_version(f.get('live'))} is live by now",
    "approvers-missing": lambda f, n: f"Too few people were left to decide {listed(f['stages'])}",
    "approvers-found": lambda f, n: "Every stage could be decided again",
    "escalated": lambda f, n: f"Nobody had decided the stage {f['stage']}: {listed(f['to'])} may decide too",
    "move-started": lambda f, n: (
        f"{n.of(f['by'])} had {_version(f.get('to'))} put in place of {_version(f.get('expected'))} ({f['why']})"
    ),
    "move-delayed": lambda f, n: f"It can't be moved yet: {f['reason']}",
    "went-live": lambda f, n: f"{_version(f.get('to')).capitalize()} is live, read back",
    "rolled-back": lambda f, n: f"Rolled back: {_version(f.get('to'))} is live again, read back",
    "restored": lambda f, n: f"Restored: {_version(f.get('to'))} is live again, read back",
    "not-moved": lambda f, n: f"Nothing was moved: {_version(f.get('found'))} was live instead",
    "check-started": lambda f, n: "The checks after going live began",
    "check-passed": lambda f, n: "The checks after going live passed",
    "check-failed": lambda f, n: (
        f"The checks after going live: {_gates(f)}"
        + (f"; incident {f['incident']} was declared" if f.get("incident") else "")
    ),
    "drifted": lambda f, n: f"Somebody made {_version(f.get('found'))} live, not through Daypass",
    "drift-ended": lambda f, n: "What was approved is live again",
    "artifact-confirmed": lambda f, n: (
        f"Version {f['version']}, which is live, has the bytes that were approved"
    ),
    "artifact-changed": lambda f, n: (
        f"Version {f['version']}, which is live, isn't what was approved: its SHA-256 is {f['found'][:12]} "
        f"instead of {f['approved'][:12]}"
    ),
    "artifact-not-read": lambda f, n: (
        f"The bytes of version {f['version']}, which is live, can't be read any more: {f['reason']}"
    ),
    "move-stopped": lambda f, n: (
        f"Version {f['version']} wasn't made live again, because it isn't what was approved: its SHA-256 is "
        f"{f['found'][:12]} instead of {f['approved'][:12]}"
    ),
    "replaced": lambda f, n: f"A later release, {f['by']}, took its place",
}
