"""Schedules of incident.io (https://api-docs.incident.io/tag/Schedules-V2, ListScheduleEntries)."""

from collections.abc import Mapping
from typing import Any

from integrations.http_client import bearer
from integrations.json_answers import moment
from integrations.on_call.answers import NOT_SET_UP, UNUSABLE, Answers, Params, person, usable
from integrations.on_call.kind import OnCallAccounts, OnCallKind, Read, Window
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import OnCallBlock
from workflows.ports import Permanent

SYSTEM = "incident.io"
SETTING = "DAYPASS_INCIDENT_IO_KEY"
MAX_PAGES = 10


def _reader(accounts: OnCallAccounts, answers: Answers) -> Read:
    account = accounts.incident_io

    async def read(schedule: OnCallBlock, window: Window) -> tuple[Span, ...]:
        if account is None:
            raise Permanent(NOT_SET_UP.format(system=SYSTEM, setting=SETTING))
        headers = bearer(account.key)
        asked = (
            ("schedule_id", schedule.incident_io or ""),
            ("entry_window_start", window.since.isoformat(timespec="seconds")),
            ("entry_window_end", window.until.isoformat(timespec="seconds")),
        )
        spans: list[Span] = []
        after: Params = ()
        for _ in range(MAX_PAGES):
            url = f"{account.url}/v2/schedule_entries"
            found = await answers.object(SYSTEM, SETTING, url, headers, (*asked, *after))
            with usable(SYSTEM):
                entries = found["schedule_entries"]["final"]
                spans += [_span(one) for one in entries if one.get("user")]
                cursor = (found.get("pagination_meta") or {}).get("after")
            if not cursor:
                return tuple(spans)
            after = (("after", str(cursor)),)
        raise Permanent(UNUSABLE.format(system=SYSTEM))

    return read


def _span(entry: Mapping[str, Any]) -> Span:
    """One entry of the schedule as it is after overrides; an entry without a user is nobody's."""
    user = entry["user"]
    who = person(user.get("email"), SYSTEM, user["id"])
    return Span(who, moment(entry["start_at"]), moment(entry["end_at"]))


INCIDENT_IO = OnCallKind("incident_io", _reader)
