"""What the cards, windows and answers of absences say: every sentence of theirs, in one place."""

HELP = (
    "`/access away until friday, ask @edsger` sets your time away, and who decides for you meanwhile.\n"
    "`/access away until friday` only says that you're away, so others are asked first.\n"
    "`/access back` ends your time away."
)
NOT_A_PERSON = "No single person is called “{typed}”. Pick who decides for you below, or leave it empty."
NOT_AWAY = "You're not away, so there's nothing to end."
BACK = "Welcome back. Nobody decides for you any more."

YOU_ARE_AWAY = ":palm_tree: *You're away until {until}.*"
YOU_WERE_AWAY = ":wave: *You were away until {until}.*"
DECIDES_FOR_YOU = "{who} decides for you where the policy lets them."
NOBODY_DECIDES = "Nobody decides for you."
OTHERS_FIRST = "Cards and reminders ask others first. What only you can decide waits or is escalated."
YOU_DECIDE = ":handshake: *You decide for {who} until {until}.*"
YOU_DECIDED = ":wave: *You decided for {who} until {until}.*"
HOW_YOU_DECIDE = (
    "Their requests are in your App Home and on their cards. Your decision says that it's for them, and counts once. "
    "You can't decide on your own requests."
)
DELEGATION_ENDED = {
    "policy": ":warning: The policy no longer lets {delegate} decide for {who}.",
    "delegate-left": ":warning: {delegate} is no longer in this workspace and can't decide for {who}.",
}

TITLE = "Time away"
SET = "Set time away"
UNTIL = "Until"
UNTIL_HINT = "In your time zone"
WHO = "Who decides for you?"
WHO_HINT = "Only people whom the policy lets; empty means nobody"
ALONE = (
    ":warning: *Only you can decide {what} that {wait} now.* "
    "Without someone who decides for you, nothing happens until escalation or expiry."
)
REQUESTS = {True: ("1 request", "waits"), False: ("{number} requests", "wait")}

HOME_TITLE = "Time away"
HOME_DECISIONS = "Decisions for others"
HOME_EMPTY = "You're not away, and you don't decide for anyone else."
