"""What cards, messages and windows say of requests for somebody else: every sentence of theirs, in one place."""

LABEL = "For someone else"
HINT = "They have to accept it first. Empty: for you"
NOT_ONE_PERSON = "“{typed}” isn't exactly one person here. Pick them under “For someone else”."

REQUESTS_FOR_YOU = "{who} requests access for you: {what}, {how_long}. {status}"
"""The card of whom it is for, in a notification."""
REQUESTED_BY = "Requested by {who}"
REQUESTED_BY_FACT = "*Requested by*\n{who}"
WAITING = "Waiting for {who} to accept until {until}"
DECLINED = "Declined by {who}"
DECLINE = "Decline this request? Nobody else is asked."
HOME = "*Requested for you* by {who}: *{what}*\n{terms}\n>{why}\nExpires {until} unless you accept"

SENT = ":hourglass_flowing_sand: Sent to {holder}: {what}. Approvers are asked once they accept."
NOTES = {
    "proposal-made": ":hourglass_flowing_sand: {holder} has to accept what you requested for them: {what}. Approvers are "
    "asked after that.",
    "proposal-accepted": ":white_check_mark: {holder} accepted what you requested for them: {what}.",
    "proposal-declined": ":leftwards_arrow_with_hook: {holder} declined what you requested for them: {what}.",
    "proposal-lapsed": ":zzz: {holder} didn't accept in time, so this request expired: {what}, requested by {asker}.",
    "proposal-decided": "{outcome}: {what} for {holder}, which you requested for them.",
}
"""By what they tell whoever asked for somebody else; that it expired is told to both."""
OUTCOMES = {
    "denied": ":no_entry: Denied",
    "lapsed": ":zzz: Expired with no response",
    "withdrawn": ":leftwards_arrow_with_hook: Withdrawn",
    "scheduled": ":calendar: Approved for later",
}
APPROVED = ":white_check_mark: Approved"
