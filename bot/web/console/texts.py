"""What the console's pages say besides their templates: every sentence of theirs, in one place."""

LATENESS = {
    "pending": "Escalation overdue: no decision yet",
    "ending": "Revocation not confirmed; assume the credential still works",
    "scheduled": "Its start is overdue",
    "approved": "Going live is overdue",
    "rolling back": "Rollback is overdue",
    "open": "A playbook step is overdue",
    "mitigated": "A playbook step is overdue",
}
"""What is overdue about something, by its status."""

UNUSUAL = "Unusual: {what}"
UNTOLD = "What is unusual"
NO_PAGE = "Page not found"
TROUBLES = {
    404: (NO_PAGE, "There is no page at this address."),
    405: ("Method not allowed", "This page can't be used that way."),
    413: ("Too large", "The form is larger than any this page sends."),
}
"""Title and sentence, by the status of HTTP."""
WENT_WRONG = "Something went wrong"
BROKEN = "This is a fault in Daypass; the server's log has the details. Nothing was changed."
NOTHING_CHANGED = "Nothing was changed"
NOTHING_DECIDED = "Nothing was decided"
NOTHING_SIGNED = "Nothing was signed"
NOTHING_ADDED = "Nothing was added"
NO_SIGNATURE = "What your browser sent isn't a passkey's signature. Open the page again."
FORGED = "The form didn't come from your session. Reload the page and try again."
TRY_AGAIN = "Try again shortly"
INVALID_ADDRESS = "Invalid address"
UNREADABLE = "This address isn't valid. Go back and use the links on the page."
NO_DEPARTURE = "There is no such departure, or you don't have access to it."
NOT_FOR_YOU = "Not for you"
FOR_OPERATORS = "Only operators and auditors see the directory."
FIGURES_FOR = "Only operators and auditors see the figures."
NO_MONTH = "There are no figures for that. Choose a month up to now, such as 2026-11."
NO_STORY = "It doesn't exist, or you don't have access to it."
NO_EVENT = "Event not found"
NO_EVENT_AT = "The log has no event {index}."
NOT_THAT_MANY = "No checkpoint has that many events."
NO_CHECKPOINT = "The log has no checkpoint yet."
NOTHING_EXPORTED = "Nothing was exported"
INCOMPLETE = (
    "INCOMPLETE: only the newest {number:,} matching events are included. Export a shorter time span."
)
NO_SIGN_IN = "Sign-in isn't available"
NO_ACCOUNT = "No single Slack account has the address {email} that you signed in with. Ask an admin to correct it in Slack."

TOO_LONG = "Use at most {most} characters."
BEFORE_START = "This is before the start."
IN_FUTURE = "This time is in the future."
NO_START = "A time span needs a start."
NO_FIRST = "Choose the first resource too."
TOO_FAR = "Choose a time up to {days} days after the start."
NOT_A_CHOICE = "Choose one from the list."
NO_TIME = "This isn't a time. Write it like 2026-11-24 09:30."
SEVERAL = "Several people match: {names}. Enter an id."
NOBODY = "No one is called “{typed}”, so this searched for the id."

NO_PERSON = "No one is called “{typed}”. Enter an id, a name or an e-mail address."
ONE_OF_BOTH = "Enter either a person or a resource."
NO_REASON = "Say why. Everyone who sees the stop reads it."
NOTHING_STOPPED = "Nothing was stopped"
NOT_LIFTED = "The stop wasn't lifted"
NO_STOP = "There is no such stop, or you don't have access to it."
AWAY = "Time away of {who}"
FOR_APPROVER = "{who} (for {approvers})"
TO_STOPS = "Go to Emergency stops"
NO_REVIEW = "There is no such access review, or you don't have access to it."
NO_PACK = "The evidence pack wasn't made"
PROOF_OF = "the proof of {subject}"
EVIDENCE_OF = "evidence of {period}"
EVIDENCE_FOR = "Evidence is for auditors and operators."
NO_REVIEW_OPENED = "The access review wasn't opened"
TO_REVIEWS = "Go to Access reviews"
BY_HAND = "By hand:"
OF_ITEMS = "{number} of {count} items"
STOPPED_ALL = "Everything of {who}"
STOPPED_RESOURCE = "All access to {what}"
REFUSES_UNTIL = "Refuses new access until"

CRITICAL_GRANTED = "Critical access granted"
WENT_LIVE = "Releases that went live"
TO_LIVE = "Go to Live now"
TO_FIRST_PAGE = "Go to the first page of this search"
TO_NEWEST = "Go to the newest checkpoints"
TO_SEARCH = "Search the log"

NOTHING_TO_ASK = "Nothing to request"
NOT_IN_LINK = "This link names nothing that you can request. Type /access in Slack to see what you can."
FORM_NOT_SENT = "The message couldn't be sent: {why} Type the line below in Slack instead."

TAKEN = "Taken without approval"
DENIED_BEFORE = "Denied before, at"
IRREVOCABLE = "Can't be revoked early"
EXPIRES_UNDECIDED = "Expires if undecided"
EXPIRES_UNACCEPTED = "Expires if not accepted"
CONDITION_OF = "Condition ({who})"
ON_CALL = "On call for"
RUN_UNSEEN = "Run can't be seen since"
TICKET_UNSEEN = "Ticket can't be seen since"
TICKET = "Ticket in {source}"
TICKET_UNCHECKED = "not checked: its system was away"
ENDS_WITH_TICKET = "Ends when closed"
HOW_ENDED = "How it ended"
IN_THE_TEXT = "Changes to the live text"
ROLLED_BACK_TO = "Rolled back to"
CHANGED = "Changed: {what}"
CHANGED_TO = "{before} → {after}{by}"
NO_SERVICE = "There's no such service, or nothing of it was live that you can see."
DAYPASS = "Daypass"
LIVE_CHECK = "Live check {name}"
LATER_CHECK = "Post-release check {gate}"
OUTSIDE = "Live outside Daypass"
SWAPPED = "Artifact replaced by"
UNREAD = "Artifact can't be read"
MEMBERS_ONLY = "Visible to members only"
FROM_INCIDENT = "from another incident"
TIER = "{tier}: {why}"
TIER_AUTHORS = "Tier's answers by"
TIER_APPROVERS = "Tier's answers approved by"
TIER_DUE = "Tier's answers due again"

EXCEPTION = "Exception from {gate}"
EXCEPTION_ASKED = "asked by {who}, until {until:%Y-%m-%d %H:%M} UTC"
EXCEPTION_DUE = {False: "Exception review due", True: "Exception review overdue"}
EXCEPTION_REVIEWED = "Exception reviewed"
EXCEPTION_REVIEWED_AS = {"justified": "justified, by {who}", "unjustified": "not justified, by {who}"}
EXCEPTION_REVIEW = "Review of the exception"

NO_DOCUMENT = "There is no such document, or you can't see it."
DOCUMENT_OF = "{title} of {service}"
APPROVED_TEXT = "Approved text"
EXPIRED_TEXT = "Expired text"
DRAFT_TEXT = "Draft"
IN_REVIEW_TEXT = "In review"
