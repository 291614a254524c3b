"""What every workflow says alike in Slack, and the App Home, answers and refusals: every sentence in one place."""

from collections.abc import Mapping

RISKS = {
    "low": "low risk",
    "moderate": "moderate risk",
    "high": ":large_orange_diamond: high risk",
    "critical": ":red_circle: critical risk",
}
"""By risk: what stands out asks for a second look."""
APPROVAL = "approval"
"""For what something waits whose approvers aren't named."""
THE_REQUESTER = "the requester"
AS_MANAGER = "{who} ({whose}'s manager)"
FOR_APPROVER = "for {who}, away until {until}"
NOBODY_LEFT = ":warning: *Not enough eligible approvers: {stage}.* They left or changed teams. Daypass's operators know."
ON_CALL_UNKNOWN = (
    ":warning: *Who is on call can't be told right now* ({groups}). Other approvers decide; operators know."
)

WAITING = "You've approved this; waiting for {who}"
APPROVED = "You've approved this."
TAKEN_BACK = "You took your approval back. You can decide again for as long as it's pending."
GONE = "This button no longer works. Open Details on the card."

ASKED_YOU = (
    ":question: {who} has a question about your request: {what}. It stays open for a decision meanwhile."
)
ANSWERED_YOU = ":speech_balloon: {who} answered your question: {what}."
QUESTION_OF = ":question: *Question* of {who}"
ANSWER = "Answer: {text}"
ASK_A_QUESTION = "Ask a question"
ASK_HINT = "The requester gets a message and can answer it"
ANSWER_HINT = "Whoever asked gets a message"
NO_QUESTION = "That question can't be answered here. Open Details on the card."

SURE = "Are you sure?"
KEEP = "No, keep it"
FIRST_OPTIONS = "The first {shown} of {found}: type to narrow them down"
NOT_LOADED = "Couldn't load the list: type again"

FOLDED = "_Not shown here: {what}._"
REST_OF = "the rest of “{label}”"
SOME_OF = "{number} of the {what}"
ENDS_OF = "the ends of long {what}"
PAGE_OF = "Page {number} of {all}"
NOT_SEEN = "That can't be shown: it's gone, or you don't have access to it."
OVER = "Over: {what}"
OVER_MARKED = ":white_check_mark: Over: ~{what}~"
LEFT_BEHIND = (
    "Use this card. An earlier one above is out of date, and Slack doesn't let Daypass change or delete it."
)
NO_CARD_YET = "The card isn't posted yet, so nothing can be said under it."
CARD_DELETED = "The card was deleted. Daypass posts it again, and then says this under it."
NO_CHANNEL = "The channel isn't there yet, so nothing can be said in it."

HOME_WAITING = "Waiting for your decision"
NOTHING_WAITS = "Nothing needs your decision."
HOME_APPROVED = "*Approved by you, still pending*"
HOME_MORE = "… and {number} more in your messages"
HOME_FILTER_ALL = "All"
HOME_FILTER_RISK = "High and critical risk"
HOME_FILTER_REST = "{number} more: show all"
"""A button beside the filter, for what it leaves out."""
HOME_FILTER_EMPTIED = "Nothing matches your filter any more, so everything is shown."

UNDER_WAY = "This takes longer than usual. The answer follows here."
DONE = "Done. It took longer than usual."
ANSWERED = "Daypass has answered."
NOT_ACCEPTED = "That wasn't accepted. {errors} Try again."
UNSURE = "Something went wrong in Daypass, and it may not have recorded that. Look at the current card, and try again."
NOT_SHOWN = "Daypass can't show that right now. Tell an operator; its log has the reason."
NOT_REDRAWN = "That's already done. Slack hasn't refreshed the message yet; look again in a moment."
UNCHANGED = "Slack didn't refresh the window. Choose again to see what applies now."
SENT_TWICE = "You sent the same thing less than a minute ago, so it counts once: {name}. To send another, change the words."
NOT_OPENED = "Slack didn't open the window. Nothing has changed. {again}"
MAY_NOT_HAVE_OPENED = (
    "Slack may not have opened the window. If you don't see it, nothing has changed. {again}"
)
TYPE_AGAIN = "Type the command again."
PRESS_AGAIN = "Press the button again."

UNREACHABLE = "Slack can't be reached ({error})."
OWN_FAULT = "Daypass failed at this ({error}); its log has the details."
REFUSING = (
    "Slack keeps refusing {method} with “{error}”, so some messages are missing or out of date; Daypass {happens}. "
    "Look the word up on the method's page in Slack's documentation; `daypass status` lists what waits."
)
GIVEN_UP = "has given up on it"
TRYING = "tries again for a day"
CHECKPOINT = ":lock: Checkpoint of the audit log: {events} events, {at}\n```{note}```"

NOT_SIGNED = (
    "The request was not signed by Slack with this app's secret, or its timestamp is older than five minutes."
)
UNLIKE_SLACK = "It was signed, but isn't in a format that Slack sends."
NOT_IN_FORMAT = "This isn't in a format that Slack sends."
TOO_LARGE = "That is larger than anything Slack sends.\n"
BUSY = "Too much is being sent at once. Try again.\n"
POST_ONLY = "Slack posts here. Nothing was done.\n"
NOTHING_DONE = "{why} Nothing was done.\n"

SIGN_WITH_PASSKEY = (
    "This is approved with your passkey, not by a click here. <{page}|Open the page where you sign it>. "
    "It shows exactly what you approve. You can deny it here."
)
WITH_PASSKEY = "with a passkey"
SIGN_TO_TAKE = (
    "You sign for this credential with your passkey first. <{page}|Open the page where you sign>, "
    "then press *Get credentials* again within ten minutes."
)
NO_CONSOLE = "This needs a passkey and the console, but Daypass has none. Ask an operator to set DAYPASS_URL."
ASSURED: Mapping[str, tuple[str, ...]] = {
    "click": (),
    "passkey": ("passkey needed",),
    "vault": ("Vault approval",),
}
"""What a card says of how strongly an approval is bound to its person; nothing of a click."""
PASSKEY_NOTES = {
    "added": (
        ":key: The passkey *{name}* was added to your account in the console. If that wasn't you, "
        "remove it there and tell your operators now."
    ),
    "confirmed": ":key: Your passkey *{name}* was confirmed. You can sign approvals with it now, or once it's no longer new.",
    "removed": ":key: Your passkey *{name}* was removed. If you didn't expect that, tell your operators.",
}
"""What the owner of a passkey is told, by the event that it tells of."""
