"""What Slack says of kits: every sentence of it, in one place."""

HEADLINE = "*{who} → {kit}* · {number} together"
REQUESTS = "{who} {requests} {kit}: {number} together. {status}"
MEMBER = "{mark} *{what}* · {terms} · {status}"
NOT_REQUESTED = ":x: `{entitlement}` · refused by policy ({code})"
BEING_REQUESTED = ":hourglass_flowing_sand: `{entitlement}` · requesting…"
STRICTEST = "Strictest rule: {what}, {approvals}"
ONE_APPROVAL = "1 approval"
APPROVALS = "{number} approvals"
OF_MEMBER = "{what}: {warning}"

ONLY_ONES_OWN = "“{kit}” is a kit, which people request for themselves alone, and only if they can request something in it."
FIELD = "Includes"
FIELD_HINT = "Each is decided and ends under its own rule"
NOT_YOURS = "Not for you: {why}"
HAVE_ALREADY = "You already have or requested this"
CONFIRM = "*{who} requests “{kit}”.* You approve these:"
SOME_COUNTED = "Your decision counts for {counted}. It doesn't count for {others}: {why}"
NOT_YOUR_STAGE = "that doesn't wait for your approval."
NOTHING_LEFT = "Nothing of this is left for you to decide."
NOTHING_TO_EXTEND = "You have nothing of this that can be extended now."
REQUESTED = (
    ":hourglass_flowing_sand: Requested: *{kit}*. Your messages with Daypass say who has to approve what."
)

WHY_DENY = "Why? The requester will read this. It ends everything of this request that isn't decided yet."
WITHDRAW = "Withdraw everything that isn't decided yet?"
GIVE_BACK = "End your access to all of it now?"

MINTING_ONE = ":hourglass_flowing_sand: *{what}* …"
NO_LOGIN = ":warning: *{what}:* {why}"
"""Of one entitlement, beside the others."""

NOTES = {
    "kit-entitlement-refused": ":x: The policy refused part of {whose} request: {refused}. The rest goes on.",
}
"""By the event of which the requester hears."""
