"""What happens to a credential that Vault's own approvers guard, as sentences."""

from workflows.narrative import Replies, Reply, Sentences, listed, moment

SENTENCES: Sentences = {
    "vault-asked": lambda f, n: (
        f"Vault waits for {f['approvals']} of {listed(f['groups'])} until {moment(f['until'])}, "
        f"to authorize {f['accessor']}"
    ),
    "vault-authorized": lambda f, n: (
        f"In Vault, {listed(f['authorized_by']) or 'nobody'} authorized the credential"
        + (", which is enough" if f["enough"] else "")
    ),
    "credential-collected": lambda f, n: (
        f"{n.who} collected the credential that Vault's approvers authorized"
    ),
}

REPLIES: Replies = {
    "vault-asked": Reply(SENTENCES["vault-asked"]),
    "vault-authorized": Reply(SENTENCES["vault-authorized"]),
}
