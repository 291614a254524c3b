"""What the cards, messages and windows of releases say: every sentence of theirs, in one place."""

STANDING = {
    "proposed": ":construction: Checks not passed",
    "pending": ":hourglass_flowing_sand: Pending",
    "approved": ":white_check_mark: Approved, going live…",
    "live": ":rocket: Live",
    "evaluated": ":rocket: Live, post-release checks passed",
    "rolling back": ":hourglass_flowing_sand: Rolling back…",
    "rolled back": ":leftwards_arrow_with_hook: Rolled back",
    "rejected": ":no_entry: Rejected",
    "withdrawn": ":leftwards_arrow_with_hook: Withdrawn",
    "lapsed": ":zzz: Expired: no response",
    "superseded": ":twisted_rightwards_arrows: Superseded",
    "replaced": ":package: Replaced by a later release",
}
"""A release's status, in a word or two."""
GATHERING = ":construction: Running checks…"
AT_FAULT = "Live"
"""Its status while something is wrong with it: nothing celebrates above a fault."""

VERDICTS = {
    "passed": ":white_check_mark: *{gate}* passed",
    "failed": ":x: *{gate}* failed",
    "unknown": ":grey_question: *{gate}* couldn't be checked",
}
BOUND = {
    "artifact": "the artifact changed",
    "evidence": "a check's data changed",
    "authors": "its authors changed",
    "policy": "the policy changed",
    "gates": "a check no longer passes",
    "approvers": "the approvals no longer meet the quorum",
}
"""Why an approval is void."""
MORE_REVIEWS = "and {number} more"
REVIEWED = {"approve": ":white_check_mark: Approved by {who}", "reject": ":no_entry: Rejected by {who}"}
DECIDED = {"approve": "approved by {who}", "reject": "rejected by {who}"}
"""The same among other facts of a line."""

VOIDED = ":warning: *Approval voided:* {why}. It needs approval again."
CHECKS_FAILED = ":rotating_light: *Post-release checks failed.* {way_out}"
OUTSIDE = ":rotating_light: *{found} went live outside Daypass.* {way_out}"
SWAPPED = (
    ":rotating_light: *The live artifact of {live} isn't the approved one.* {way_out}\n"
    "SHA-256 `{found}` instead of `{approved}`."
)
UNREAD = ":rotating_light: *The live artifact of {live} can't be read.* {way_out} {why}"
STOPPED = ":no_entry: *{version} wasn't made live again:* {why}. Propose another version with `/release`."
ISN_T_APPROVED = "its artifact isn't the approved one"
NOT_COMPARED = "its artifact can't be read and compared with the approved one"
NOT_LIVE_YET = ":warning: *Not live yet:* {why}"
TROUBLE = ":warning: {why}"
ROLL_BACK_OR_CHECK = "Roll back, or check again."
RESTORE_IT = "Restore the approved version."
RUN_IT_AGAIN = "Deploy the version that should be live again."
GO_BACK = "Roll back, or propose another version with `/release`."
GO_ON = "Propose another version with `/release`."

STAGES = "Stages: {line}"
STAGE = "{environment}: version {version} since {since}"
"""What is live in an earlier stage."""

CHANGED_SINCE = "*Changed since version {version}*"
CHANGE = "{what}: {before} → {after}{by}"

PASSED = ":white_check_mark: {number} checks passed"
ONE_PASSED = ":white_check_mark: 1 check passed"
MORE_FAILED = ":x: {number} more haven't passed"
NOT_VERIFIED = ":information_source: Authors not verified by MLflow"
WAITING = "Waiting for {who} · expires {until}"
CHECKS_RUNNING = ":hourglass: Post-release checks are running."
CHECKS_RUN = "post-release checks {at}"
INCIDENT = ":rotating_light: Incident *{number}* declared."

GOES_LIVE_BY = "*Goes live by*\n{target}"
AUTHORS = "authors{unverified} (can't approve): {who}"
AS_NAMED = " as named by MLflow, not verified"

