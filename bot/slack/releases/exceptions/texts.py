"""What Slack says of a release's exceptions: every sentence, in one place."""

EXCEPTED = ":warning: *{gate}* excepted, asked by {who}: {why}"
ASK = "Ask for an exception"
WHY_ASK = "Why can't this release wait? Approvers and reviewers will read this."
REVIEW_DUE = ":memo: *Exception to be reviewed* by {at}"
REVIEW_OVERDUE = ":warning: *Review of the exception overdue* since {at}"
REVIEWED = {
    "justified": ":white_check_mark: Exception reviewed by {who}: justified. {why}",
    "unjustified": ":no_entry: Exception reviewed by {who}: not justified. {why}",
}
REVIEW = "Review exception"
WHY_JUSTIFIED = "Why was it justified?"
WHY_UNJUSTIFIED = "Why wasn't it justified?"

NOTES = {
    "exception-review-due": ":memo: {what} went live with an exception: {gates}. Please review it by {due}.",
    "exception-review-overdue": ":rotating_light: Review overdue since {due}: {what} went live with an exception: "
    "{gates}.",
    "exception-reviewed": "{review}\nYour release: {what}.",
}
"""By the event that it tells of."""
