"""What happens to access, as sentences."""

from collections.abc import Mapping
from typing import Any

from workflows.access.break_glass import narrative as break_glass
from workflows.access.confirmation import spell_confirmed
from workflows.access.on_behalf import narrative as on_behalf
from workflows.access.signals import labels
from workflows.access.vault_quorum import narrative as vault_quorum
from workflows.durations import spell_duration
from workflows.narrative import (
    QUESTION_REPLIES,
    QUESTION_SENTENCES,
    Names,
    Replies,
    Reply,
    Sentences,
    listed,
    moment,
    spell_delegated,
    spell_signed,
    untold_on_call,
)
from workflows.policy.evaluation.inputs import spell_inputs


def _spell_end(f: Mapping[str, Any], n: Names) -> str:
    match f["how"]:
        case "expired":
            return "Expired"
        case "run ended":
            return "Ended with its run"
        case "ticket closed":
            return "Ended with its ticket"
        case how:
            return f"{how.capitalize()} by {n.of(f['by'])}"


def _spell_asker(f: Mapping[str, Any], n: Names) -> str:
    """Who requested it; with whom it is for, if that is somebody else who has to accept it."""
    if f.get("asked_by") and not f.get("incident"):
        return f"{n.of(f['asked_by'])}, on behalf of {n.of(f['requester'])},"
    return n.of(f["requester"])


def _spell_ticket(found: Mapping[str, Any]) -> str:
    return f", for {found['key']}" if found["key"] else ", with a ticket that couldn't be checked"


