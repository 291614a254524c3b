"""What the cards, windows and answers of emergency stops say: every sentence of theirs, in one place."""

HELP = (
    "`/access stop everything of @ada because …` ends all of a person's access, and closes what they requested.\n"
    "`/access stop warehouse because …` does the same for a resource or entitlement.\n"
    "`/access stop everything of me because …` ends your own."
)
NOT_A_PERSON = "No single person is called “{typed}”. Use their e-mail address or Slack id."

EVERYTHING_OF = "everything of {who}"
ALL_OF = "all access to *{what}*"
PRESSED = ":octagonal_sign: *Emergency stop:* {who} stopped {what} {when}."
OPERATOR = "An operator"
REFUSES = "New access is refused until {until}, or until someone lifts the stop."
LIFTED = "Lifted by {who} {when}: access can be requested again."
EXPIRED = "The stop is over since {when}: access can be requested again."
TROUBLE = "• {what}: {why}"
MORE = "… and {number} more in the console"

ENDS = ":octagonal_sign: *This ends {what} now.* Whoever needs it again has to request it again."
COUNTED = "{active} active, {pending} pending or scheduled, {ending} being revoked already"
NOTHING_OPEN = "Nothing of it is open now. New access is refused all the same."
LINE = "• {what}, {who}"
PRIVATE = "Access in private incidents ends too, and isn't listed."
SESSIONS = "Their sessions in the console end too."
WHY = "Why? Everyone who sees the stop reads it."
LIFT_TITLE = "Lift the stop"
WHY_LIFT = "Why is it over?"
"""Asked before a stop is lifted."""
