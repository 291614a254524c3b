"""What the cards, messages and windows of break-glass say: every sentence of theirs, in one place."""

TAKEN = "Taken without approval (break-glass)"
TAKES = ":rotating_light: {who} took access without approval: {what}, {how_long}. {status}"
"""The card in a notification."""
DENIED_BEFORE = ":warning: Denied by {who} at {at}"
INCIDENT = "Incident {number}"
REVIEW_DUE = "Review due {at}"
REVIEW_OVERDUE = ":warning: *Review overdue* since {at}"
REVIEWED = {
    "justified": ":white_check_mark: *Justified*, reviewed by {who}: {why}",
    "unjustified": ":no_entry: *Not justified*, reviewed by {who}: {why}",
}
NO_REVIEWERS = ":warning: *No one can review this anymore.* Daypass's operators know."
TO_REVIEW = "*To review:* {headline}\n{terms}\n>{why}\n{review}"
"""In App Home."""

OFFER = "*Emergency?* You can take this now, without approval, and be reviewed afterwards."
WARNING = ":rotating_light: *{what}*\nYou get access at once, without approval. This is for emergencies."
ANNOUNCED = (
    "• Announced in {channel} and to {number} approvers and reviewers, any of whom can review or revoke it."
)
REVIEWED_LATER = (
    "• Reviewed by someone else within {within} after it ends. An overdue review blocks your next one."
)
OPENS_INCIDENT = "• Opens an incident ({severity}), or joins one that is open."
DURATIONS = "{longest} at most without approval, for example {example}"
WHY_HINT = "Everyone told will read this (at least {least} characters)"
ONE_AT_A_TIME = (
    "“{kit}” is a kit, and break-glass takes one thing at a time. You can take {names}: type "
    "`/access {first} break-glass because …`."
)
NONE_OF_IT = "“{kit}” is a kit, and you can't take anything in it without approval. Request it instead."

TAKE_NOW = "Take access now"
WHY_JUSTIFIED = "Why was it justified? The requester will read this."
WHY_UNJUSTIFIED = "Why wasn't it justified? The requester will read this."

TAKEN_NOTE = ":rotating_light: You took {what} without approval. It ends {ends}. Your approvers know, and someone reviews it."
NOTES = {
    "break-glass-review-escalated": ":rotating_light: {who} took {what} without approval, and it isn't reviewed yet. "
    "You can review it too, by {due}.",
    "break-glass-review-overdue": ":rotating_light: Review overdue since {due}: {who} took {what} without approval.",
    "break-glass-blocked": ":warning: Your break-glass access to {what} wasn't reviewed by {due}, so you can't use "
    "break-glass again until it is. Ask a reviewer.",
    "break-glass-reviewed": "{review}\nYour break-glass access: {what}.",
}
"""By the event that it tells of, or by what that means for the requester."""
