"""What the cards, messages and windows of access say: every sentence of theirs, in one place."""

MARKS = {
    "approved": ":white_check_mark:",
    "scheduled": ":calendar:",
    "active": ":white_check_mark:",
    "ending": ":hourglass_flowing_sand:",
    "ended": ":checkered_flag:",
    "denied": ":no_entry:",
    "withdrawn": ":leftwards_arrow_with_hook:",
    "lapsed": ":zzz:",
}
"""By status, before the headline of what is decided."""

REQUESTS = "{who} {requests} access: {what}, {how_long}. {status}"
"""The card in a notification: “You request” or “<@U1> requests”."""
EARLY = " · :warning: can't be revoked early"
STATIC = " · :warning: can't be taken back"
UNUSUAL = ":eyes: Unusual: {what}{more}"
MORE_SIGNALS = " +{number}"
UNREAD_HISTORY = ":eyes: Earlier requests couldn't be read"
WAITING = "Waiting for {who} until {until}"
APPROVED_BY = "Approved by {who}"
WAITING_FOR_REQUESTER = "waiting for {who} to accept {conditions} until {until}"
THE_CONDITION = "the condition"
THE_CONDITIONS = "the {number} conditions"
INSTEAD_OF = "{less} instead of {asked}"
CONDITION = ":memo: Condition: {what}"
CONDITIONS = ":memo: {number} conditions: {what}"
OFFER_CUT = "There is more to read than fits here. Press *Accept* to see all of it before you accept."
CONDITION_OF = ":memo: *Condition* of {who}: {what}"
DECLINED = "Withdrawn: conditions not accepted"
AUTOMATIC = "Approved automatically by policy"
ACTIVE = "active until {until}"
STARTS = "starts {at}"
FROM = "{how_long} from {at}"
ON_CALL = "*On call for*\n{schedules}"
UNTIL_RUN = "until run `{run}` ends"
RUN_UNSEEN = ":warning: The run can't be seen since {since}. Access goes on to its time."
TICKET = "*Ticket*\n{ticket}"
TICKET_WAS = "{status} when requested"
TICKET_UNCHECKED = ":warning: The ticket wasn't checked, because its system was away."
NOT_CHECKED = "not checked"
ENDS_WITH_TICKET = "*Ends with its ticket*\nwhen it is closed, or at its time"
TICKET_UNSEEN = ":warning: The ticket can't be seen since {since}. Access goes on to its time."
TICKET_UNSEEN_WAITS = ":warning: The ticket can't be seen since {since}. Access starts when it can be."
REVOKING = "Revoking…"
AWAITS_CHANGE = "Waiting for someone to change the secret"
STILL_WORKS = ":warning: Works until {until}: {why}"
ENDED_BY = " by {who}"
DENIED = "Denied"
DENIED_BY = "Denied by {who}"
WITHDRAWN = "Withdrawn"
EXPIRED = "Expired: no response"
REASON = "Reason: {why}"

NEVER_USED = "not used"
NOT_USED_YET = "not used yet"
USED = "used {times}"
TIMES = {1: "once", 2: "twice"}
MANY_TIMES = "{number} times"
ALL_EXPIRED = ", credentials expired"

TROUBLES = {
    "ending": ("A credential can't be revoked yet", "{number} credentials can't be revoked yet"),
    "failed": ("A credential wasn't created", "{number} credentials weren't created"),
}
"""What is wrong with one credential, and with several."""

WITHDRAW = "Withdraw this request?"
GIVE_BACK = "End your access now?"
GIVE_UP_EXTENSION = "Give up your extension?"
CANCEL_SCHEDULED = "Cancel your scheduled access?"
END_ANYWAY = "{why}: existing ones work until {until} UTC. Ending access only stops new ones. End it now?"
END_KNOWN = "Whoever has the secret knows it until someone changes it. End access now?"
CONFIRM = "Your approval counts once you press Approve here."
WHY_DENY = "Why? The requester will read this."
WHY_REVOKE = "Why? The requester will read this."