CONFIRM = "Your approval counts once you press Approve here."
WITHDRAW = "Withdraw this release?"
RESTORE = "Make the approved version live again?"
WHY_REJECT = "Why? The requester will read this."
WHY_ROLL_BACK = "Why? It goes on the card and in the log."
BACK_TO = "Version to go back to"
VERSION = "Version {version}"
LIVE_BEFORE = "Live right before"
FIRST_LIVE = "first live {at:%Y-%m-%d}"
COMPARED_FIRST = "Nothing moves if its artifact isn't the one that was approved then."

PROPOSE = "Propose a release"
SEARCH = "Type to search"
NOTE_HINT = "Approvers will read this"
NO_SERVICE = "There's no service “{typed}” that you can release. Pick one from the list."
NO_VERSION = "“{typed}” isn't a version of the model. Pick one from the list."
TOO_LONG = "Your text has {number:,} characters; the limit is {most:,}. Check what's left of it."
PICK_SERVICE = "Pick a service to see its checks."
PICK_VERSION = "Checks: {names}. Pick a version to run them."
NO_PREVIEW = ":warning: *The checks can't run now.*"
PREVIEW = "*Checks so far* ({live})"
IS_LIVE = "version {version} is live"
NOTHING_LIVE = "nothing is live"
THE_RELEASE = "the release of {title}, version {version} ({id})"
NOT_SHOWN = "Not shown here: {what}. The release's card has all of it."

HOME_DECISIONS = "Releases"
"""In App Home's filter."""
HOME_EMPTY = "No releases yet. Type `/release` in any channel to propose one."
HOME_WAITING = "*{what}* · {environment} · {risk}\nProposed by {who} · {checks} · expires {until}"

HELP = """*Propose a release with `/release`*
• `/release` opens a form that runs the checks before you propose.
• `/release ranking-model 7 because it ranks new items better` fills in the form.
• When every check has passed, people other than its authors approve. If anything they saw changes, their approval is void.
• Once approved, it goes live by itself. *Roll back* on its card restores the version before, or an earlier one.
• Post-release checks run later and report on the card.
The Home tab of this app shows your releases and the ones waiting for you."""

NOTES = {
    "went-live": ":rocket: {what} is live{since}. {checks}",
    "rolled-back": ":leftwards_arrow_with_hook: {what} was rolled back; {back_to} is live again.{reason}",
    "rejected": ":no_entry: {by} rejected {what}.{reason} To try again, propose it with `/release`.",
    "lapsed": ":zzz: {what} expired: no response. Propose it again with `/release`.",
    "approvers-missing": ":warning: {what} is stuck: not enough eligible approvers for {stages}. "
    "Daypass's operators have been told{escalated}.",
    "superseded": ":twisted_rightwards_arrows: {what} was superseded: it was to replace {before}, but {found} is "
    "live. Propose it again with `/release` if you still need it.",
    "approval-voided": ":warning: The approval of {what} was voided: {voided}. It needs approval again.",
    "check-failed": ":rotating_light: Post-release checks failed for {what}. Its card says what to do.",
    "drifted": ":rotating_light: {what}: {found} went live outside Daypass. Its card says what to do.",
    "artifact-changed": ":rotating_light: {what}: the live artifact isn't the approved one. Its card says more, and "
    "offers to roll back if it can.",
    "artifact-not-read": ":rotating_light: {what}: the live artifact can't be read, so Daypass can't compare it with "
    "the approved one. Its card says why.",
    "move-stopped": ":no_entry: {what}: {stopped} wasn't made live again, because {why_stopped}. "
    "Propose another version with `/release`.",
}
"""By the event of which the requester hears."""
SINCE = " since {at}"
CHECKS_WILL_RUN = "Post-release checks run {at}."
ESCALATED = ", and it was escalated"
REASON = " Reason: {why}"
