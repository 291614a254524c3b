"""What people and operators are told while Slack can't say who is who."""

LEARNING = "Nothing was done: Daypass has just started and is still loading people from Slack. Try again in a minute."
UNCONFIRMED = (
    "Nothing was done: Slack can't confirm that you're still a member of this workspace. "
    "Try again in a minute."
)
UNCONFIRMED_GROUPS = (
    "Nothing was done: Slack can't confirm that you're still in the user group that lets you do this. "
    "Try again in a minute."
)
STALE = (
    "Slack hasn't listed the workspace's members for {} minutes. Daypass uses the last list it has. People it can't confirm "
    "one by one can't request or approve until Slack answers; access still ends on time. See `/readyz` and the server's log."
)
STALE_GROUPS = (
    "Slack isn't listing its user groups' members. Daypass uses the last list it has; after {} minutes their members can't "
    "request or approve. Check that the app has the scope usergroups:read; the server's log has Slack's answer."
)
