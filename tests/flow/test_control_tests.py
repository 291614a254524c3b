"""Daypass tries its own controls: on a real OpenBao and a real PostgreSQL, by the ordinary path."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.demo.actor import seen
from bot.demo.warehouse import DATABASE
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.office import ALARMS, Office
from workflows.access.canary import CanaryTest
from workflows.access.state import KIND, Access
from workflows.system.control_tests.state import TESTS, ControlTest, control_test_id

pytestmark = pytest.mark.server
CANARY = "control_tests: {canary: {entitlement: warehouse-sample, machine: nightly-training}}\n"


async def _over(office: Office) -> dict[str, ControlTest] | None:
    """The control tests, by name, once each has run."""
    found = {one: await office.daypass.reads.find(ControlTest, control_test_id(one)) for one in TESTS}
    over = {name: one for name, one in found.items() if one and one.status != "running"}
    return over if len(over) == len(TESTS) else None


class Saying:
    """A target that says of each login in turn whether it is let in."""

    kind = "database"

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)

    async def confirm_gone(self, account: str) -> None: ...

    async def admits(self, account: str, password: SecretStr) -> bool:
        return self.answers.pop(0)


async def _a_login_that_stays(office: Office) -> None:
    """One that works after its end fails the test; one that never worked says nothing. Both are ended all the same."""
    canary: CanaryTest = office.daypass.jobs.controls.tests["revocation"].__self__
    for number, (answers, outcome, words) in enumerate(
        [((True, True), "failed", "still works"), ((False,), "interrupted", "before it was revoked")]
    ):
        saying = replace(canary, targets={DATABASE: Saying(*answers)})
        result = await saying.run(office.clock() + timedelta(minutes=number), 1)
        assert (result.outcome, words in result.found) == (outcome, True), result
    await seen("all of it ended", partial(_ended, office, 3))


async def _ended(office: Office, number: int) -> bool:
    return [one.status for one in await office.requests()] == ["ended"] * number


async def test_all_three_pass_and_leave_nothing_behind(open_office: OpenOffice, rules: Rules) -> None:
    bundle: Path = rules()
    (bundle / "control-tests.yaml").write_text(CANARY)
    async with open_office(bundle=bundle) as office:
        await office.daypass.jobs.keep_log()
        await office.daypass.jobs.controls.run()
        found = await seen("every control test", partial(_over, office))
        assert {name: one.status for name, one in found.items()} == dict.fromkeys(TESTS, "passed"), found
        (canary,) = await office.daypass.reads.in_status(Access, KIND, ("ended",))
        assert canary.requester == "machine:nightly-training"
        (credential,) = canary.credentials
        assert credential.account
        assert credential.account in (found["revocation"].found or "")
        assert credential.confirmed_by == ("vault", "database")
        assert await office.requests() == [canary], "self-approval leaves no request"
        await _a_login_that_stays(office)
        await office.quiet()
        assert "Control test" not in str(await office.barbara.messages(ALARMS))
