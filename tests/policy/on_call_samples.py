"""Answers of systems that keep on-call schedules, as their documentation has them, with people of the tests in them."""

from typing import Any

ADA, BEN = "ada@northwind.example", "ben@northwind.example"


def pagerduty_oncalls(*people: tuple[str, str | None, str | None], more: bool = False) -> dict[str, Any]:
    """GET /oncalls with include[]=users: https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls.

    People are an address, a start and an end; someone who is always on call has neither.
    """
    return {
        "oncalls": [
            {
                "user": {
                    "name": "Tim Wright",
                    "email": person,
                    "time_zone": "Europe/London",
                    "role": "user",
                    "id": f"PT23IW{number}",
                    "type": "user",
                    "summary": "Tim Wright",
                    "self": "https://api.pagerduty.com/users/PT23IWX",
                    "html_url": "https://subdomain.pagerduty.com/users/PT23IWX",
                },
                "schedule": {
                    "id": "PI7DH85",
                    "type": "schedule_reference",
                    "summary": "Daily Engineering Rotation",
                    "self": "https://api.pagerduty.com/schedules/PI7DH85",
                    "html_url": "https://subdomain.pagerduty.com/schedules/PI7DH85",
                },
                "escalation_policy": {
                    "id": "PT20YPA",
                    "type": "escalation_policy_reference",
                    "summary": "Engineering Escalation Policy",
                    "self": "https://api.pagerduty.com/escalation_policies/PT20YPA",
                    "html_url": "https://subdomain.pagerduty.com/escalation_policies/PT20YPA",
                },
                "escalation_level": 2,
                "start": begins,
                "end": ends,
            }
            for number, (person, begins, ends) in enumerate(people)
        ],
        "limit": 100,
        "offset": 0,
        "more": more,
        "total": None,
    }


def incident_io_entries(*people: tuple[str, str, str], after: str | None = None) -> dict[str, Any]:
    """GET /v2/schedule_entries: https://api-docs.incident.io/tag/Schedules-V2. `final` is after overrides."""
    final = [
        {
            "end_at": ends,
            "entry_id": "01G0J1EXE7AXZ2C93K61WBPYEH",
            "fingerprint": "01G0J1EXE7AXZ2C93K61WBPYEH",
            "layer_id": "01G0J1EXE7AXZ2C93K61WBPYEH",
            "rotation_id": "01G0J1EXE7AXZ2C93K61WBPYEH",
            "start_at": begins,
            "user": {
                "email": person,
                "id": "01FCNDV6P870EA6S7TK1DSYDG0",
                "name": "Lisa Karlin Curtis",
                "role": "viewer",
                "slack_user_id": "U02AYNF2XJM",
            },
        }
        for person, begins, ends in people
    ]
    meta = {"after": after, "page_size": 25} if after else {"page_size": 25}
    return {
        "pagination_meta": meta,
        "schedule_entries": {"final": final, "overrides": [], "scheduled": final},
    }


def opsgenie_on_calls(*people: str) -> dict[str, Any]:
    """GET /v2/schedules/{id}/on-calls?flat=true: https://docs.opsgenie.com/docs/who-is-on-call-api."""
    return {
        "data": {
            "_parent": {
                "id": "d875alp4-9b4e-4219-a803-0c26936d18de",
                "name": "ScheduleName",
                "enabled": True,
            },
            "onCallRecipients": [*people],
        },
        "took": 0.101,
        "requestId": "7f0alpde-3c67-455f-97ec-24754432d413",
    }


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Google Inc//Google Calendar 70.9054//EN
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
{events}END:VCALENDAR
"""


def calendar(*events: str) -> str:
    """A calendar as Google's are exported, with these events (https://www.rfc-editor.org/rfc/rfc5545)."""
    return CALENDAR.format(events="".join(map(event, range(len(events)), events))).replace("\n", "\r\n")


def event(number: int, lines: str) -> str:
    """With an identity of its own, unless the lines have one."""
    own = "" if "UID:" in lines else f"UID:{number}@northwind.example\n"
    return f"BEGIN:VEVENT\n{own}DTSTAMP:20260101T000000Z\n{lines.strip()}\nEND:VEVENT\n"


def shift(person: str, begins: str, ends: str, *more: str) -> str:
    """An event to which this person is invited, between local times of Berlin such as `20260302T090000`."""
    return "\n".join(
        [
            f"DTSTART;TZID=Europe/Berlin:{begins}",
            f"DTEND;TZID=Europe/Berlin:{ends}",
            "SUMMARY:On call for ranking",
            f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=A person:mailto:{person}",
            *more,
        ]
    )