APPROVE_FOR_LESS = "Approve for less…"
LESS_TITLE = "Approve for less"
LESS_HINT = "At most {most}"
CONDITION_HINT = "The requester has to accept it before they get access"
ACCEPT_TITLE = "Accept conditions"
ACCEPTS = "{headline} is approved, under these conditions:"
CONFIRM_ACCEPTANCE = "You accept them once you press Accept here."
LESS = "What you take off applies at once; a condition only once the requester accepts it."
NOT_YOURS_TO_APPROVE = "There's nothing left for you to approve here."
FOR_AT_MOST = " for {how_long} at most"
DURATION = "*Duration*\n{how_long}"
DURATION_ASKED = "*Duration*\n{how_long} ({asked} requested)"
REVIEWED = {"approve": ":white_check_mark: Approved by {who}", "deny": ":no_entry: Denied by {who}"}
ACCESS = "*Access*\n`{entitlement}` on {resource}"
IRREVOCABLE = "*Can't be revoked early*\n{why}; {lasting}"
EXTENDS = "*Extends*\nAccess that ends {ends} ({grant})"
STARTS_AT = "*Starts*\n{at}"
ENDS_AT = "*Ends*\n{at}"
ENDS_WITH = "*Ends with*\nThe {kind} run `{run}`, or at its time"
EXPIRES = "*Expires*\n{at}"
WAS_DUE = "*Was due to end*\n{at}"
EXPIRES_UNDECIDED = "*Expires without a decision*\n{at}"
SIGNAL = ":eyes: *{label}:* {why}"
STAGE = "Stage *{stage}*: waiting for {who}"
CREATED = "Credentials created{earlier}: {when}"
EARLIER = " (last {shown} of {all})"

STARTS_AFTER = "*{what}*\nStarts when your access ends, {ends}."
ASKS = "{who} requests access: *{what}*"
SEARCH = "Type to search"
OPTION = "{risk} risk · {environment} · {description}"
DESCRIBED = "{description} {risk} risk. {resource}, {environment}."
DURATIONS = "{shortest} to {longest}, for example 30m"
ANY_DURATION = "For example 30m, 1h30m or 2 hours"
LINK = "*{what}*\nYou followed a link that fills in a request. Nothing has been requested yet."
OPEN_FORM = "Open the form"
RUN_HINT = "Access ends with it, and at its time at the latest"
START_HINT = "In your time zone. Empty: as soon as it is approved"
WHY_HINT = "Approvers will read this"
WHY_HINT_LEAST = "Approvers will read this (at least {least} characters)"
SHORTENED = "Your {what} was cut from {number} to {most} characters. Check what is left."
MORE_OPTIONS = "More options"
NOTHING_CHOSEN = "Pick something to see its approvers."
MORE_APPROVERS = "{number} more"
NOT_FOUND = "“{typed}” wasn't found. {instead}"
DID_YOU_MEAN = "Did you mean “{nearest}”? It's selected below."
SEARCH_BELOW = "Search for it below."
"""What it needs besides clicks, in a word or two on the card."""
WAITING_FOR_VAULT = "Waiting for Vault's approvers: {count} until {until}"
AUTHORIZED_IN_VAULT = "Vault's approvers have authorized a login"
AUTHORIZE = "Authorize it with your own Vault login: `{command}`"
ASKED_VAULT = "*{what}*\nVault asks its own approvers before it creates your login: {count} until {until}."
ASKING_INTERRUPTED = "Daypass restarted, or Vault was away, while its approvers were being asked."
ASKED_VAULT_NEXT = "You get a message when you can get it. You can close this window."

MINTING = "Getting your login: *{what}* …"
STILL_MINTING = "Still waiting after 30 seconds? Close this and press *Get credentials* again."
NO_CREDENTIALS = "You don't have credentials yet."
NOTHING_LEFT = "Nothing was left behind. "
PRESS_AGAIN = "Press *Get credentials* again in a moment."
PASTE = "*Paste one of these* within {seconds}. It gets your login and uses it; after that, none of them works again."
PASTE_THIS = "*Paste this* within {seconds} of opening this window. It works once."
USE_VARIABLES = "Environment variables"
USE_PYTHON = "Python"
USE_LOGIN = "Username and password"
PASTE_PROGRAM = "In a terminal, to connect:"
PASTE_VARIABLES = "In a terminal, for the programs you start there:"
PASTE_PYTHON = "In Python or a notebook, as `db`:"
UNWRAP = "*Get your login* within {seconds} of opening this window. This works once:"
UNWRAP_WITH_VAULT = "or, with HashiCorp Vault:"
CONNECT = "Then connect with it:"
CONNECT_AS_USUAL = "Connect as usual."
INVALID_TOKEN = (
    "If the token isn't valid, it expired, or someone already used it. Expired: press *Get credentials* again. "
    "Used, but not by you: press *Give back* on the card and tell security."
)
LOGIN_EXPIRES = "Your login expires {at}."
ACCESS_ENDS_LATER = "Your access ends later ({at}): press *Get credentials* for another login then."
WORKS_ANYWAY = "It works until then even if you give it back: {why}."
STAYS_KNOWN = "Your access ends {at}. The secret itself works until someone changes it."
NO_WINDOW = "Slack didn't open a window."

