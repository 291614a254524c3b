"""What the cards, messages and windows of incidents say: every sentence of theirs, in one place."""

STANDING = {
    "open": ":rotating_light: Open",
    "mitigated": ":adhesive_bandage: Mitigated",
    "resolved": ":white_check_mark: Resolved",
    "reviewed": ":checkered_flag: Resolved and reviewed",
    "cancelled": ":leftwards_arrow_with_hook: Cancelled",
}
"""An incident's status, in a word or two."""
ACCESS = {
    "requested": ":hourglass_flowing_sand: requested",
    "active": ":key: active",
    "ending": ":warning: revoking…",
    "ended": ":checkered_flag: ended, confirmed by Vault",
    "refused": ":no_entry: not granted",
}
"""What became of access that was given for an incident."""

DECLARE = "Declare an incident"
WHATS_WRONG = "What's wrong?"
KINDS = {"real": "Incident", "private": "Private incident (members only)", "drill": "Drill"}
SEARCH = "Type to search"

NO_COMMANDER = "*No commander yet.*"
COMMANDED = "{who} is in command."
WHERE = " Join <#{channel}>."
CHANNEL_COMING = "Creating its channel…"
CHANNEL_NOT_READY = "The incident's channel isn't ready yet."
TOPIC = "{drill}{severity} · {status} · commander: {commander} · {title}"
TOPIC_DRILL = "DRILL · "
CHANNEL_TROUBLE = ":warning: Its channel isn't ready: {why}"
PAGE_FAILED = ":warning: Paging {pager} failed: {why}"
PAGE_DELAYED = ":warning: Paging {pager} is delayed: {why}"
UNINVITED = ":warning: {who} couldn't be invited ({why})."
DECLARED = "declared {at} by {who}"
FAILED_CHECKS = "failed checks of release `{release}`"
STOPPED = "releases stopped"
TIMES = "*Time to acknowledge / mitigate / resolve*\n{times}"
OFFER = ":handshake: {by} offers *{role}* to {to}"
OFFERS = "role offers (each is on the invited person's Home tab)"
GRANTS = "*Access for this incident*"
DUPLICATE = ":busts_in_silhouette: Possible duplicate of *{number}*"
MERGE_BUTTON = "Merge into it"
MERGE = "Merge this incident into the other one? This one ends."
MERGED_INTO = ":busts_in_silhouette: Merged into *{number}*."
MERGED = ":busts_in_silhouette: *{number}* was merged into this incident."
FOLLOW_UPS = "*Follow-ups*: {done} of {all} done"
FOLLOW_UP = ":white_large_square: {what}: {who}{due}"
CLOSE = "Is the review complete?"
HINT = "`/incident note …` or :pushpin: adds to the timeline"

ACCESS_OF = "{who}'s access `{entitlement}`"
UNCONFIRMED = "not confirmed yet"
ALARM = (
    ":rotating_light: {who} has ended, but Vault hasn't confirmed that its credentials are gone: {why}\n"
    "Daypass keeps trying. Until it is confirmed, assume the credential still works."
)
ALARM_OVER = ":white_check_mark: {who} couldn't be revoked at first, but now is, confirmed by Vault."

DRILL = "\n_This is a drill: external actions are simulated._"
FINISHED = "{done} of {all} steps are finished."
ENDS_OF_NOTES = "the ends of long notes"
OVERDUE = " :alarm_clock: *overdue*"

REVIEW_OF = "Review of {title}"
REVIEW_READY = ":memo: The review, written from the log."
OPEN_STEPS = ":warning: *{number} open:* {titles}. Resolving leaves them open and revokes all access for this incident."
WHAT_HAPPENED = "What happened, and what fixed it?"
WHY_REOPEN = "Why? It goes on the card."
WHY_CANCEL = "Why wasn't it an incident?"
KEEP_OPEN = "Keep it open"
SKIP = "Skip this step"
WHY_SKIP = "Why? It goes in the timeline."
TOO_LONG = "Your text has {number:,} characters; the limit is {most:,}. Check what's left of it."
WHO_HINT = "You, if left empty"
HANDOVER = "Someone else has to accept first. Access for the role moves with it."

NO_PLAYBOOKS = "The policy bundle has no playbooks."
IN_CHANNEL = "Type this in an incident's channel, or with its number: `/incident 42 update …`."
NOTED = "Added to the timeline."
MITIGATED = "Marked as mitigated."
ALREADY = "You've already declared that; a command counts once."
HAS_BEEN_DECLARED = "Declared: *{headline}*. Creating its channel…"
NONE_OPEN = "No open incidents."
NO_FIGURES = "No figures yet: no incident was declared. Drills and private incidents don't count."
FIGURES = (
    "• *{severity}*: {count} declared, {open} open; median time to acknowledge {acknowledge}, mitigate {mitigate}, "
    "resolve {resolve}"
)
LEFT_OUT_OF_FIGURES = "Drills, private and cancelled incidents don't count."
MORE = "… and {number} more; the console shows them all."

HOME_DECISIONS = "Incident roles"
"""In App Home's filter."""
HOME_EMPTY = "No open incidents. Type `/incident` in any channel to declare one."
HOME_LINE = "*{headline}*\n{status} · {command}{where}"
HOME_OFFER = "*{headline}*\n{by} offers you the role {role}: “{brief}”"

HELP = """*Declare an incident with `/incident`*
• `/incident` opens a form. `/incident sev2 ranking model serves stale features` declares at once.
• `/incident drill sev2 …` is a drill: marked everywhere, with access for drills only.
• `/incident private sev1 …` is visible to its members only.
• The incident gets a channel with its card: roles, access, the playbook's steps.
• In that channel: `/incident update …` (or `note`, or :pushpin: under a message) adds to the timeline; `roles`, \
`severity`, `playbook`, `follow-up`, `mitigate`, `resolve …` and `cancel …` do what the buttons do.
• Anywhere else, put the incident's number first: `/incident 42 update …`. `/incident 42` shows how it stands.
• `/incident list` shows open incidents, `/incident figures` how long incidents took.
Access that a playbook grants follows its role, and is revoked when the incident is resolved."""

LINES = {
    "step-started": ":arrow_forward: {who} started *{step}*",
    "step-done": ":white_check_mark: *{step}*: done{by}.{note}",
    "step-failed": ":x: *{step}* failed{reason}",
    "step-skipped": ":fast_forward: {who} skipped *{step}*{reason}",
    "note-added": ":memo: {who}: {text}",
}
"""By the event of which the incident's channel hears."""
LINE_BY = " by {who}"

NOTES = {
    "role-offered": ":handshake: {offered}\n{what}{where}",
    "step-overdue": ":alarm_clock: Overdue: {late}. See the checklist{where}.\n{what}",
    "page-failed": ":warning: {paging}{where}. Call them yourself if they need to know.\n{what}",
    "follow-up-added": ":memo: You have a follow-up from an incident. See its card{where}.\n{what}",
}
"""By the event of which one person hears."""
OFFERED = "{by} offers you the role {role}: “{brief}”"
OFFER_CLOSED = "This role offer is closed. *{role}*: {who}"
NOT_PAGED = "Paging failed"
NOT_LATE = "nothing any more"
