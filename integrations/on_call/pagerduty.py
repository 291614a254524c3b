"""Schedules of PagerDuty (https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls)."""

from collections.abc import Mapping
from typing import Any

from integrations.json_answers import moment
from integrations.on_call.answers import NOT_SET_UP, UNUSABLE, Answers, person, usable
from integrations.on_call.kind import OnCallAccounts, OnCallKind, Read, Window
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import OnCallBlock
from workflows.ports import Permanent

SYSTEM = "PagerDuty"
SETTING = "DAYPASS_PAGERDUTY_TOKEN"
PER_PAGE = 100
MAX_PAGES = 10


def _reader(accounts: OnCallAccounts, answers: Answers) -> Read:
    account = accounts.pagerduty

    async def read(schedule: OnCallBlock, window: Window) -> tuple[Span, ...]:
        if account is None:
            raise Permanent(NOT_SET_UP.format(system=SYSTEM, setting=SETTING))
        headers = {
            "Authorization": f"Token token={account.key.get_secret_value()}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
        asked = (
            ("schedule_ids[]", schedule.pagerduty or ""),
            ("include[]", "users"),
            ("time_zone", "UTC"),
            ("since", window.since.isoformat(timespec="seconds")),
            ("until", window.until.isoformat(timespec="seconds")),
            ("limit", str(PER_PAGE)),
        )
        spans: list[Span] = []
        for page in range(MAX_PAGES):
            found = await answers.object(
                SYSTEM,
                SETTING,
                f"{account.url}/oncalls",
                headers,
                (*asked, ("offset", str(page * PER_PAGE))),
            )
            with usable(SYSTEM):
                spans += map(_span, found["oncalls"])
                if not found.get("more"):
                    return tuple(spans)
        raise Permanent(UNUSABLE.format(system=SYSTEM))

    return read


def _span(oncall: Mapping[str, Any]) -> Span:
    """One entry; without a start or an end, it is always so."""
    user, begins, ends = oncall["user"], oncall.get("start"), oncall.get("end")
    who = person(user.get("email"), SYSTEM, user["id"])
    return Span(who, moment(begins) if begins else None, moment(ends) if ends else None)


PAGERDUTY = OnCallKind("pagerduty", _reader)
