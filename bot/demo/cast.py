"""The people and channels of Northwind, the demo's company. Their policy is written by bot/demo/bundle.py."""

from typing import Any

TEAM = "Northwind"
BOT_TOKEN = "xoxb-sandbox-northwind"

ADA = "U01ADA"
GRACE = "U02GRACE"
EDSGER = "U03EDSGER"
RADIA = "U04RADIA"
MARGARET = "U05MARGARET"
BARBARA = "U06BARBARA"

PEOPLE = (
    (ADA, "ada", "Ada Lovelace", "Scientist", "Europe/London", "#b35900"),
    (GRACE, "grace", "Grace Hopper", "Approver, data owner", "America/New_York", "#1264a3"),
    (EDSGER, "edsger", "Edsger Dijkstra", "Approver, data owner", "Europe/Amsterdam", "#2b7a4b"),
    (RADIA, "radia", "Radia Perlman", "Security engineer", "America/Los_Angeles", "#8e3a80"),
    (MARGARET, "margaret", "Margaret Hamilton", "Incident commander", "America/New_York", "#a61b1b"),
    (BARBARA, "barbara", "Barbara Liskov", "Auditor", "America/New_York", "#4a4a8a"),
)

OTHERS = (
    ("U90CONTOSO", "grace", "Grace Hopper", "Grace@northwind.example", {"is_stranger": True}),
    ("U91FABRIKAM", "radia", "Radia Perlman", "radia@northwind.example", {"team_id": "T99FABRIKAM"}),
    ("U92INVITED", "edsger", "Edsger Dijkstra", "edsger@northwind.example", {"is_invited_user": True}),
    ("U93UNCONFIRMED", "grace2", "Grace", "GRACE@northwind.example", {"is_email_confirmed": False}),
    ("U94LEFT", "ada.l", "Ada", "ada@northwind.example", {"deleted": True}),
    ("U95WORKFLOW", "margaret", "Margaret", "margaret@northwind.example", {"is_workflow_bot": True}),
    ("U96GUEST", "guest", "A guest", "guest@contoso.example", {"is_restricted": True}),
    (
        "U97ALIKE",
        "edsger3",
        "Edsger W. Dijkstra",
        "ed\u017fger@northwind.example",
        {"is_email_confirmed": True},
    ),
)
"""Other accounts in Slack's list: none of them may be mistaken for one of the people above."""

CHANNELS = (
    ("C01GENERAL", "general", "Company-wide chat", [person[0] for person in PEOPLE]),
    (
        "C02APPROVALS",
        "access-approvals",
        "Access requests waiting for a decision",
        [GRACE, EDSGER, RADIA],
    ),
    ("C03ALARMS", "access-alarms", "Alarms that need attention", [RADIA, MARGARET]),
    ("C04AUDIT", "access-audit", "Signed checkpoints of the audit log", [BARBARA, RADIA]),
    (
        "C05RELEASES",
        "releases",
        "Releases of models and services",
        [ADA, GRACE, EDSGER, MARGARET],
    ),
    (
        "C06INCIDENTS",
        "incidents",
        "Open incidents and their channels",
        [person[0] for person in PEOPLE],
    ),
)


def workspace() -> dict[str, Any]:
    """Give the workspace in the form that the sandbox reads."""
    return {
        "team": {"id": "T01NORTHWIND", "name": TEAM},
        "bot": {"user_id": "U00DAYPASS", "bot_id": "B00DAYPASS", "name": "Daypass", "app_id": "A00DAYPASS"},
        "users": [
            {
                "id": id,
                "name": name,
                "real_name": real_name,
                "email": f"{name}@northwind.example",
                "title": title,
                "tz": tz,
                "color": color,
            }
            for id, name, real_name, title, tz, color in PEOPLE
        ]
        + [
            {"id": id, "name": name, "real_name": real_name, "email": email, "record": record}
            for id, name, real_name, email, record in OTHERS
        ],
        "channels": [
            {"id": id, "name": name, "topic": topic, "members": [*members, "U00DAYPASS"]}
            for id, name, topic, members in CHANNELS
        ],
        "commands": [
            {
                "name": "/access",
                "usage": "[what] [how long] [because …] | help",
                "description": "Request temporary access",
            },
            {
                "name": "/release",
                "usage": "[service] [version] [what changes] | help",
                "description": "Propose a release",
            },
            {
                "name": "/incident",
                "usage": "[drill | private] [severity] [what is wrong] | note | list | help",
                "description": "Declare an incident",
            },
        ],
    }
