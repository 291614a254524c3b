"""What the cards and windows of documents say: every sentence of theirs, in one place."""

STANDING = {
    "draft": ":pencil: *Draft*",
    "pending": ":hourglass_flowing_sand: *In review*",
    "approved": ":white_check_mark: *Approved*",
    "expired": ":alarm_clock: *Expired*",
    "discarded": ":wastebasket: *Discarded*",
}
WHAT = "{title} of {service}"
TEXT_NUMBER = "text {number}"
BY = "by {who}"
LAST_DAY = "counts until {day}"
AGAIN = "due again {at}"
COUNTS = "Text {number} counts meanwhile, approved by {who}."
NOTHING_COUNTS = "Nothing of it is approved yet."
SENT_BACK = "Sent back"
MISSING = "Not filled in: {titles}"
WAITING = "Waiting for {who}"
APPROVED_BY = "Approved by {who}"
EMPTY = "–"
TITLE = "Document"
CHOOSE = "Choose"
TEMPLATE = "Template"
SERVICE = "Service"
VERSION = "Version"
VERSION_HINT = "Only for templates about one version"
SAVE = "Save draft"
SUBMIT = "Ask for approval"
DUE = "Counts until"
DUE_HINT = "Leave it empty if it counts as long as the template says"
REVIEW_TITLE = "Review document"
CONFIRM = "Approving counts for exactly this text."
WHY_SEND_BACK = "What has to change?"
SEND_BACK_TITLE = "Send back"
NOTHING_TO_WRITE = "You can't write documents yet. Ask Daypass's operators to add you to a group."
GONE = "This document isn't in review any more. Its card shows where it stands."
NO_TEMPLATE = "This template or service isn't in the policy any more."
HELP = "`/release document` opens the window in which you write a document about a service, such as a model card."
SURE_DISCARD = "The text that isn't approved is dropped. What was approved stays."
HOME_TITLE = "Your documents"
HOME_DECISIONS = "Documents"
HOME_EMPTY = "You haven't written any documents."
