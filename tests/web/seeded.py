"""An office in which one of each has happened: access, a release, an incident, a private incident, a machine's ask."""

from dataclasses import dataclass

from bot.demo.actor import seen
from bot.demo.cast import ADA
from tests.flow.deeds import granted
from tests.flow.office import GENERAL, Office
from tests.web.reader import Anybody
from workflows.incidents.state import EVERY, KIND, Incident
from workflows.releases.commands import ProposeRelease
from workflows.workflow import Actor as By

SECRET = "the payroll table leaked"
"""What a private incident is about; nobody but its members may read it anywhere."""
RELEASE = "rel_01M85P4WJC97ST17PTW4BJTYRW"


@dataclass(frozen=True)
class Seeded:
    """The subjects, by what they are; `placed` is an event of each in the log."""

    access: str
    release: str
    incident: str
    private: str
    machines: str

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))


async def seed(office: Office, machine: Anybody) -> Seeded:
    """All of it, placed in the log and signed."""
    access = await granted(office)
    outcome = await office.daypass.ledger.handle(
        ProposeRelease(RELEASE, "ranking-model", "7", "it knows more"), By(ADA), "slack"
    )
    assert outcome.refusal is None
    await office.ada.command("/incident sev3 the nightly job is late", GENERAL)
    await office.margaret.command(f"/incident private sev3 {SECRET}", GENERAL)
    asked = await machine.post(
        "/api/v1/requests",
        json={"entitlement": "warehouse", "duration": "30m", "justification": "nightly training needs it"},
    )
    assert asked.status_code == 201, asked.text

    async def declared() -> dict[bool, str]:
        found = await office.daypass.reads.in_status(Incident, KIND, EVERY)
        return {one.private: one.id for one in found} if sum(bool(one.channel) for one in found) == 2 else {}

    incidents = await seen("two incidents", declared)
    await office.daypass.jobs.keep_log()
    return Seeded(access.id, RELEASE, incidents[False], incidents[True], asked.json()["id"])


async def first_of(office: Office, subject: str) -> int:
    """The place in the log of a subject's first event."""
    told = await office.daypass.reads.story(subject)
    assert told[0].index is not None
    return told[0].index