SENTENCES: Sentences = {
    "requested": lambda f, n: (
        f"{_spell_asker(f, n)} requested access: {f['terms']['title']}, {spell_duration(f['seconds'])}"
        + (f" with {spell_inputs(f['inputs'])}" if f.get("inputs") else "")
        + (f", from {moment(f['starts_at'])}" if f.get("starts_at") else "")
        + (f", until run {f['until_run']['id']} ends" if f.get("until_run") else "")
        + (_spell_ticket(ticket) if (ticket := f.get("ticket_found")) else "")
        + (f", for the playbook of {f['incident']}" if f.get("incident") else "")
        + (f", to extend {f['extends']['grant']}" if f.get("extends") else "")
        + (f", with the kit “{f['kit']['title']}”" if f.get("kit") else "")
        + (f"; unusual: {listed(labels(raised))}" if (raised := f.get("signals", {}).get("raised")) else "")
        + (f"; owned by {n.all(f['behind'])}" if f.get("behind") else "")
    ),
    "kit-entitlement-refused": lambda f, n: f"The policy refused {f['entitlement']} of the kit ({f['code']})",
    "terms-revised": lambda f, n: "It now has to meet stricter terms",
    "signals-raised": lambda f, n: f"Unusual by now: {listed(labels(f['signals']['raised']))}",
    "reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} {'approved' if f['verdict'] == 'approve' else 'denied'} the request"
        + (f" for {spell_duration(f['seconds'])} at most" if f.get("seconds") else "")
        + (", with a condition" if f.get("condition_digest") else "")
        + spell_signed(f)
        + spell_delegated(f, n)
    ),
    "conditions-offered": lambda f, n: "Approved with conditions that the requester has to accept",
    "conditions-accepted": lambda f, n: f"{n.of(f['by'])} accepted the conditions",
    "conditions-declined": lambda f, n: f"{n.of(f['by'])} didn't accept the conditions",
    "review-withdrawn": lambda f, n: f"{n.of(f['reviewer'])} took their decision back",
    **QUESTION_SENTENCES,
    "approved": lambda f, n: "Approved",
    "granted": lambda f, n: f"Access granted from {moment(f['starts_at'])} to {moment(f['ends_at'])}",
    "denied": lambda f, n: "Denied",
    "grant-started": lambda f, n: "Access started",
    "withdrawn": lambda f, n: f"{n.who} withdrew the request" + (f": {f['why']}" if f.get("why") else ""),
    "lapsed": lambda f, n: "Expired: no response",
    "approvers-missing": lambda f, n: (
        f"Not enough eligible approvers left for {listed(f['stages'])}{untold_on_call(f)}"
    ),
    "approvers-found": lambda f, n: "Enough eligible approvers again",
    "escalated": lambda f, n: (
        f"Escalated: no decision in stage {f['stage']}, so {listed(f['to'])} can approve too"
    ),
    "taking-signed": lambda f, n: f"{n.of(f['by'])} signed for a credential with a passkey",
    "credential-requested": lambda f, n: f"{n.who} requested credentials",
    "credential-minted": lambda f, n: (
        "Vault created a credential"
        + (" and it was handed over" if f["delivered"] else ", but it couldn't be handed over")
        + (f" (lease {f['lease_id']})" if f.get("lease_id") else " (without a lease)")
        + f". It expires at {moment(f['expires_at'])}"
        + (" and can't be revoked earlier" if f.get("valid_until") else "")
    ),
    "credential-not-minted": lambda f, n: (
        f"No credential was created: {f['reason']}"
        + (f" What was created may work until {moment(f['valid_until'])}" if f.get("valid_until") else "")
    ),
    "credential-found-missing": lambda f, n: f"Credential {f['credential'][-6:]} is missing from Vault",
    "credential-end-started": lambda f, n: f"Revoking credential {f['credential'][-6:]}",
    "credential-left-to-expire": lambda f, n: (
        f"Credential {f['credential'][-6:]} was revoked in Vault, but it can't be revoked at its target: "
        f"it works until {moment(f['valid_until'])}"
    ),
    "credential-ended": lambda f, n: (
        f"Credential {f['credential'][-6:]} has ended, {spell_confirmed(f['confirmed_by'])}"
    ),
    "credential-not-ended": lambda f, n: (
        f"Credential {f['credential'][-6:]} can't be revoked yet: {f['reason']}"
    ),
    "end-announced": lambda f, n: f"Reminder sent: access ends at {moment(f['ends_at'])}",
    "run-ended": lambda f, n: (
        f"Run {f['run']} is {f['said']}"
        + (f"; it ended at {moment(f['run_ended_at'])}" if f.get("run_ended_at") else "")
    ),
    "run-unreadable": lambda f, n: f"Run {f['run']} can't be seen: {f['reason']} Access goes on to its time",
    "run-readable": lambda f, n: f"Run {f['run']} can be seen again",
    "ticket-closed": lambda f, n: f"Its ticket is closed ({f['said']})",
    "ticket-unreadable": lambda f, n: f"Its ticket can't be seen: {f['reason']}",
    "ticket-readable": lambda f, n: "Its ticket can be seen again",
    "grant-end-started": _spell_end,
    "grant-ended": lambda f, n: f"Access ended, confirmed. Credentials created: {f['minted']}",
    **vault_quorum.SENTENCES,
    **break_glass.SENTENCES,
    **on_behalf.SENTENCES,
}

REPLIES: Replies = {
    "reviewed": Reply(
        SENTENCES["reviewed"],
        when=lambda event: (
            event.verdict == "deny" or event.seconds or event.condition_digest or event.delegated_by
        ),
    ),
    **QUESTION_REPLIES,
    "approvers-missing": Reply(SENTENCES["approvers-missing"], when=lambda event: event.unknown),
    "conditions-accepted": Reply(SENTENCES["conditions-accepted"]),
    "conditions-declined": Reply(SENTENCES["conditions-declined"]),
    "grant-end-started": Reply(
        lambda f, n: f"{n.of(f['by'])} revoked the access", when=lambda event: event.how == "revoked"
    ),
    "grant-ended": Reply(SENTENCES["grant-ended"]),
    **vault_quorum.REPLIES,
    **break_glass.REPLIES,
}
"""What the thread of a request's card tells."""
