"""What the cards and windows of access reviews say: every sentence of theirs, in one place."""

TITLE = ":clipboard: *Access review:* {title} ({period})"
DUE = "Due {due}"
OVERDUE = ":warning: *Overdue* since {due}"
PROGRESS = "{answered} of {count} answered: {kept} kept, {removed} removed"
CLOSED = ":white_check_mark: *Closed* {at}: {kept} kept, {removed} removed"
PROPOSED = "{number} without an answer are proposed for removal."
WAITING = "*{number} for you.* What you remove is revoked at once."
NOTHING_LEFT = "Nothing is left for you. Thank you."
NO_REVIEWERS = ":warning: *No one can review all of {what}.* Daypass's operators know."
ITEM = "*{who}* · {what}\n{used}"
USED = "Last used {at}"
UNUSED = "Not used"
MORE = "{number} more come up as you answer."
KEEP_USED = "Keep {number} used recently"
SURE_KEEP_USED = "Keep all {number} that were used in the {within} before the review?"
REMOVED = "Removed: {who} · {what}"
PROPOSAL = "Operators get the change for the policy bundle with `daypass access review {name} --diff`."
REMOVE_TITLE = "Remove access"
WHY_REMOVE = "Why? It is in the log, and on the card of what is revoked."
TO_REVIEW = "*To review:* {title} ({period}), {number} for you. {due}"
"""In App Home."""
HOME_TITLE = "Access reviews"
HOME_DECISIONS = "Access reviews"
HOME_EMPTY = "No open reviews"

NOTES = {
    "escalated": ":rotating_light: The access review *{title}* isn't complete. You can answer it too, by {due}.",
    "overdue": ":rotating_light: The access review *{title}* is overdue since {due}. Please answer what's left.",
}
"""By the event that it tells of."""
