"""What reminders, their window and App Home say of them: every sentence, in one place."""

TITLE = "Reminders"
SAVE = "Save"
CHANGE = "Change"

CHOSEN = {
    "at-once": "You're reminded of decisions one by one, before their time runs out.",
    "daily": "You're reminded of decisions once a day, at {hour}.",
    "off": "Reminders of decisions are off.",
}
QUIET = "Nothing is sent from {begin} to {end}."
QUIET_DAYS = "Nothing is sent on {days}."
ALWAYS = "Escalations, break-glass announcements and pages always come at once."
IN_ZONE = "Times are in your Slack time zone, {zone}."
NO_ZONE = "Slack doesn't say your time zone, so times are UTC."
PICK_ONE = "Pick one."
UNKNOWN = "Daypass doesn't know you yet. Try again in a few minutes."

WHEN = "Remind me of decisions"
OPTIONS = {
    "at-once": "One by one, before time runs out",
    "daily": "Once a day, in one message",
    "off": "Never",
}
HOUR = "Once a day at"
HOUR_HINT = "Only for one message a day"
FROM = "Quiet from"
TO = "Quiet until"
TO_HINT = "May be on the next day"
DAYS = "Quiet all day on"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

HEADLINE = {
    True: ":alarm_clock: *1 decision waits for you.*",
    False: ":alarm_clock: *{number} decisions wait for you.*",
}
LINE = "{who} → *{what}* · until {until}"
TAKEN = "{who} took *{what}* without approval · review due {until}"
EXCEPTION = "*{what}* went live with an exception · review due {until}"
ACCESS_REVIEW = "Access review *{what}* · due {until}"
OPEN = " · <{link}|Open>"
MORE = "And {number} more. The Home tab lists all of them."
HELD_BACK = "It is quiet for this person. The reminder is sent when that is over."