REQUESTED = ":hourglass_flowing_sand: Requested: {what}. {status}."
GRANTED = ":white_check_mark: {what}. {status}. Get your credentials in your messages with Daypass."
SCHEDULED = ":calendar: {what}. {status}. You get a message when it starts."
YOUR_REQUEST = "your request for “{what}” ({id})"
NOTHING_ELIGIBLE = "You can't request access yet."
ASK_SOMEONE = "Ask {who} to add you to a group"
ASK_ANYONE = "Ask to be added to a group"
ALREADY = ":information_source: *{begun}.* {status}"
EXTENSION_APPROVED = "Your extension is approved"
EXTENSION_REQUESTED = "You've already asked for more time"
ALREADY_REQUESTED = "You've already requested this"
ALREADY_ACTIVE = "You already have this"
ALREADY_SCHEDULED = "You already have this scheduled"

STILL_TRYING = "Daypass keeps trying. Until it's confirmed, assume the credential still works."
NOT_CONFIRMED = ":rotating_light: {who} has ended, but its credentials aren't confirmed revoked."
CONFIRMED = ":white_check_mark: Resolved: {who} couldn't be revoked at first; it has now ended, {confirmed}."
ACCESS_OF = "{who}'s access to {what}"
BY_VAULT = "confirmed by Vault"
UNCONFIRMED = "not confirmed yet"
PRIVATE = "Access given in a private incident"
WHERE_DETAILS = "The incident's own channel has the details."
MORE_REASONS = "• and {number} more, on the card"

HOME_DECISIONS = "Access requests"
"""In App Home's filter."""
HOME_EMPTY = "No access yet. Press *Request access*, or type `/access` in any channel."
HOME_WAITING = "{headline}\n{terms}\n>{why}\nExpires {until} without a decision"
HOME_ACTIVE = ":white_check_mark: *{what}* · ends {ends}\n{status}"

HELP = """*Request temporary access with `/access`.*
• `/access` opens a form. Search for what you need.
• `/access warehouse 1h because the nightly job failed` fills it in.
• `/access warehouse tomorrow 9:00-12:00 because …` asks for later, in your time zone.
• `/access warehouse 1h dataset=eu because …` fills in what the access asks for besides.
• `/access warehouse 8h until run 1f2e because …` ends access when that MLflow run ends, or after 8 hours.
• `/access warehouse break-glass 30m because …` takes it at once in an emergency, where the policy lets you. It's reviewed after.
• You get a message when it's decided. *Get credentials* on its card gives you a login that expires with your access.
• *Give back* ends access early. Otherwise it ends by itself, and you hear when Vault has confirmed it.
• `/access stop everything of me because …` ends all of yours at once, in an emergency.
The app's Home tab shows your access and what needs your decision. Nobody approves their own request."""

NOTES = {
    "approved": ":white_check_mark: {Whose} {more_or_access} {what} is approved{by_whom}.{starts} It ends {ends}.",
    "conditions-offered": ":memo: {Whose} request is approved{by_whom}, with {conditions} to accept first: {what}, "
    "{how_long}.",
    "denied": ":no_entry: {by} denied {whose} request: {what}.{reason} Still need it? Talk to them first.",
    "lapsed": ":zzz: {Whose} request expired with no response: {what}. Request it again with `/access`.",
    "approvers-missing": ":warning: {Whose} request has too few eligible approvers left for {stages}: {what}. "
    "Daypass's operators know{escalated}. If it's urgent, talk to your data owners.",
    "vault-asked": ":key: {Who} wants a login for {what}. Vault waits for your authorization until {vault_until}. Check what it "
    "is for: `bao write sys/control-group/request accessor={vault_accessor}`. Then authorize it with your own Vault login: "
    "`{vault_command}`",
    "vault-authorized": ":key: Vault's approvers have authorized {whose} login for {what}. Get it by {vault_until}.",
    "credential-not-minted": ":warning: {Whose} login for {what} wasn't created. {trouble} Press *Get credentials* to ask again.",
    "end-announced": ":alarm_clock: {Whose} access to {what} ends {ends}.{more}",
    "grant-started": ":white_check_mark: {Whose} access to {what} has started. It ends {ends}.",
    "withdrawn": ":leftwards_arrow_with_hook: {Whose} request was withdrawn: {what}.{reason}",
    "grant-ended": ":checkered_flag: {Whose} access to {what} has ended{how}, {confirmed}. {used}",
}
"""By the event of which the requester hears."""
NEVER_STARTED = ":calendar: {Whose} access to {what} won't start{how}.{reason}"
"""Instead of `grant-ended`, if the grant had not begun."""
ONE_CONDITION = "a condition"
SOME_CONDITIONS = "{number} conditions"
MORE_TIME_WITH = "more time with"
ACCESS_TO = "access to"
ESCALATED = ", and the request was escalated"
NOTE_REASON = " Reason: {why}"
NOTE_EXTEND = " Need more time? Press *Extend*."
NOTE_REQUEST_MORE = " Need more time? Use `/access`."
NOTE_STARTS = " It starts {at}."
NOTE_NOT_USED = "It wasn't used."
NOTE_CREATED = "Credentials created: {number}."
