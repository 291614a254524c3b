"""Schedules of Opsgenie (https://docs.opsgenie.com/docs/who-is-on-call-api), which says who is on call now, not until when."""

from integrations.on_call.answers import NOT_SET_UP, Answers, person, usable
from integrations.on_call.kind import OnCallAccounts, OnCallKind, Read, Window
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import OnCallBlock
from workflows.ports import Permanent

SYSTEM = "Opsgenie"
SETTING = "DAYPASS_OPSGENIE_KEY"


def _reader(accounts: OnCallAccounts, answers: Answers) -> Read:
    account = accounts.opsgenie

    async def read(schedule: OnCallBlock, window: Window) -> tuple[Span, ...]:
        if account is None:
            raise Permanent(NOT_SET_UP.format(system=SYSTEM, setting=SETTING))
        headers = {"Authorization": f"GenieKey {account.key.get_secret_value()}"}
        url = f"{account.url}/v2/schedules/{schedule.opsgenie}/on-calls"
        found = await answers.object(SYSTEM, SETTING, url, headers, (("flat", "true"),))
        with usable(SYSTEM):
            return tuple(Span(person(one, SYSTEM, one)) for one in found["data"]["onCallRecipients"])

    return read


OPSGENIE = OnCallKind("opsgenie", _reader)
