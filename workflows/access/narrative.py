"""What happens to access, as sentences."""

from workflows.access.confirmation import spell_confirmed
from workflows.durations import spell_duration
from workflows.narrative import Sentences, listed, moment

SENTENCES: Sentences = {
    "requested": lambda f, n: (
        f"{n.of(f['requester'])} asked for {f['terms']['title']} for {spell_duration(f['seconds'])}"
        + (f", by the playbook of {f['incident']}" if f.get("incident") else "")
        + (f"; {n.all(f['behind'])} answers for it" if f.get("behind") else "")
    ),
    "terms-revised": lambda f, n: "The policy has changed; the request now stands under its stricter terms",
    "reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} {'approved' if f['verdict'] == 'approve' else 'denied'} it"
    ),
    "approved": lambda f, n: "With that it was approved",
    "granted": lambda f, n: f"Access was granted from {moment(f['starts_at'])} to {moment(f['ends_at'])}",
    "denied": lambda f, n: "With that it was denied",
    "withdrawn": lambda f, n: f"{n.who} withdrew it",
    "lapsed": lambda f, n: "Nobody decided in time, so it lapsed",
    "approvers-missing": lambda f, n: f"Too few people were left to decide {listed(f['stages'])}",
    "approvers-found": lambda f, n: "Every stage could be decided again",
    "escalated": lambda f, n: f"Nobody had decided the stage {f['stage']}: {listed(f['to'])} may decide too",
    "credential-requested": lambda f, n: f"{n.who} asked for a credential",
    "credential-minted": lambda f, n: (
        "Vault minted a credential"
        + (" and it was handed over" if f["delivered"] else ", which could not be handed over")
        + (f" (lease {f['lease_id']})" if f.get("lease_id") else " (without a lease)")
        + f". It ends at {moment(f['expires_at'])}"
        + (" and can't be revoked before" if f.get("valid_until") else "")
    ),
    "credential-not-minted": lambda f, n: (
        f"No credential was minted: {f['reason']}"
        + (f" What was made may work until {moment(f['valid_until'])}" if f.get("valid_until") else "")
    ),
    "credential-found-missing": lambda f, n: f"Vault no longer had the credential {f['credential'][-6:]}",
    "credential-end-started": lambda f, n: f"The credential {f['credential'][-6:]} is to end",
    "credential-left-to-expire": lambda f, n: (
        f"The credential {f['credential'][-6:]} was revoked in Vault, but itself can't be revoked: "
        f"it works until {moment(f['valid_until'])}"
    ),
    "credential-ended": lambda f, n: (
        f"The credential {f['credential'][-6:]} has ended, {spell_confirmed(f['confirmed_by'])}"
    ),
    "credential-not-ended": lambda f, n: (
        f"The credential {f['credential'][-6:]} could not be ended yet: {f['reason']}"
    ),
    "end-announced": lambda f, n: f"The holder was told that it ends at {moment(f['ends_at'])}",
    "grant-end-started": lambda f, n: (
        "Its time was over" if f["how"] == "expired" else f"It was {f['how']} by {n.of(f['by'])}"
    ),
    "grant-ended": lambda f, n: f"Access has ended, confirmed. Credentials minted under it: {f['minted']}",
}
